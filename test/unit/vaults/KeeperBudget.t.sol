// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IKeeperBudget} from "../../../contracts/interfaces/IKeeperBudget.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {JOB_PROVE, JOB_REFUND, JOB_TRIGGER} from "../../../contracts/types/KeeperJob.sol";
import {KeeperBudget} from "../../../contracts/vaults/KeeperBudget.sol";
import {Steps} from "../../utils/Steps.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice Refunds, and what bounds them.
contract KeeperBudgetTest is Withdrawals, Steps {
    uint256 private constant PER_CALL = 0.3 ether;
    uint256 private constant PER_DAY = 1 ether;

    KeeperBudget private budget;
    address private keeper = makeAddr("keeper");

    function setUp() public override {
        super.setUp();
        raiseRate();
        budget = factory.newKeeperBudget(
            IAuthority(address(authority)),
            ledger,
            PER_CALL,
            PER_DAY,
            jobBudgets()
        );
        authority.grantRole(Roles.BUDGET_SPENDER, address(this));
        // just after midnight
        vm.warp((currentTime() / 1 days + 1) * 1 days);
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_ArgumentsAreWrong() public {
        IAuthority a = IAuthority(address(authority));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newKeeperBudget(a, IStakedEther(address(0)), PER_CALL, PER_DAY, jobBudgets());
        _expectBounds(2 ether, 1 ether);
        factory.newKeeperBudget(a, ledger, 2 ether, 1 ether, jobBudgets());
        _expectBounds(1, 10 ether + 1);
        factory.newKeeperBudget(a, ledger, 1, 10 ether + 1, jobBudgets());
        factory.newKeeperBudget(a, ledger, 10 ether, 10 ether, jobBudgets());
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
        assertApproxEqAbs(budget.refund(keeper, 0.2 ether), held, 1, "all of it");
        assertLe(ledger.sharesOf(address(budget)), 1, "empty again");
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

    /* PAY */

    function test_pay_PaysSharesWorthTheAmount_RoundedDown() public {
        _fill(5 ether);
        budget.setJobBudget(JOB_PROVE, 0.1 ether);
        uint256 expected = ledger.getSharesByPooledEth(0.03 ether);
        uint256 worth = ledger.getPooledEthByShares(expected);
        vm.expectEmit(address(budget));
        emit IKeeperBudget.KeeperPaid(JOB_PROVE, keeper, address(this), expected, worth, 0.03 ether);
        assertEq(budget.pay(JOB_PROVE, keeper, 0.03 ether), expected, "shares");
        assertEq(ledger.sharesOf(keeper), expected, "paid");
        (uint256 perFrame, uint256 left) = budget.jobBudget(JOB_PROVE);
        assertEq(perFrame, 0.1 ether, "budget");
        assertEq(left, 0.1 ether - worth, "left");
    }

    function test_pay_StaysWithinTheFramesBudget_AndBeginsAnewWithTheNext() public {
        _fill(5 ether);
        budget.setJobBudget(JOB_PROVE, 0.1 ether);
        budget.pay(JOB_PROVE, keeper, 0.07 ether);
        budget.pay(JOB_PROVE, keeper, 0.07 ether);
        assertApproxEqAbs(ledger.balanceOf(keeper), 0.1 ether, 4, "the budget");
        assertLe(ledger.balanceOf(keeper), 0.1 ether, "no more");
        assertEq(budget.pay(JOB_PROVE, keeper, 1), 0, "nothing is left");
        nextFrame();
        (, uint256 left) = budget.jobBudget(JOB_PROVE);
        assertEq(left, 0.1 ether, "anew");
        assertGt(budget.pay(JOB_PROVE, keeper, 0.07 ether), 0, "paid again");
    }

    /// @dev PAY-2.
    function test_pay_OneJobLeavesTheOthersTheirBudgets() public {
        _fill(5 ether);
        budget.setJobBudget(JOB_PROVE, 0.1 ether);
        budget.setJobBudget(JOB_TRIGGER, 0.2 ether);
        budget.pay(JOB_PROVE, keeper, 5 ether);
        (, uint256 left) = budget.jobBudget(JOB_TRIGGER);
        assertEq(left, 0.2 ether, "whole");
        assertEq(budget.leftToday(), PER_DAY, "and so are refunds");
        assertApproxEqAbs(_worth(budget.pay(JOB_TRIGGER, keeper, 1 ether)), 0.2 ether, 2, "paid");
        assertApproxEqAbs(_worth(budget.refund(keeper, 1 ether)), PER_CALL, 2, "given back");
    }

    /// @dev PAY-2: where there is too little for all, each has its part of what the frame began with.
    function test_pay_OneJobLeavesTheOthersTheirParts_WhereThereIsTooLittle() public {
        budget.setJobBudget(JOB_PROVE, 0.2 ether);
        budget.setJobBudget(JOB_TRIGGER, 0.2 ether);
        // of 1.4 ether in all budgets
        _fill(0.14 ether);
        uint256 proof = _worth(budget.pay(JOB_PROVE, keeper, 5 ether));
        assertApproxEqAbs(proof, 0.02 ether, 4, "a seventh");
        assertEq(budget.pay(JOB_PROVE, keeper, 5 ether), 0, "no more");
        assertApproxEqAbs(_worth(budget.refund(keeper, 5 ether)), 0.1 ether, 4, "five sevenths");
        assertApproxEqAbs(_worth(budget.pay(JOB_TRIGGER, keeper, 5 ether)), 0.02 ether, 4, "the last one");
        // what comes later in the frame is for the next
        _fill(5 ether);
        assertEq(budget.pay(JOB_PROVE, keeper, 5 ether), 0, "not now");
        nextFrame();
        assertApproxEqAbs(_worth(budget.pay(JOB_PROVE, keeper, 5 ether)), 0.2 ether, 4, "then");
    }

    function test_pay_PaysNothing_WhereThereIsNoBudgetOrNothingThere() public {
        budget.setJobBudget(JOB_PROVE, 0.1 ether);
        assertEq(budget.pay(JOB_PROVE, keeper, 1 ether), 0, "empty");
        _fill(1 ether);
        assertEq(budget.pay(JOB_TRIGGER, keeper, 1 ether), 0, "no budget");
        assertEq(budget.pay(JOB_PROVE, keeper, 0), 0, "nothing due");
        assertGt(budget.pay(JOB_PROVE, keeper, 1 ether), 0, "the job itself");
    }

    /// @dev Refunds have their own way, with the bounds of a call and of a day.
    function test_pay_RevertWhen_TheJobIsRefunds() public {
        _fill(1 ether);
        vm.expectRevert(abi.encodeWithSelector(IKeeperBudget.NotAJob.selector, JOB_REFUND));
        budget.pay(JOB_REFUND, keeper, 1);
        vm.expectRevert(abi.encodeWithSelector(IKeeperBudget.NotAJob.selector, JOB_REFUND));
        budget.setJobBudget(JOB_REFUND, 1);
        vm.expectRevert(abi.encodeWithSelector(IKeeperBudget.NotAJob.selector, bytes32(0)));
        budget.setJobBudget(0, 1);
    }

    function test_setJobBudget_MovesWithinTheStep() public {
        vm.expectEmit(address(budget));
        emit IKeeperBudget.JobBudgetSet(JOB_PROVE, 0, 0.2 ether);
        budget.setJobBudget(JOB_PROVE, 0.2 ether);
        // each job has a period of its own
        expectTooLarge(JOB_TRIGGER, 0, 0.2 ether + 1);
        budget.setJobBudget(JOB_TRIGGER, 0.2 ether + 1);
        budget.setJobBudget(JOB_TRIGGER, 0.2 ether);
        uint256 nextAt = currentTime() + STEP_PERIOD;
        vm.warp(nextAt - 1);
        expectTooSoon(JOB_PROVE, nextAt);
        budget.setJobBudget(JOB_PROVE, 0.2 ether + 1);
        vm.warp(nextAt);
        expectTooLarge(JOB_PROVE, 0.2 ether, 0.4 ether + 1);
        budget.setJobBudget(JOB_PROVE, 0.4 ether + 1);
        for (uint256 i = 2; i <= 10; ++i) {
            budget.setJobBudget(JOB_PROVE, i * 0.2 ether);
            skipTime(STEP_PERIOD);
        }
        _expectBudget(2 ether + 1);
        budget.setJobBudget(JOB_PROVE, 2 ether + 1);
        _fill(5 ether);
        budget.pay(JOB_PROVE, keeper, 0.5 ether);
        budget.setJobBudget(JOB_PROVE, 0.1 ether);
        (, uint256 left) = budget.jobBudget(JOB_PROVE);
        assertEq(left, 0, "what was paid counts");
        budget.setJobBudget(JOB_PROVE, 0);
        nextFrame();
        assertEq(budget.pay(JOB_PROVE, keeper, 1), 0, "closed");
    }

    /// @dev It falls at will, and what it fell by has to be risen to again.
    function test_setJobBudget_FallsAtWill() public {
        budget.setJobBudget(JOB_PROVE, 0.2 ether);
        uint256 nextAt = currentTime() + STEP_PERIOD;
        budget.setJobBudget(JOB_PROVE, 0.1 ether);
        budget.setJobBudget(JOB_PROVE, 0);
        expectTooSoon(JOB_PROVE, nextAt);
        budget.setJobBudget(JOB_PROVE, 0.1 ether);
        vm.warp(nextAt);
        budget.setJobBudget(JOB_PROVE, 0.1 ether);
    }

    /// @dev Where there is too little for all, what one job's budget was lowered by is the others'.
    function test_setJobBudget_LoweredLeavesTheOthersMore() public {
        budget.setJobBudget(JOB_PROVE, 0.2 ether);
        budget.setJobBudget(JOB_TRIGGER, 0.2 ether);
        budget.setJobBudget(JOB_TRIGGER, 0);
        budget.setBounds(0.2 ether, 0.2 ether);
        // of 0.4 ether in all budgets
        _fill(0.1 ether);
        assertApproxEqAbs(_worth(budget.pay(JOB_PROVE, keeper, 5 ether)), 0.05 ether, 4, "a half");
    }

    function test_constructor_TakesBudgets() public {
        IKeeperBudget.JobBudget[] memory budgets = new IKeeperBudget.JobBudget[](2);
        budgets[0] = IKeeperBudget.JobBudget(JOB_PROVE, 2 ether);
        budgets[1] = IKeeperBudget.JobBudget(JOB_TRIGGER, 1 ether);
        IAuthority a = IAuthority(address(authority));
        KeeperBudget made = factory.newKeeperBudget(a, ledger, PER_CALL, PER_DAY, budgets);
        (uint256 perFrame, ) = made.jobBudget(JOB_PROVE);
        assertEq(perFrame, 2 ether, "the first");
        (perFrame, ) = made.jobBudget(JOB_TRIGGER);
        assertEq(perFrame, 1 ether, "the second");
        budgets[0].perFrame = 2 ether + 1;
        _expectBudget(2 ether + 1);
        factory.newKeeperBudget(a, ledger, PER_CALL, PER_DAY, budgets);
        budgets[0].job = JOB_REFUND;
        vm.expectRevert(abi.encodeWithSelector(IKeeperBudget.NotAJob.selector, JOB_REFUND));
        factory.newKeeperBudget(a, ledger, PER_CALL, PER_DAY, budgets);
    }

    /* BOUNDS */

    function test_setBounds_MovesWithinTheStep() public {
        vm.expectEmit(address(budget));
        emit IKeeperBudget.BoundsSet(1.3 ether, 2 ether);
        budget.setBounds(1.3 ether, 2 ether);
        (uint256 perCall, uint256 perDay) = budget.bounds();
        assertEq(perCall, 1.3 ether, "per call");
        assertEq(perDay, 2 ether, "per day");
        uint256 nextAt = currentTime() + STEP_PERIOD;
        vm.warp(nextAt - 1);
        expectTooSoon("perCall", nextAt);
        budget.setBounds(1.3 ether + 1, 2 ether);
        expectTooSoon("perDay", nextAt);
        budget.setBounds(1.3 ether, 2 ether + 1);
        vm.warp(nextAt);
        expectTooLarge("perCall", 1.3 ether, 2.3 ether + 1);
        budget.setBounds(2.3 ether + 1, 3 ether);
        expectTooLarge("perDay", 2 ether, 3 ether + 1);
        budget.setBounds(2.3 ether, 3 ether + 1);
        _expectBounds(2 ether, 1 ether);
        budget.setBounds(2 ether, 1 ether);
        budget.setBounds(2.3 ether, 3 ether);
        // at will
        budget.setBounds(0.1 ether, 0.2 ether);
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

    function _worth(uint256 shares) private view returns (uint256) {
        return ledger.getPooledEthByShares(shares);
    }

    function _expectBudget(uint256 perFrame) private {
        vm.expectRevert(
            abi.encodeWithSelector(IKeeperBudget.BudgetOutOfBounds.selector, JOB_PROVE, perFrame, 2 ether)
        );
    }

    function _expectBounds(uint256 perCall, uint256 perDay) private {
        vm.expectRevert(
            abi.encodeWithSelector(IKeeperBudget.BoundsOutOfBounds.selector, perCall, perDay, 10 ether)
        );
    }
}
