// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IRewardDistributor} from "../../../contracts/interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IWithheldRewards} from "../../../contracts/interfaces/IWithheldRewards.sol";
import {WithheldRewards} from "../../../contracts/oracle/WithheldRewards.sol";
import {OperatorFigures} from "../../../contracts/types/OperatorFigures.sol";
import {Figures} from "../../utils/Figures.sol";
import {Protocol} from "../../utils/Protocol.sol";

/// @notice Execution rewards that did not reach the pool: held from the bond, contested, lifted, burnt. Two operators have a
/// bond of 10 ether each; the rate is 1.
contract WithheldRewardsTest is Protocol {
    using Figures for OperatorFigures;

    uint256 private constant OPERATOR = 1;
    uint256 private constant RIVAL = 2;
    uint256 private constant PERIOD = 7 days;

    WithheldRewards private withheld;
    OperatorFigures private sibling;

    function setUp() public override {
        super.setUp();
        makeOperator(makeAddr("manager"), 10 ether);
        makeOperator(makeAddr("rival"), 10 ether);
        makeStaker("staker", 100 ether);
        withheld = factory.newWithheldRewards(
            IAuthority(address(authority)),
            distributor,
            bonds,
            ledger,
            PERIOD
        );
        authority.grantRole(Roles.BOND_LOCKER, address(withheld));
        authority.grantRole(Roles.ACCOUNTING, address(this));
        sibling = Figures.ofShares(RIVAL, 1);
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_ArgumentsAreWrong() public {
        IAuthority a = IAuthority(address(authority));
        uint256 least = 2 * FRAME_SECONDS;
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newWithheldRewards(IAuthority(address(0)), distributor, bonds, ledger, PERIOD);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newWithheldRewards(a, IRewardDistributor(address(0)), bonds, ledger, PERIOD);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newWithheldRewards(a, distributor, IBondVault(address(0)), ledger, PERIOD);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newWithheldRewards(a, distributor, bonds, IStakedEther(address(0)), PERIOD);
        _expectPeriod(least - 1);
        factory.newWithheldRewards(a, distributor, bonds, ledger, least - 1);
        _expectPeriod(30 days + 1);
        factory.newWithheldRewards(a, distributor, bonds, ledger, 30 days + 1);
        factory.newWithheldRewards(a, distributor, bonds, ledger, least);
        factory.newWithheldRewards(a, distributor, bonds, ledger, 30 days);
    }

    /* LOCKS */

    function test_lockWithheld_HoldsWhatIsNew() public {
        OperatorFigures memory f = _told(1 ether);
        vm.expectEmit(address(withheld));
        emit IWithheldRewards.WithheldLocked(OPERATOR, 1, 1 ether, 1 ether + 1, currentTime() + PERIOD);
        vm.prank(makeAddr("anyone"));
        assertEq(withheld.lockWithheld(f, sibling.proofBeside()), 1, "id");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 1 ether + 1, "locked");
        assertEq(bonds.heldOf(OPERATOR), 1 ether + 1, "held");
        assertEq(withheld.accountedOf(OPERATOR), 1 ether, "accounted for");

        _expectNothing(1 ether, 1 ether);
        withheld.lockWithheld(f, sibling.proofBeside());
        assertEq(_lock(1.5 ether), 2, "the next one");
        assertEq(uint256(withheld.holdOf(2).amount), 0.5 ether, "the difference");
        _expectNothing(0.3 ether, 1.5 ether);
        _lock(0.3 ether);
        assertEq(uint256(bonds.bondOf(RIVAL).locked), 0, "the other bond");
    }

    function test_lockWithheld_HoldsNoMoreThanThereIs() public {
        assertEq(_lock(25 ether), 1, "id");
        assertEq(uint256(withheld.holdOf(1).amount), 10 ether, "the bond");
        assertEq(withheld.accountedOf(OPERATOR), 10 ether, "accounted for");
        vm.expectRevert(abi.encodeWithSelector(IWithheldRewards.NothingToHold.selector, OPERATOR));
        _lock(25 ether);
        bonds.deposit{value: 3 ether}(OPERATOR);
        _lock(25 ether);
        assertEq(uint256(withheld.holdOf(2).amount), 3 ether, "what came later");
    }

    function test_lockWithheld_RevertWhen_NotUnderTheRoot() public {
        OperatorFigures memory f = _told(1 ether);
        f.withheldWei += 1;
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NotUnderRoot.selector, OPERATOR, 0));
        withheld.lockWithheld(f, sibling.proofBeside());
    }

    /* CONTESTS */

    function test_contest_ByALaterRootThatSaysLess() public {
        _lock(1 ether);
        OperatorFigures memory less = _told(0.25 ether);
        vm.expectEmit(address(withheld));
        emit IWithheldRewards.WithheldContested(OPERATOR, 1, 0.75 ether, 0.75 ether);
        withheld.contest(1, less, sibling.proofBeside());
        assertEq(uint256(withheld.holdOf(1).amount), 0.25 ether, "left");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0.25 ether + 1, "locked");
        assertEq(withheld.accountedOf(OPERATOR), 0.25 ether, "accounted for");

        OperatorFigures memory none = _told(0);
        withheld.contest(1, none, sibling.proofBeside());
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "all free");
        _expectUnknown(1);
        withheld.burn(1);
        // and what comes again is held again
        assertEq(_lock(1 ether), 2, "again");
    }

    function test_contest_FreesNoMoreThanTheHold() public {
        _lock(1 ether);
        _lock(3 ether);
        OperatorFigures memory none = _told(0);
        withheld.contest(1, none, sibling.proofBeside());
        assertEq(withheld.accountedOf(OPERATOR), 2 ether, "the second is still held");
        withheld.contest(2, none, sibling.proofBeside());
        assertEq(bonds.heldOf(OPERATOR), 0, "nothing held");
    }

    function test_contest_RevertWhen_ItSaysNoLess() public {
        OperatorFigures memory f = _told(1 ether);
        bytes32[] memory proof = sibling.proofBeside();
        withheld.lockWithheld(f, proof);
        vm.expectRevert(
            abi.encodeWithSelector(IWithheldRewards.NothingToContest.selector, OPERATOR, 1 ether, 1 ether)
        );
        withheld.contest(1, f, proof);
        f.withheldWei = 0;
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NotUnderRoot.selector, OPERATOR, 0));
        withheld.contest(1, f, proof);
    }

    function test_contest_RevertWhen_OfAnotherOperator() public {
        OperatorFigures memory f = _told(1 ether);
        withheld.lockWithheld(f, sibling.proofBeside());
        bytes32[] memory proof = f.proofBeside();
        vm.expectRevert(abi.encodeWithSelector(IWithheldRewards.OtherOperator.selector, 1, RIVAL));
        withheld.contest(1, sibling, proof);
        _expectUnknown(2);
        withheld.contest(2, sibling, proof);
    }

    /* LIFTS */

    function test_lift_IsForGood() public {
        _lock(1 ether);
        vm.expectEmit(address(withheld));
        emit IWithheldRewards.WithheldLifted(OPERATOR, 1, 1 ether, 1 ether + 1);
        withheld.lift(1);
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "free");
        _expectNothing(1 ether, 1 ether);
        _lock(1 ether);
        _expectUnknown(1);
        withheld.lift(1);
    }

    function test_lift_RevertWhen_CallerHasNoRole() public {
        _lock(1 ether);
        address manager = makeAddr("manager");
        vm.prank(manager);
        vm.expectRevert(
            abi.encodeWithSelector(Guarded.Unauthorized.selector, manager, Roles.OPERATOR_MANAGER)
        );
        withheld.lift(1);
    }

    /* BURNS */

    function test_burn_AfterTheTimeToContest() public {
        _lock(1 ether);
        uint256 from = currentTime() + PERIOD;
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IWithheldRewards.StillContestable.selector, 1, from));
        withheld.burn(1);
        vm.warp(from);
        uint256 all = ledger.getTotalShares();
        vm.prank(makeAddr("anyone"));
        withheld.burn(1);
        assertEq(all - ledger.getTotalShares(), 1 ether + 1, "burnt");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 9 ether - 1, "bond");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "locked");
        assertEq(bonds.heldOf(OPERATOR), 0, "held");
        assertEq(uint256(bonds.bondOf(RIVAL).shares), 10 ether, "the other bond");
        assertEq(ledger.sharesOf(address(bonds)), allBonds(), "no surplus");
        _expectUnknown(1);
        withheld.burn(1);
        _expectNothing(1 ether, 1 ether);
        _lock(1 ether);
    }

    /// @dev A later lock gives the first one no more time.
    function test_burn_EachHoldHasItsOwnTime() public {
        _lock(1 ether);
        uint256 first = currentTime() + PERIOD;
        skipTime(6 days);
        _lock(2 ether);
        vm.warp(first);
        withheld.burn(1);
        vm.expectRevert(
            abi.encodeWithSelector(IWithheldRewards.StillContestable.selector, 2, first + 6 days)
        );
        withheld.burn(2);
    }

    /* BONDS */

    /// @dev What is locked for other faults is out of reach of holds.
    function test_release_RevertWhen_MoreThanIsHeld() public {
        authority.grantRole(Roles.BOND_LOCKER, address(this));
        authority.grantRole(Roles.WITNESS, address(this));
        bonds.lock(OPERATOR, 7, 4 ether, 32e9, address(0));
        (uint256 shares, uint256 uncovered) = bonds.hold(OPERATOR, 2 ether);
        assertEq(shares, 2 ether + 1, "held");
        assertEq(uncovered, 0, "uncovered");
        bytes memory refusal = abi.encodeWithSelector(
            IBondVault.NotHeld.selector,
            OPERATOR,
            shares + 1,
            shares
        );
        vm.expectRevert(refusal);
        bonds.release(OPERATOR, shares + 1);
        vm.expectRevert(refusal);
        bonds.burnHeld(OPERATOR, shares + 1);
        bonds.release(OPERATOR, 1 ether);
        bonds.burnHeld(OPERATOR, 1 ether + 1);
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 4 ether + 1e9, "the other lock");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 9 ether - 1, "bond");
    }

    /* INTERNAL */

    function _told(uint256 amount) private returns (OperatorFigures memory f) {
        f = OperatorFigures(uint32(OPERATOR), 0, 0, Figures.NO_DUTIES, 0, uint128(amount));
        distributor.setRoot(f.rootOf(sibling));
    }

    function _lock(uint256 amount) private returns (uint256) {
        // not `_told`: an expected revert is that of the call
        OperatorFigures memory f = OperatorFigures(
            uint32(OPERATOR),
            0,
            0,
            Figures.NO_DUTIES,
            0,
            uint128(amount)
        );
        // behind the times of the steps of its parts
        vm.store(address(distributor), bytes32(uint256(1)), f.rootOf(sibling));
        return withheld.lockWithheld(f, sibling.proofBeside());
    }

    function _expectPeriod(uint256 period) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IWithheldRewards.PeriodOutOfBounds.selector,
                period,
                2 * FRAME_SECONDS,
                30 days
            )
        );
    }

    function _expectNothing(uint256 told, uint256 accounted) private {
        vm.expectRevert(
            abi.encodeWithSelector(IWithheldRewards.NothingWithheld.selector, OPERATOR, told, accounted)
        );
    }

    function _expectUnknown(uint256 holdId) private {
        vm.expectRevert(abi.encodeWithSelector(IWithheldRewards.HoldUnknown.selector, holdId));
    }

    function allBonds() private view returns (uint256) {
        return uint256(bonds.bondOf(OPERATOR).shares) + bonds.bondOf(RIVAL).shares;
    }
}
