// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IKeeperBudget} from "../../../contracts/interfaces/IKeeperBudget.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {KeeperBudget} from "../../../contracts/vaults/KeeperBudget.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice Refunds, and what bounds them.
contract KeeperBudgetTest is Withdrawals {
    uint256 private constant PER_CALL = 0.3 ether;
    uint256 private constant PER_DAY = 1 ether;

    KeeperBudget private budget;
    address private keeper = makeAddr("keeper");

    function setUp() public override {
        super.setUp();
        raiseRate();
        budget = factory.newKeeperBudget(IAuthority(address(authority)), ledger, PER_CALL, PER_DAY);
        authority.grantRole(Roles.BUDGET_SPENDER, address(this));
        // just after midnight
        vm.warp((currentTime() / 1 days + 1) * 1 days);
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_ArgumentsAreWrong() public {
        IAuthority a = IAuthority(address(authority));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newKeeperBudget(a, IStakedEther(address(0)), PER_CALL, PER_DAY);
        _expectBounds(2 ether, 1 ether);
        factory.newKeeperBudget(a, ledger, 2 ether, 1 ether);
        _expectBounds(1, 10 ether + 1);
        factory.newKeeperBudget(a, ledger, 1, 10 ether + 1);
        factory.newKeeperBudget(a, ledger, 10 ether, 10 ether);
    }

    /* REFUNDS */

    function test_refund_PaysSharesWorthTheAmount_RoundedDown() public {
        _fill(5 ether);
        uint256 expected = ledger.getSharesByPooledEth(0.2 ether);
        uint256 worth = ledger.getPooledEthByShares(expected);
        vm.expectEmit(address(budget));
        emit IKeeperBudget.Refunded(address(this), keeper, expected, worth, 0.2 ether);
        assertEq(budget.refund(keeper, 0.2 ether), expected, "shares");
        assertEq(ledger.sharesOf(keeper), expected, "paid");
        assertLe(worth, 0.2 ether, "never more");
        assertEq(budget.leftToday(), PER_DAY - worth, "of the day");
    }

    function test_refund_StaysWithinTheCallsBound() public {
        _fill(5 ether);
        budget.refund(keeper, 50 ether);
        assertApproxEqAbs(ledger.balanceOf(keeper), PER_CALL, 2, "a call's bound");
    }

    function test_refund_StaysWithinTheDaysBound_AndBeginsAnewTheNextDay() public {
        _fill(5 ether);
        for (uint256 i = 0; i < 3; ++i) budget.refund(keeper, PER_CALL);
        uint256 left = budget.leftToday();
        assertApproxEqAbs(left, 0.1 ether, 4, "left");
        budget.refund(keeper, PER_CALL);
        assertLe(ledger.balanceOf(keeper), PER_DAY, "a day's bound");
        assertLt(budget.leftToday(), 2, "spent");
        assertEq(budget.refund(keeper, PER_CALL), 0, "nothing more");
        skipTime(1 days);
        assertEq(budget.leftToday(), PER_DAY, "anew");
        assertGt(budget.refund(keeper, PER_CALL), 0, "paid again");
    }

    function test_refund_PaysWhatThereIs() public {
        assertEq(budget.refund(keeper, 0.2 ether), 0, "empty");
        assertEq(budget.leftToday(), PER_DAY, "and nothing spent");
        _fill(0.05 ether);
        uint256 held = ledger.sharesOf(address(budget));
        assertEq(budget.refund(keeper, 0.2 ether), held, "all of it");
        assertEq(ledger.sharesOf(address(budget)), 0, "empty again");
    }

    function testFuzz_refund_NeverExceedsTheBounds(uint256[8] memory amounts, uint256 seed) public {
        _fill(5 ether);
        uint256 paidToday = 0;
        uint256 day = currentTime() / 1 days;
        for (uint256 i = 0; i < amounts.length; ++i) {
            if ((seed >> i) & 1 == 1) skipTime(9 hours);
            if (currentTime() / 1 days != day) (day, paidToday) = (currentTime() / 1 days, 0);
            uint256 amount = bound(amounts[i], 0, 2 ether);
            uint256 worth = ledger.getPooledEthByShares(budget.refund(keeper, amount));
            paidToday += worth;
            assertLe(worth, amount < PER_CALL ? amount : PER_CALL, "a call");
            assertLe(paidToday, PER_DAY, "a day");
            assertEq(budget.leftToday(), PER_DAY - paidToday, "the rest");
        }
    }

    /* BOUNDS */

    function test_setBounds_MovesWithinTheStep() public {
        vm.expectEmit(address(budget));
        emit IKeeperBudget.BoundsSet(2 ether, 2 ether);
        budget.setBounds(2 ether, 2 ether);
        (uint256 perCall, uint256 perDay) = budget.bounds();
        assertEq(perCall, 2 ether, "per call");
        assertEq(perDay, 2 ether, "per day");
        _expectBounds(1, 3 ether + 1);
        budget.setBounds(1, 3 ether + 1);
        _expectBounds(2 ether, 1 ether);
        budget.setBounds(2 ether, 1 ether);
        budget.setBounds(0, 0);
        _fill(1 ether);
        assertEq(budget.refund(keeper, 1 ether), 0, "closed");
    }

    function test_setBounds_BelowWhatWasSpent_LeavesNothingForTheDay() public {
        _fill(5 ether);
        budget.refund(keeper, PER_CALL);
        budget.setBounds(0.1 ether, 0.1 ether);
        assertEq(budget.leftToday(), 0, "nothing");
        assertEq(budget.refund(keeper, 0.1 ether), 0, "paid");
        skipTime(1 days);
        assertEq(budget.leftToday(), 0.1 ether, "anew");
    }

    function _fill(uint256 amount) private {
        uint256 shares = ledger.stake{value: amount}(address(0));
        ledger.transferShares(address(budget), shares);
    }

    function _expectBounds(uint256 perCall, uint256 perDay) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IKeeperBudget.BoundsOutOfBounds.selector,
                perCall,
                perDay,
                10 ether,
                1 ether
            )
        );
    }
}
