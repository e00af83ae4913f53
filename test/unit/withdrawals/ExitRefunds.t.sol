// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {Exits} from "../../utils/Exits.sol";

/// @notice What a caller gets back of the fee of requests, in shares.
contract ExitRefundsTest is Exits {
    /// @dev e^(excess / 17) wei: some 0.0003, and some 0.05 ether.
    uint256 private constant DEAR = 568;
    uint256 private constant DEARER = 655;

    function setUp() public override {
        super.setUp();
        uint256 shares = ledger.stake{value: 1 ether}(address(0));
        ledger.transferShares(address(budget), shares);
        openDraw(100 ether);
    }

    function test_trigger_GivesTheFeeBackInShares() public {
        setWithdrawalExcess(DEAR);
        uint256 fee = withdrawalVault.withdrawalFee();
        assertGt(fee, exits.MIN_REFUND(), "worth it");
        uint256 held = caller.balance;
        sendDrawn(104, 1 ether);
        assertEq(held - caller.balance, fee, "the rest came back");
        assertApproxEqAbs(ledger.balanceOf(caller), fee, 2, "the fee, in shares");
    }

    function test_trigger_GivesBackNoMoreThanTheBoundOfACall() public {
        setWithdrawalExcess(DEARER);
        uint256 fee = withdrawalVault.withdrawalFee();
        assertGt(fee, REFUND_PER_CALL, "above the bound");
        sendDrawn(104, fee);
        assertApproxEqAbs(ledger.balanceOf(caller), REFUND_PER_CALL, 2, "the bound");
    }

    function test_trigger_GivesNothingBack_WhereTheFeeIsSmall() public {
        uint256 held = ledger.sharesOf(address(budget));
        sendDrawn(104, 1 ether);
        assertEq(ledger.sharesOf(address(budget)), held, "not worth a transfer");
    }

    function test_triggerPartial_GivesTheFeeBackInShares() public {
        setWithdrawalExcess(DEAR);
        uint256 fee = withdrawalVault.withdrawalFee();
        triggerPartialWith(RICH, fee);
        assertApproxEqAbs(ledger.balanceOf(caller), fee, 2, "the fee, in shares");
    }

    /// @dev What may well be dropped counts for a little only, and could soon be asked again.
    function test_trigger_GivesTheFeeBackOfThoseThatAreNotInDoubt() public {
        triggerPartial(RICH);
        noteUntil(currentTime() + (COMING_EPOCHS + 1) * EPOCH_SECONDS);
        settle(RICH);
        dequeueWithdrawals();
        setWithdrawalExcess(DEAR);
        uint256 fee = withdrawalVault.withdrawalFee();
        triggerPartialWith(RICH, fee);
        assertEq(ledger.sharesOf(caller), 0, "the second of two");
        noteUntil(currentTime() + 9 * EPOCH_SECONDS);
        settle(RICH);
        dequeueWithdrawals();
        setWithdrawalExcess(DEAR);
        send(IExitController.Rule.Drawn, shown("$.two"), 2 * fee);
        assertEq(queuedWithdrawals(), 2, "both were asked");
        assertApproxEqAbs(ledger.balanceOf(caller), fee, 2, "one fee");
    }

    /// @dev Under a root of before the slashing it could be asked again and again.
    function test_trigger_GivesNothingBack_AfterItWasInVain() public {
        trigger(IExitController.Rule.Drawn, 104);
        proveLeavingOf("$.leaving.slashed");
        setWithdrawalExcess(DEAR);
        send(IExitController.Rule.Drawn, one(104), withdrawalVault.withdrawalFee());
        expectComing(104, 32 * 32, epoch() + 8, false);
        assertEq(ledger.sharesOf(caller), 0, "nothing");
    }

    /// @dev Nothing is recorded of them: they could be repeated, and the budget emptied, for nothing.
    function test_trigger_GivesNothingBack_ForStoppedOperators() public {
        jail();
        setWithdrawalExcess(DEAR);
        refreshRoot();
        sendNow(IExitController.Rule.Stopped, one(104), 1 ether);
        assertEq(ledger.sharesOf(caller), 0, "nothing");
    }

    function test_trigger_GoesOn_WhereTheBudgetIsEmptyOrRefuses() public {
        setWithdrawalExcess(DEAR);
        uint256 fee = withdrawalVault.withdrawalFee();
        authority.revokeRole(Roles.BUDGET_SPENDER, address(exits));
        refreshRoot();
        vm.expectEmit(address(exits));
        emit IExitController.NotRefunded(caller, fee);
        sendNow(IExitController.Rule.Drawn, one(104), fee);
        assertEq(queuedWithdrawals(), 1, "asked");

        authority.grantRole(Roles.BUDGET_SPENDER, address(exits));
        authority.grantRole(Roles.BUDGET_SPENDER, address(this));
        authority.grantRole(Roles.PARAMETER_MANAGER, address(this));
        budget.setBounds(1 ether, 2 ether);
        budget.refund(address(this), 2 ether);
        assertEq(budget.refund(address(this), 2 ether), 0, "empty");
        sendDrawn(105, fee);
        assertEq(queuedWithdrawals(), 2, "asked again");
        assertEq(ledger.sharesOf(caller), 0, "nothing came back");
    }

    function sendDrawn(uint40 index, uint256 value) private {
        refreshRoot();
        sendNow(IExitController.Rule.Drawn, one(index), value);
    }
}
