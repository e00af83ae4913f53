// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {PausableUntil} from "../../../contracts/access/PausableUntil.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice Finalisation between reports, by anyone, and what suspends it.
contract FinalizeNamedTest is Withdrawals {
    address private stranger = makeAddr("stranger");
    address private brain = makeAddr("brain");

    function setUp() public override {
        super.setUp();
        authority.grantRole(Roles.ACCOUNTING, brain);
    }

    /* FINALIZE NAMED */

    function test_finalizeNamed_GoesOnAsEtherComesIn() public {
        (uint256 first, uint256 second) = shortBuffer();
        assertFalse(queue.ticket(first).finalized, "in part");
        makeStaker("carol", 8 ether);

        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.Finalized(2, second, 8 ether, 8 ether);
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.BatchMetadataUpdate(1, second);
        vm.prank(stranger);
        (uint256 shares, uint256 amount) = queue.finalizeNamed();
        assertEq(shares, 8 ether, "shares");
        assertEq(amount, 8 ether, "ether");
        assertTrue(queue.ticket(first).finalized, "the first");
        assertFalse(queue.ticket(second).finalized, "the second in part");

        makeStaker("carol", 30 ether);
        queue.finalizeNamed();
        assertEq(queue.claimable(second), 5 ether, "the second");
        assertEq(address(queue).balance, 15 ether, "all set aside");
        assertEq(ledger.sharesOf(address(queue)), 0, "no shares left");
    }

    /// @dev ERC-4906: from the first ticket that was not known to be finalised wholly.
    function test_finalizeNamed_TellsOfTicketsWhoseStateChanged() public {
        (, uint256 second) = shortBuffer();
        makeStaker("carol", 11 ether);
        queue.finalizeNamed();
        uint256 third = requestFor(bob, 2 ether);
        skipTime(COOLDOWN);
        finalize(third);
        makeStaker("carol", 1 ether);
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.BatchMetadataUpdate(second + 1, third);
        queue.finalizeNamed();
    }

    /// @dev By a report, too.
    function test_finalize_TellsOfTicketsWhoseStateChanged() public {
        (, uint256 second) = shortBuffer();
        makeStaker("carol", 8 ether);
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.BatchMetadataUpdate(1, second);
        finalize(second);
    }

    function test_finalizeNamed_StopsAtTheTicketThatTheReportNamed() public {
        shortBuffer();
        uint256 third = requestFor(bob, 1 ether);
        makeStaker("carol", 50 ether);
        queue.finalizeNamed();
        (uint256 requested, uint256 finalized, ) = queue.totals();
        assertEq(requested - finalized, 1 ether / GRAIN, "the third waits");
        assertFalse(queue.ticket(third).finalized, "not named");
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NothingToFinalize.selector, 2));
        queue.finalizeNamed();
    }

    /// @dev Never at a rate older than the last report: what it booked is borne.
    function test_finalizeNamed_PaysTheRateOfNow() public {
        (uint256 first, uint256 second) = shortBuffer();
        bookChange(-1.85 ether);
        queue.finalize(second, currentTime());
        makeStaker("carol", 8 ether);
        uint256 rest = ledger.getPooledEthByShares(6 ether);
        assertLt(rest, 5.8 ether, "a loss");
        queue.finalizeNamed();
        assertEq(queue.claimable(first), 4 ether + rest, "4 at 1 and 6 after the loss");
    }

    function test_finalizeNamed_RevertWhen_ThereIsNothingToDo() public {
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.ReportTooOld.selector, 0, 2 * FRAME_SECONDS));
        queue.finalizeNamed();
        (, uint256 second) = shortBuffer();
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NothingToFinalize.selector, second));
        queue.finalizeNamed();
        assertEq(queue.checkpointCount(), 1, "no empty checkpoint");
    }

    /// @dev The last report decides, also where it names less than the one before.
    function test_finalizeNamed_FollowsTheLastReport() public {
        (uint256 first, ) = shortBuffer();
        makeStaker("carol", 6 ether);
        queue.finalize(first, currentTime());
        makeStaker("carol", 20 ether);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NothingToFinalize.selector, first));
        queue.finalizeNamed();
        queue.finalize(0, currentTime());
        (uint256 ticketId, uint256 refTime) = queue.named();
        assertEq(ticketId, 0, "named nothing");
        assertEq(refTime, currentTime(), "time of the last report");
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NothingToFinalize.selector, 0));
        queue.finalizeNamed();
    }

    function test_finalizeNamed_RevertGiven_TheReportIsOld() public {
        (, uint256 second) = shortBuffer();
        uint256 refTime = currentTime();
        makeStaker("carol", 2 ether);
        vm.warp(refTime + 2 * FRAME_SECONDS - 1);
        queue.finalizeNamed();
        makeStaker("carol", 20 ether);
        vm.warp(refTime + 2 * FRAME_SECONDS);
        vm.expectRevert(
            abi.encodeWithSelector(
                IWithdrawalQueue.ReportTooOld.selector,
                refTime,
                refTime + 2 * FRAME_SECONDS
            )
        );
        queue.finalizeNamed();
        finalize(second);
        assertTrue(queue.ticket(second).finalized, "by the next report");
    }

    function test_finalizeNamed_RevertGiven_APause() public {
        (, uint256 second) = shortBuffer();
        makeStaker("carol", 20 ether);
        queue.pauseFor(1 hours);
        vm.expectRevert(abi.encodeWithSelector(PausableUntil.PausedUntil.selector, currentTime() + 1 hours));
        queue.finalizeNamed();
        skipTime(1 hours);
        queue.finalizeNamed();
        assertTrue(queue.ticket(second).finalized, "when it has ended");
    }

    /// @dev What a report names during a pause may be finalised when it has ended, without another report.
    function test_finalizeNamed_AfterAReportDuringAPause() public {
        uint256 id = requestFor(alice, 3 ether);
        skipTime(COOLDOWN);
        queue.pauseFor(1 hours);
        finalize(id);
        assertFalse(queue.ticket(id).finalized, "paused");
        skipTime(1 hours);
        vm.prank(stranger);
        queue.finalizeNamed();
        assertTrue(queue.ticket(id).finalized, "by anyone");
    }

    function test_finalizeNamed_RevertGiven_AHoldOfALaterTime() public {
        authority.grantRole(Roles.EXIT_HOLDER, address(this));
        (, uint256 second) = shortBuffer();
        makeStaker("carol", 20 ether);
        skipTime(1);
        uint256 heldAt = currentTime();
        queue.hold();
        skipTime(1 hours);
        vm.expectRevert(
            abi.encodeWithSelector(
                IWithdrawalQueue.FinalizationHeld.selector,
                heldAt,
                heldAt + 3 * FRAME_SECONDS
            )
        );
        queue.finalizeNamed();
        // a report of before the fault changes nothing; one after it does
        queue.finalize(second, heldAt);
        vm.expectPartialRevert(IWithdrawalQueue.FinalizationHeld.selector);
        queue.finalizeNamed();
        assertEq(queue.checkpointCount(), 1, "held");
        queue.finalize(second, heldAt + 1);
        assertTrue(queue.ticket(second).finalized, "by the report");
    }

    /* SUSPENSION */

    function test_suspend_StopsFinalizeNamedUntilAReport() public {
        (, uint256 second) = shortBuffer();
        makeStaker("carol", 8 ether);
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.Suspended(brain);
        vm.prank(brain);
        queue.suspend();
        assertTrue(queue.isSuspended(), "suspended");
        vm.expectRevert(IWithdrawalQueue.FinalizationSuspended.selector);
        queue.finalizeNamed();

        // another time is no error: a second report may be parked
        vm.prank(brain);
        queue.suspend();
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.SuspensionEnded(address(this));
        finalize(second);
        assertFalse(queue.isSuspended(), "ended");
        makeStaker("carol", 8 ether);
        queue.finalizeNamed();
        assertTrue(queue.ticket(second).finalized, "goes on");
    }

    /// @dev Also a report that finalises nothing, for a pause or because all it names was passed, is an applied one.
    function test_finalize_EndsASuspensionWhateverItFinalises() public {
        (uint256 first, uint256 second) = shortBuffer();
        makeStaker("carol", 30 ether);
        finalize(second);
        queue.suspend();
        finalize(first);
        assertFalse(queue.isSuspended(), "a ticket that was passed");
        queue.suspend();
        queue.pauseFor(1 hours);
        finalize(second);
        assertFalse(queue.isSuspended(), "paused");
    }

    function test_suspend_StopsNeitherRequestsNorClaims() public {
        uint256 id = requestFor(alice, 1 ether);
        waitAndFinalize(id);
        queue.suspend();
        requestFor(bob, 1 ether);
        vm.prank(alice);
        assertEq(queue.claim(id), 1 ether, "claimed");
    }

    function test_suspend_RevertWhen_CallerHasNoRole() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, stranger, Roles.ACCOUNTING));
        queue.suspend();
    }

    function test_endSuspension_EndsItAlone() public {
        queue.suspend();
        queue.pauseFor(1 hours);
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.SuspensionEnded(brain);
        vm.prank(brain);
        queue.endSuspension();
        assertFalse(queue.isSuspended(), "not suspended");
        assertGt(queue.pausedUntil(), currentTime(), "still paused");
        // nothing to end is no error
        vm.prank(brain);
        queue.endSuspension();
        assertFalse(queue.isSuspended(), "as before");
    }

    /// @dev Who ends a pause does not let tickets out that a parked report holds.
    function test_resume_LeavesTheSuspension() public {
        authority.grantRole(Roles.RESUMER, stranger);
        queue.suspend();
        queue.pauseFor(1 hours);
        vm.prank(stranger);
        queue.resume();
        assertTrue(queue.isSuspended(), "still suspended");
        assertEq(queue.pausedUntil(), currentTime(), "not paused");
    }

    function test_endSuspension_RevertWhen_CallerHasNoRole() public {
        queue.suspend();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, stranger, Roles.ACCOUNTING));
        queue.endSuspension();
        assertTrue(queue.isSuspended(), "still suspended");
    }

    /* INTERNAL */

    /// @dev Tickets of 10 and 5 ether, named by a report of now, which had 4 ether for them.
    function shortBuffer() private returns (uint256 first, uint256 second) {
        first = requestFor(alice, 10 ether);
        second = requestFor(bob, 5 ether);
        depositKeys(37);
        skipTime(COOLDOWN);
        finalize(second);
        assertEq(ledger.buffer(), 0, "buffer");
    }
}
