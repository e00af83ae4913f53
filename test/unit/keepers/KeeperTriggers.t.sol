// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {IKeeperJobs} from "../../../contracts/interfaces/IKeeperJobs.sol";
import {JOB_TRIGGER} from "../../../contracts/types/KeeperJob.sol";
import {Keepers} from "../../utils/Keepers.sol";

/// @notice What is paid for exits and withdrawals that serve a deficit, and what goes back to who asked for them.
contract KeeperTriggersTest is Keepers {
    uint256 private constant TRIGGER = 350_000 * BASE_FEE;
    uint256 private constant TRIGGER_MORE = 90_000 * BASE_FEE;
    /// @dev e^(excess / 17) wei: some 0.0003 ether.
    uint256 private constant DEAR = 568;

    function test_trigger_PaysByTheTimeSinceTheRuleOpened() public {
        setDeficit(100 ether);
        exits.note();
        uint256 from = exits.openFrom(IExitController.Rule.Drawn);
        noteUntil(from + RISE / 2);
        (uint40 low, ) = ends();
        uint256 state = vm.snapshotState();
        (bool ok, ) = _try(IExitController.Rule.Drawn, one(low), 1 ether);
        if (ok) {
            expectPaid(TRIGGER / 2, "half");
            vm.revertToState(state);
        }
        noteUntil(currentTime() + 8 hours);
        _trigger(one(104), 1 ether);
        expectPaid(TRIGGER, "all");
        assertEq(queuedWithdrawals(), 1, "asked");
    }

    /// @dev The caller gets the rest of its ether, and the fee in shares beside its pay; nothing stays.
    function test_trigger_GivesRestAndRefundToTheCaller() public {
        openDraw(100 ether);
        setWithdrawalExcess(DEAR);
        uint256 fee = withdrawalVault.withdrawalFee();
        uint256 held = caller.balance;
        _trigger(one(104), 1 ether);
        assertEq(held - caller.balance, fee, "the rest came back");
        expectPaid(TRIGGER + fee, "pay and fee");
        assertEq(address(jobs).balance + ledger.sharesOf(address(jobs)), 0, "nothing stays");
    }

    function test_trigger_PaysForEachValidator() public {
        openDraw(100 ether);
        _trigger(shown("$.two"), 2);
        expectPaid(TRIGGER + TRIGGER_MORE, "two");
    }

    /// @dev Whoever splits what there is to ask is paid for the first call, and waits for the others, of either kind.
    function test_trigger_PaysNothing_ForFurtherCallsAtOnce() public {
        openDraw(200 ether);
        _trigger(one(104), 1 ether);
        expectPaid(TRIGGER, "the first");
        assertEq(jobs.lastTriggeredAt(), currentTime(), "when");
        _trigger(one(105), 1 ether);
        _triggerPartial(RICH);
        expectPaid(TRIGGER, "all others");
        assertEq(queuedWithdrawals(), 3, "all were asked");
        skipTime(RISE / 2);
        _trigger(one(106), 1 ether);
        expectPaid(TRIGGER + TRIGGER / 2, "by the time since the last one");
    }

    /// @dev The call itself may end the note by whose time it is paid.
    function test_trigger_PaysWhereItServesAllOfTheDeficit() public {
        openDraw(30 ether);
        _trigger(one(104), 1 ether);
        assertEq(exits.openFrom(IExitController.Rule.Drawn), 0, "no deficit is noted");
        expectPaid(TRIGGER, "all");
        expectPaidFrom(JOB_TRIGGER);
    }

    function test_triggerPartial_PaysWhereItServesAllOfTheDeficit() public {
        setDeficit(12 ether);
        exits.note();
        skipTime(RISE / 2);
        _triggerPartial(RICH);
        expectNoted(0, 0);
        expectPaid(TRIGGER / 2, "half");
    }

    /// @dev Of one that is to be merged the request may be dropped, and made again.
    function test_trigger_PaysNothing_ForThoseThatAreToBeMerged() public {
        openDraw(100 ether);
        authority.grantRole(Roles.CONSOLIDATOR, address(this));
        validatorRegistry.noteConsolidation(104, 105);
        _trigger(one(104), 1);
        assertEq(queuedWithdrawals(), 1, "asked");
        assertEq(paid(), 0, "for nothing");
    }

    /// @dev What is left of a call's ether never stays for the next caller.
    function test_trigger_RevertGiven_TheCallerTakesNothingBack() public {
        openDraw(100 ether);
        caller = address(this);
        vm.expectRevert(abi.encodeWithSelector(IKeeperJobs.RefundRefused.selector, caller));
        _trigger(one(104), 2);
        _trigger(one(104), 1);
        assertEq(queuedWithdrawals(), 1, "with nothing to take back");
    }

    /// @dev What the beacon chain may drop could be asked again and again.
    function test_trigger_PaysNothing_ForThoseInDoubt() public {
        openDraw(100 ether);
        triggerPartial(RICH);
        noteUntil(currentTime() + (COMING_EPOCHS + 1) * EPOCH_SECONDS);
        settle(RICH);
        assertTrue(exits.comingOf(RICH).inDoubt, "in doubt");
        _trigger(one(RICH), 1);
        assertEq(paid(), 0, "nothing");
    }

    /// @dev Such exits could be repeated, as nothing is recorded of them.
    function test_trigger_PaysNothing_ForStoppedOperators() public {
        openDraw(100 ether);
        jail();
        (bool ok, ) = _try(IExitController.Rule.Stopped, one(104), 1);
        assertTrue(ok, "done");
        assertEq(paid(), 0, "for nothing");
    }

    function test_triggerPartial_PaysByTheTimeSinceTheNote() public {
        setDeficit(100 ether);
        uint256 state = vm.snapshotState();
        _triggerPartial(RICH);
        assertEq(paid(), 0, "nobody had noted it");
        assertEq(queuedWithdrawals(), 1, "asked");
        vm.revertToState(state);
        exits.note();
        skipTime(RISE / 2);
        _triggerPartial(RICH);
        expectPaid(TRIGGER / 2, "half");
    }

    /// @dev A deficit that one opens, and lets go again, begins anew: it is the note's time that counts.
    function test_triggerPartial_PaysNothing_AfterTheDeficitWasGone() public {
        setDeficit(100 ether);
        exits.note();
        skipTime(RISE);
        setDeficit(0);
        exits.note();
        setDeficit(100 ether);
        exits.note();
        _triggerPartial(RICH);
        assertEq(paid(), 0, "just noted");
    }

    /// @dev Nor by the time since an earlier call, where nobody says that the deficit is still there.
    function test_triggerPartial_PaysNothing_WhereTheNoteHasLapsed() public {
        openDraw(200 ether);
        _trigger(one(104), 1 ether);
        uint256 before = paid();
        assertGt(before, 0, "paid");
        skipTime(exits.NOTE_LIFE() + 1);
        expectNoted(0, 0);
        _triggerPartial(RICH);
        assertEq(queuedWithdrawals(), 2, "asked");
        assertEq(paid(), before, "for nothing");
    }

    function test_triggerPartial_PaysNothing_ForLessThanTheMinimum() public {
        // of tickets for a thousand ether the least deficit is ten: what is asked for is that, of the 8.5 above 32
        setDeficit(100 ether);
        exits.note();
        skipTime(RISE);
        IKeeperJobs.Parameters memory p = jobParameters();
        p.minTrigger = 9 ether;
        jobs = factory.newKeeperJobs(contracts(), p);
        authority.grantRole(Roles.BUDGET_SPENDER, address(jobs));
        _triggerPartial(RICH);
        assertEq(paid(), 0, "too little");
    }

    function test_receive_RevertWhen_NotTheExits() public {
        vm.prank(caller);
        (bool ok, bytes memory answer) = address(jobs).call{value: 1}("");
        assertFalse(ok, "refused");
        assertEq(answer, abi.encodeWithSelector(IKeeperJobs.NotTheExits.selector, caller), "by name");
    }

    /* INTERNAL */

    function _trigger(Shown memory s, uint256 value) private {
        refreshRoot();
        vm.prank(caller);
        jobs.trigger{value: value}(IExitController.Rule.Drawn, recent(), s.indices, s.validators, s.proof);
    }

    function _try(
        IExitController.Rule rule,
        Shown memory s,
        uint256 value
    ) private returns (bool ok, bytes memory answer) {
        refreshRoot();
        vm.prank(caller);
        (ok, answer) = address(jobs).call{value: value}(
            abi.encodeCall(jobs.trigger, (rule, recent(), s.indices, s.validators, s.proof))
        );
    }

    function _triggerPartial(uint40 index) private {
        refreshRoot();
        Shown memory s = one(index);
        (bytes32 chunk, bytes32[] memory proof) = balance(index);
        vm.prank(caller);
        jobs.triggerPartial{value: 1}(recent(), index, s.validators[0], s.proof, chunk, proof);
    }
}
