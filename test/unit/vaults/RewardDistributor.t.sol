// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IRewardDistributor} from "../../../contracts/interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {OperatorFigures} from "../../../contracts/types/OperatorFigures.sol";
import {Figures} from "../../utils/Figures.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice Fee shares between the treasury and operators.
contract RewardDistributorTest is Withdrawals {
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

    function test_constructor_RevertWhen_ArgumentsAreWrong() public {
        IAuthority a = IAuthority(address(authority));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newRewardDistributor(IAuthority(address(0)), ledger, operatorRegistry, treasury, 0);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newRewardDistributor(a, IStakedEther(address(0)), operatorRegistry, treasury, 0);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newRewardDistributor(a, ledger, IOperatorRegistry(address(0)), treasury, 0);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newRewardDistributor(a, ledger, operatorRegistry, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.PartOutOfBounds.selector, 5_001, 5_000));
        factory.newRewardDistributor(a, ledger, operatorRegistry, treasury, 5_001);
        factory.newRewardDistributor(a, ledger, operatorRegistry, treasury, 5_000);
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
        assertEq(distributor.operatorsLeft(), 4 ether, "left to operators");
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
        assertEq(distributor.operatorsLeft(), 9 ether, "the rest");
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

    /// @dev All that is ever pulled is what ever came, whatever the order.
    function testFuzz_pull_NeverSendsMoreThanCame(
        uint256[6] calldata fees,
        uint256[6] calldata promises,
        uint256 order
    ) public {
        uint256 came = 0;
        uint256 promised = 0;
        uint256 toTreasury = 0;
        for (uint256 i = 0; i < 6; ++i) {
            uint256 fee = bound(fees[i], 0, 3 ether);
            if (fee > 0) _fees(fee);
            came += fee;
            promised += bound(promises[i], 1, 5 ether);
            bytes32[] memory proof = _root(op1, promised, op2, 1);
            try distributor.pull(Figures.ofShares(op1, promised), proof) {} catch {}
            if ((order >> i) & 1 == 1) {
                try distributor.pullTreasury() returns (uint256 shares) {
                    toTreasury += shares;
                } catch {}
            }
            assertLe(ledger.sharesOf(pay1), came - (came * 2_500) / 10_000 + 6, "operators' part");
            assertEq(
                ledger.sharesOf(pay1) + ledger.sharesOf(treasury) + ledger.sharesOf(address(distributor)),
                came,
                "all of it"
            );
        }
        try distributor.pullTreasury() returns (uint256 shares) {
            toTreasury += shares;
        } catch {}
        assertApproxEqAbs(toTreasury, (came * 2_500) / 10_000, 6, "the treasury had its part");
    }

    /* GOVERNANCE */

    function test_setTreasuryPart_IsForLaterShares() public {
        _fees(8 ether);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.TreasuryPartSet(2_500, 5_000);
        distributor.setTreasuryPart(5_000);
        _fees(8 ether);
        assertEq(distributor.pullTreasury(), 6 ether, "2 of the first, 4 of the second");
        assertEq(distributor.operatorsLeft(), 10 ether, "operators");
        distributor.setTreasuryPart(0);
        _fees(8 ether);
        vm.expectRevert(IRewardDistributor.NothingToPull.selector);
        distributor.pullTreasury();
    }

    function test_setTreasuryPart_RevertWhen_OutOfBounds() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.PartOutOfBounds.selector, 5_001, 5_000));
        distributor.setTreasuryPart(5_001);
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

    function test_guardedFunctions_RevertWhen_CallerHasNoRole() public {
        vm.startPrank(alice);
        bytes memory manager = abi.encodeWithSelector(
            Guarded.Unauthorized.selector,
            alice,
            Roles.PARAMETER_MANAGER
        );
        vm.expectRevert(manager);
        distributor.setTreasuryPart(1);
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
