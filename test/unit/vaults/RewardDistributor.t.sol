// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IInsuranceReserve} from "../../../contracts/interfaces/IInsuranceReserve.sol";
import {IKeeperBudget} from "../../../contracts/interfaces/IKeeperBudget.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IRewardDistributor} from "../../../contracts/interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {OperatorFigures} from "../../../contracts/types/OperatorFigures.sol";
import {Figures} from "../../utils/Figures.sol";
import {Steps} from "../../utils/Steps.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice Fee shares between the treasury and operators.
contract RewardDistributorTest is Withdrawals, Steps {
    using Figures for OperatorFigures;

    address private pay1 = makeAddr("pay 1");
    address private pay2 = makeAddr("pay 2");
    uint256 private op1;
    uint256 private op2;

    function setUp() public override {
        super.setUp();
        op1 = operatorRegistry.register(pay1, 0);
        op2 = operatorRegistry.register(pay2, 0);
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        IInsuranceReserve reserve = insuranceReserve;
        IKeeperBudget keepers = keeperBudget;
        for (uint256 i = 0; i < 6; ++i) {
            vm.expectRevert(Guarded.ZeroAddress.selector);
            factory.newRewardDistributor(
                IAuthority(i == 0 ? address(0) : address(authority)),
                IStakedEther(i == 1 ? address(0) : address(ledger)),
                IOperatorRegistry(i == 2 ? address(0) : address(operatorRegistry)),
                IInsuranceReserve(i == 3 ? address(0) : address(reserve)),
                IKeeperBudget(i == 4 ? address(0) : address(keepers)),
                i == 5 ? address(0) : treasury,
                feeParts()
            );
        }
    }

    function test_constructor_RevertWhen_APartIsOutOfBounds() public {
        _expectPart("treasury", 5_001, 5_000);
        _deploy(5_001, 0, 0);
        _expectPart("reserve", 3_001, 3_000);
        _deploy(0, 3_001, 0);
        _expectPart("keepers", 2_001, 2_000);
        _deploy(0, 0, 2_001);
        _expectPart("sum", 7_501, 7_500);
        _deploy(4_501, 2_000, 1_000);
        _deploy(4_500, 2_000, 1_000);
        _deploy(4_000, 1_500, 2_000);
        _deploy(2_500, 3_000, 2_000);
    }

    /* PULLS */

    function test_pull_SendsTheDifference() public {
        _fees(8 ether);
        bytes32[] memory proof = _root(op1, 2 ether, op2, 4 ether);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.Pulled(op1, pay1, 2 ether);
        vm.prank(makeAddr("anyone"));
        assertEq(distributor.pull(Figures.ofShares(op1, 2 ether), proof), 2 ether, "first");
        assertEq(ledger.sharesOf(pay1), 2 ether, "paid");
        assertEq(distributor.pulledOf(op1), 2 ether, "pulled");

        vm.expectRevert(IRewardDistributor.NothingToPull.selector);
        distributor.pull(Figures.ofShares(op1, 2 ether), proof);

        proof = _root(op1, 2.5 ether, op2, 4 ether);
        assertEq(distributor.pull(Figures.ofShares(op1, 2.5 ether), proof), 0.5 ether, "the difference");
        assertEq(ledger.sharesOf(pay1), 2.5 ether, "in all");
    }

    function test_pull_PaysWhoeverTheOperatorNames() public {
        _fees(8 ether);
        bytes32[] memory proof = _root(op1, 2 ether, op2, 4 ether);
        operatorRegistry.proposeRewardAddress(op1, makeAddr("new pay"));
        vm.prank(makeAddr("new pay"));
        operatorRegistry.acceptRewardAddress(op1);
        distributor.pull(Figures.ofShares(op1, 2 ether), proof);
        assertEq(ledger.sharesOf(makeAddr("new pay")), 2 ether, "the new address");
        assertEq(ledger.sharesOf(pay1), 0, "not the old one");
    }

    function test_pull_RevertWhen_NotUnderTheRoot() public {
        _fees(8 ether);
        bytes32[] memory proof = _root(op1, 2 ether, op2, 4 ether);
        _expectNotUnder(op1, 2 ether + 1);
        distributor.pull(Figures.ofShares(op1, 2 ether + 1), proof);
        _expectNotUnder(op2, 2 ether);
        distributor.pull(Figures.ofShares(op2, 2 ether), proof);
        _expectNotUnder(op2, 4 ether);
        distributor.pull(Figures.ofShares(op2, 4 ether), proof);
        _expectNotUnder(op1, 2 ether);
        distributor.pull(Figures.ofShares(op1, 2 ether), new bytes32[](0));
        _expectNotUnder(3, 2 ether);
        distributor.pull(Figures.ofShares(3, 2 ether), proof);
    }

    function test_pull_RevertGiven_ThereIsNoRoot() public {
        _fees(8 ether);
        _expectNotUnder(op1, 1);
        distributor.pull(Figures.ofShares(op1, 1), new bytes32[](0));
        _expectNotUnder(0, 0);
        distributor.pull(Figures.ofShares(0, 0), new bytes32[](0));
    }

    function test_pull_RevertWhen_TheOperatorIsUnknown() public {
        _fees(8 ether);
        bytes32[] memory proof = _root(77, 1 ether, op2, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorUnknown.selector, 77));
        distributor.pull(Figures.ofShares(77, 1 ether), proof);
        assertEq(distributor.pulledOf(77), 0, "nothing pulled");
        distributor.pull(Figures.ofShares(op2, 1 ether), _beside(77, 1 ether));
        assertEq(ledger.sharesOf(pay2), 1 ether, "others are paid");
    }

    /// @dev The committee says how operators share their part; it cannot touch the treasury's.
    function test_pull_RevertWhen_TheRootPromisesTooMuch() public {
        _fees(8 ether);
        bytes32[] memory proof = _root(op1, 6 ether + 1, op2, 6 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.OperatorsPartExceeded.selector, 6 ether + 1, 6 ether)
        );
        distributor.pull(Figures.ofShares(op1, 6 ether + 1), proof);
        distributor.pull(Figures.ofShares(op2, 6 ether), _beside(op1, 6 ether + 1));
        assertEq(distributor.pullTreasury(), 2 ether, "the treasury's part is there");
        assertEq(ledger.sharesOf(treasury), 2 ether, "paid");
        assertEq(ledger.sharesOf(address(distributor)), 0, "all of it");
    }

    /// @dev A lower figure takes nothing back and pays nothing.
    function test_pull_RevertWhen_TheRootTakesBack() public {
        _fees(8 ether);
        distributor.pull(Figures.ofShares(op1, 2 ether), _root(op1, 2 ether, op2, 4 ether));
        bytes32[] memory proof = _root(op1, 1 ether, op2, 4 ether);
        vm.expectRevert(IRewardDistributor.NothingToPull.selector);
        distributor.pull(Figures.ofShares(op1, 1 ether), proof);
        proof = _root(op1, 3 ether, op2, 4 ether);
        assertEq(distributor.pull(Figures.ofShares(op1, 3 ether), proof), 1 ether, "above what was pulled");
    }

    /// @dev Under 0 stands what operators forfeited: it is burnt for all holders.
    function test_pull_BurnsWhatWasForfeited() public {
        _fees(8 ether);
        bytes32[] memory proof = _root(0, 2 ether, op2, 4 ether);
        uint256 all = ledger.getTotalShares();
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.ForfeitedBurnt(2 ether);
        assertEq(distributor.pull(Figures.ofShares(0, 2 ether), proof), 2 ether, "shares");
        assertEq(all - ledger.getTotalShares(), 2 ether, "burnt");
        assertEq(distributor.owed().operators, 4 ether, "left to operators");
        vm.expectRevert(IRewardDistributor.NothingToPull.selector);
        distributor.pull(Figures.ofShares(0, 2 ether), proof);
        distributor.pull(Figures.ofShares(op2, 4 ether), _beside(0, 2 ether));
        assertEq(distributor.pullTreasury(), 2 ether, "the treasury's part is there");
    }

    /// @dev Each figure of an operator is part of its leaf.
    function test_requireUnderRoot_HoldsEveryFigure() public {
        OperatorFigures memory f = OperatorFigures(1, 2, 3, 4, 5, 6);
        OperatorFigures memory sibling = Figures.ofShares(op2, 1);
        bytes32[] memory proof = sibling.proofBeside();
        distributor.setRoot(f.rootOf(sibling));
        distributor.requireUnderRoot(f, proof);
        for (uint256 i = 0; i < 6; ++i) {
            OperatorFigures memory other = OperatorFigures(
                i == 0 ? 9 : 1,
                i == 1 ? 9 : 2,
                i == 2 ? 9 : 3,
                i == 3 ? 9 : 4,
                i == 4 ? 9 : 5,
                i == 5 ? 9 : 6
            );
            _expectNotUnder(other.operatorId, other.cumulativeShares);
            distributor.requireUnderRoot(other, proof);
        }
    }

    function test_pullTreasury_SendsItsPart() public {
        _fees(8 ether);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.TreasuryPulled(treasury, 2 ether);
        assertEq(distributor.pullTreasury(), 2 ether, "a quarter");
        vm.expectRevert(IRewardDistributor.NothingToPull.selector);
        distributor.pullTreasury();
        _fees(4 ether);
        assertEq(distributor.pullTreasury(), 1 ether, "a quarter of what came since");
        assertEq(distributor.owed().operators, 9 ether, "the rest");
    }

    function test_pullTreasury_RevertGiven_NothingCame() public {
        vm.expectRevert(IRewardDistributor.NothingToPull.selector);
        distributor.pullTreasury();
    }

    /// @dev Shares that anyone sends are split like those of reports; they rob nobody.
    function test_pull_SplitsDonations() public {
        reportRewards(0.015 ether);
        uint256 fees = ledger.sharesOf(address(distributor));
        vm.prank(alice);
        ledger.transferShares(address(distributor), 4 ether);
        assertEq(distributor.pullTreasury(), ((fees + 4 ether) * 2_500) / 10_000, "a quarter of all");
    }

    /* PARTS */

    function test_pullReserveAndKeepers_SendTheirParts() public {
        _setParts(2_500, 500, 250);
        _fees(10_000);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.FeesSplit(10_000, 2_500, 500, 250, 6_750);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.ReservePulled(address(insuranceReserve), 500);
        vm.prank(makeAddr("anyone"));
        assertEq(distributor.pullReserve(), 500, "a twentieth");
        assertEq(ledger.sharesOf(address(insuranceReserve)), 500, "to the reserve");
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.KeepersPulled(address(keeperBudget), 250);
        assertEq(distributor.pullKeepers(), 250, "a fortieth");
        assertEq(ledger.sharesOf(address(keeperBudget)), 250, "to their budget");
        vm.expectRevert(IRewardDistributor.NothingToPull.selector);
        distributor.pullReserve();
        vm.expectRevert(IRewardDistributor.NothingToPull.selector);
        distributor.pullKeepers();
        assertEq(distributor.pullTreasury(), 2_500, "the treasury's part is there");
        assertEq(distributor.owed().operators, 6_750, "and the operators'");
    }

    /// @dev Each part is rounded down, so that what does not divide is the operators'.
    function test_owed_CountsWhatNoPullHasSplit() public {
        _setParts(2_500, 500, 500);
        _fees(19);
        IRewardDistributor.Split memory s = distributor.owed();
        assertEq(s.treasury, 4, "a quarter of 19");
        assertEq(uint256(s.reserve) + s.keepers, 0, "a twentieth of 19");
        assertEq(s.operators, 15, "the rest");
        assertEq(distributor.pullTreasury(), 4, "as told");
        assertEq(distributor.owed().operators, 15, "split once");
    }

    /// @dev What operators are promised too much comes out of no other part.
    function test_pull_RevertWhen_TheRootPromisesTheReservesPart() public {
        _setParts(2_500, 500, 500);
        _fees(8 ether);
        bytes32[] memory proof = _root(op1, 5.2 ether + 1, op2, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRewardDistributor.OperatorsPartExceeded.selector,
                5.2 ether + 1,
                5.2 ether
            )
        );
        distributor.pull(Figures.ofShares(op1, 5.2 ether + 1), proof);
        assertEq(distributor.pullReserve(), 0.4 ether, "the reserve's");
        assertEq(distributor.pullKeepers(), 0.4 ether, "the keepers'");
    }

    /// @dev FEE-1: all that is ever pulled, and is owed, is what ever came, whatever the order and the parts.
    function testFuzz_pull_NeverSendsMoreThanCame(
        uint256[6] calldata fees,
        uint256[6] calldata promises,
        uint256 order
    ) public {
        uint256 came = 0;
        uint256 promised = 0;
        for (uint256 i = 0; i < 6; ++i) {
            uint256 fee = bound(fees[i], 0, 3 ether);
            if (fee > 0) _fees(fee);
            came += fee;
            promised += bound(promises[i], 1, 5 ether);
            bytes32[] memory proof = _root(op1, promised, op2, 1);
            uint256 dice = order >> (i * 8);
            if (dice & 1 == 1) try distributor.pull(Figures.ofShares(op1, promised), proof) {} catch {}
            if (dice & 2 == 2) try distributor.pullTreasury() {} catch {}
            if (dice & 4 == 4) try distributor.pullReserve() {} catch {}
            if (dice & 8 == 8) try distributor.pullKeepers() {} catch {}
            if (dice & 16 == 16) _setParts(uint16(2_200 + i * 50), uint16(i * 50), uint16((5 - i) * 20));
            skipTime(STEP_PERIOD);

            IRewardDistributor.Split memory s = distributor.owed();
            uint256 owed = uint256(s.treasury) + s.reserve + s.keepers + s.operators;
            uint256 pulled = ledger.sharesOf(pay1) +
                ledger.sharesOf(treasury) +
                ledger.sharesOf(address(insuranceReserve)) +
                ledger.sharesOf(address(keeperBudget));
            assertEq(pulled + owed, came, "FEE-1: pulled and owed is what came");
            assertEq(owed, ledger.sharesOf(address(distributor)), "FEE-1: all that is owed is there");
            // a part of at least 0.7 of each fee, rounded up
            assertGe(ledger.sharesOf(pay1) + s.operators, (came * 7_000) / 10_000, "operators have the rest");
        }
    }

    /* GOVERNANCE */

    function test_setParts_AreForLaterShares() public {
        _fees(8 ether);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.PartsSet(feeParts(), IRewardDistributor.Parts(3_000, 500, 0));
        distributor.setParts(IRewardDistributor.Parts(3_000, 500, 0));
        assertEq(distributor.parts().treasuryBp, 3_000, "told");
        _fees(8 ether);
        assertEq(distributor.pullTreasury(), 4.4 ether, "2 of the first, 2.4 of the second");
        assertEq(distributor.pullReserve(), 0.4 ether, "of the second alone");
        assertEq(distributor.owed().operators, 11.2 ether, "operators");
    }

    function test_setParts_RevertWhen_APartMovesTooFar() public {
        expectTooLarge("treasury", 2_500, 3_001);
        _setParts(3_001, 0, 0);
        expectTooLarge("treasury", 2_500, 1_999);
        _setParts(1_999, 0, 0);
        expectTooLarge("reserve", 0, 501);
        _setParts(2_500, 501, 0);
        expectTooLarge("keepers", 0, 501);
        _setParts(2_500, 0, 501);
        _setParts(2_000, 500, 500);
    }

    function test_setParts_RevertWhen_APartMovesTooSoon() public {
        uint256 nextAt = currentTime() + STEP_PERIOD;
        _setParts(2_000, 500, 500);
        vm.warp(nextAt - 1);
        expectTooSoon("treasury", nextAt);
        _setParts(2_001, 500, 500);
        expectTooSoon("reserve", nextAt);
        _setParts(2_000, 499, 500);
        expectTooSoon("keepers", nextAt);
        _setParts(2_000, 500, 0);
        vm.warp(nextAt);
        // what stays has not moved
        _setParts(2_500, 500, 1_000);
        _setParts(2_500, 0, 1_000);
        assertEq(distributor.parts().treasuryBp, 2_500, "set");
    }

    function test_setParts_RevertWhen_OutOfBounds() public {
        for (uint16 i = 1; i <= 5; ++i) {
            _setParts(2_500 + i * 500, 0, 0);
            skipTime(STEP_PERIOD);
        }
        _expectPart("treasury", 5_001, 5_000);
        _setParts(5_001, 0, 0);
        for (uint16 i = 1; i <= 5; ++i) {
            _setParts(5_000, i * 500, 0);
            skipTime(STEP_PERIOD);
        }
        _expectPart("sum", 7_501, 7_500);
        _setParts(5_000, 2_500, 1);
    }

    function test_setTreasury_SendsWhatWasNotPulledToTheNewOne() public {
        _fees(8 ether);
        address next = makeAddr("next");
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.TreasurySet(treasury, next);
        distributor.setTreasury(next);
        distributor.pullTreasury();
        assertEq(ledger.sharesOf(next), 2 ether, "next");
        assertEq(ledger.sharesOf(treasury), 0, "treasury");
        vm.expectRevert(Guarded.ZeroAddress.selector);
        distributor.setTreasury(address(0));
    }

    /// @dev Its own shares would count as fresh ones again and again.
    function test_setTreasury_RevertWhen_ItIsTheDistributor() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NotATreasury.selector, address(distributor))
        );
        distributor.setTreasury(address(distributor));
    }

    function test_guardedFunctions_RevertWhen_CallerHasNoRole() public {
        vm.startPrank(alice);
        bytes memory manager = abi.encodeWithSelector(
            Guarded.Unauthorized.selector,
            alice,
            Roles.PARAMETER_MANAGER
        );
        vm.expectRevert(manager);
        distributor.setParts(feeParts());
        vm.expectRevert(manager);
        distributor.setTreasury(alice);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, alice, Roles.ACCOUNTING));
        distributor.setRoot(bytes32(uint256(1)));
    }

    /* INTERNAL */

    /// @dev Shares come to the distributor; from a stranger here, exact to the wei.
    function _fees(uint256 shares) private {
        address payer = makeStaker("payer", shares);
        vm.prank(payer);
        ledger.transferShares(address(distributor), shares);
    }

    function _setParts(uint16 toTreasury, uint16 toReserve, uint16 toKeepers) private {
        distributor.setParts(IRewardDistributor.Parts(toTreasury, toReserve, toKeepers));
    }

    function _deploy(uint16 toTreasury, uint16 toReserve, uint16 toKeepers) private {
        factory.newRewardDistributor(
            IAuthority(address(authority)),
            ledger,
            operatorRegistry,
            insuranceReserve,
            keeperBudget,
            treasury,
            IRewardDistributor.Parts(toTreasury, toReserve, toKeepers)
        );
    }

    function _expectPart(bytes32 part, uint256 bp, uint256 maximum) private {
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.PartOutOfBounds.selector, part, bp, maximum)
        );
    }

    /// @dev Sets the root of a tree of two leaves and returns the proof of the first.
    function _root(
        uint256 a,
        uint256 sharesA,
        uint256 b,
        uint256 sharesB
    ) private returns (bytes32[] memory) {
        distributor.setRoot(Figures.ofShares(a, sharesA).rootOf(Figures.ofShares(b, sharesB)));
        return _beside(b, sharesB);
    }

    function _beside(uint256 operatorId, uint256 shares) private pure returns (bytes32[] memory) {
        return Figures.ofShares(operatorId, shares).proofBeside();
    }

    function _expectNotUnder(uint256 operatorId, uint256 shares) private {
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NotUnderRoot.selector, operatorId, shares));
    }
}
