// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EmergencyBrake} from "../../../contracts/access/EmergencyBrake.sol";
import {PausableUntil} from "../../../contracts/access/PausableUntil.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {SteppedParameters} from "../../../contracts/access/SteppedParameters.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IEmergencyBrake} from "../../../contracts/interfaces/IEmergencyBrake.sol";
import {IExitWindowTimelock} from "../../../contracts/interfaces/IExitWindowTimelock.sol";
import {TimelockTest} from "../../utils/TimelockTest.sol";

/// @notice What is ready and nobody executes expires: nothing lies about to be used against a later decision; GOV-3.
contract ShelfLifeTest is TimelockTest {
    uint256 private life;

    function setUp() public override {
        super.setUp();
        life = timelock.SHELF_LIFE();
    }

    /* COUNTED FROM ITS NOTE */

    function test_noteReady_CountsFromThere() public {
        bytes32 id = queueReady();
        skipTime(20 days);
        vm.expectEmit(address(timelock));
        emit IExitWindowTimelock.ReadinessNoted(id, currentTime() + life);
        vm.prank(mallory);
        timelock.noteReady(id);
        assertEq(timelock.readiness(id).expiresAt, currentTime() + life, "told");
        uint256 before = vm.snapshotState();
        skipTime(life - 1);
        executeOrdinary();

        assertTrue(vm.revertToState(before));
        skipTime(life);
        assertExpired(id);
    }

    function test_noteReady_RevertGiven_ItIsNotReady_OrWasNoted() public {
        bytes32 id = queueOrdinary();
        expectNotToBeNoted(id);
        skipTime(WINDOW - 1);
        requestFor(alice, 1 ether);
        skipTime(1);
        timelock.closeWindow(id);
        expectNotToBeNoted(id);
        waitAndFinalize(1);
        timelock.noteReady(id);
        uint256 notedAt = currentTime();
        skipTime(1 days);
        vm.expectRevert(abi.encodeWithSelector(IExitWindowTimelock.AlreadyNoted.selector, id, notedAt));
        timelock.noteReady(id);
        assertEq(timelock.readiness(id).expiresAt, notedAt + life, "of the first note");
        executeOrdinary();
        expectNotToBeNoted(id);
        expectNotToBeNoted(keccak256("unknown"));
    }

    /// @dev A note that comes too late would give it more time than none.
    function test_noteReady_RevertGiven_TheAbsoluteEndHasCome() public {
        bytes32 id = queueOrdinary();
        uint256 end = currentTime() + ABSOLUTE_END;
        skipTime(WINDOW);
        timelock.closeWindow(id);
        uint256 before = vm.snapshotState();
        vm.warp(end - 1);
        timelock.noteReady(id);
        assertEq(timelock.readiness(id).expiresAt, end - 1 + life, "the last second");

        assertTrue(vm.revertToState(before));
        vm.warp(end);
        assertReady(id, "for a time that is known");
        expectNotToBeNoted(id);
        assertEq(timelock.readiness(id).expiresAt, end + life, "of the end");
    }

    /// @dev Nor before the end of a delay that is longer than all else.
    function test_noteReady_RevertGiven_ALongDelay() public {
        bytes memory data = ordinaryCall();
        bytes32 id = timelock.hashOperation(address(authority), 0, data, 0, 0);
        vm.prank(governor);
        timelock.schedule(address(authority), 0, data, 0, 0, 200 days);
        skipTime(200 days);
        assertReady(id, "as late as can be");
        expectNotToBeNoted(id);
    }

    /// @dev Without a window the moment is known.
    function test_noteReady_RevertGiven_ALane() public {
        bytes32 id = queueCall(address(ledger), abi.encodeCall(ledger.pauseStaking, (1 days)));
        skipTime(INFLOW_DELAY);
        assertReady(id, "in the lane");
        expectNotToBeNoted(id);
    }

    /* OR FROM THE LAST MOMENT AT WHICH IT BECAME READY */

    function test_execute_RevertGiven_NobodyDidAfterTheAbsoluteEnd() public {
        bytes32 id = queueOrdinary();
        uint256 end = currentTime() + ABSOLUTE_END + life;
        assertEq(timelock.readiness(id).expiresAt, end, "told while it waits");
        requestFor(alice, 1 ether);
        uint256 before = vm.snapshotState();
        vm.warp(end - 1);
        executeOrdinary();

        assertTrue(vm.revertToState(before));
        vm.warp(end);
        assertExpired(id);
    }

    /// @dev A delay that is longer than all else.
    function test_execute_RevertGiven_NobodyDidAfterALongDelay() public {
        bytes memory data = ordinaryCall();
        bytes32 id = timelock.hashOperation(address(authority), 0, data, 0, 0);
        vm.prank(governor);
        timelock.schedule(address(authority), 0, data, 0, 0, 200 days);
        uint256 end = currentTime() + 200 days + life;
        vm.warp(end - 1);
        assertReady(id, "a second before");
        vm.warp(end);
        assertExpired(id);
    }

    function test_execute_RevertGiven_NobodyDidInALane() public {
        bytes memory pause = abi.encodeCall(ledger.pauseStaking, (1 days));
        bytes memory refuse = abi.encodeCall(oracle.resolve, (neutralReport(FIRST_FRAME + 1), false));
        bytes32 inflow = queueCall(address(ledger), pause);
        bytes32 opening = queueCall(address(oracle), refuse);
        uint256 queuedAt = currentTime();
        vm.warp(queuedAt + INFLOW_DELAY + life - 1);
        assertReady(inflow, "a second before");
        skipTime(1);
        expectUnready(inflow);
        executeCall(address(ledger), pause);
        vm.warp(queuedAt + DELAY + life - 1);
        assertReady(opening, "a second before");
        skipTime(1);
        expectUnready(opening);
        executeCall(address(oracle), refuse);
    }

    /* OR WITH THE PAUSE THAT IT WAS TO END */

    function test_resume_ExpiresWithItsPause() public {
        queue.pauseFor(3 days);
        bytes32 id = queueResume();
        uint256 until = queue.pausedUntil();
        assertEq(timelock.readiness(id).expiresAt, until, "told");
        uint256 before = vm.snapshotState();
        vm.warp(until - 1);
        executeResume();
        assertEq(queue.pausedUntil(), currentTime(), "in its last second");
        assertTrue(timelock.isOperationDone(id), "done");

        assertTrue(vm.revertToState(before));
        vm.warp(until);
        assertFalse(timelock.isOperation(id), "as if it had never been queued");
        assertEq(timelock.readiness(id).queuedAt, 0, "nothing pending");
        queue.pauseFor(14 days);
        expectUnready(id);
        executeResume();
        queueResume();
        skipTime(DELAY);
        executeResume();
    }

    /// @dev Whichever came first: another pause is not its own, though it would end in time.
    function test_resume_ExpiresWhereAnotherEndedItsPause() public {
        queue.pauseFor(14 days);
        bytes32 id = queueResume();
        skipTime(DELAY - 1);
        queue.resume();
        skipTime(1);
        assertFalse(timelock.isOperation(id), "nothing to end");
        queue.pauseFor(1 days);
        expectUnready(id);
        executeResume();
    }

    /// @dev Also while its delay runs, and in the very second.
    function test_resume_ExpiresBeforeItIsReady() public {
        queue.pauseFor(14 days);
        bytes32 id = queueResume();
        skipTime(1 days);
        assertWaits(id, "its delay");
        queue.resume();
        queue.pauseFor(13 days - 1);
        assertFalse(timelock.isOperation(id), "for another pause");
        skipTime(1 days);
        expectUnready(id);
        executeResume();
    }

    /// @dev Together with what only keeps ether out, or with a refusal, it is the same.
    function test_resume_ExpiresInABatch() public {
        queue.pauseFor(3 days);
        (address[] memory targets, uint256[] memory values, bytes[] memory payloads) = (
            new address[](2),
            new uint256[](2),
            new bytes[](2)
        );
        (targets[0], payloads[0]) = (address(ledger), abi.encodeCall(ledger.pauseStaking, (1 days)));
        (targets[1], payloads[1]) = (address(queue), abi.encodeCall(queue.resume, ()));
        bytes32 id = timelock.hashOperationBatch(targets, values, payloads, 0, 0);
        vm.prank(governor);
        timelock.scheduleBatch(targets, values, payloads, 0, 0, DELAY);
        skipTime(DELAY);
        uint256 before = vm.snapshotState();
        timelock.executeBatch(targets, values, payloads, 0, 0);
        assertTrue(timelock.isOperationDone(id), "in time");

        assertTrue(vm.revertToState(before));
        skipTime(1 days);
        queue.pauseFor(3 days);
        expectUnready(id);
        timelock.executeBatch(targets, values, payloads, 0, 0);
    }

    /// @dev What is queued anew in another lane is not bound to a pause of before.
    function test_resume_QueuedAgainWhileNothingIsPausedHasItsWindow() public {
        queue.pauseFor(1 days);
        bytes32 id = queueResume();
        skipTime(1 days);
        queueResume();
        assertEq(
            uint256(timelock.readiness(id).lane),
            uint256(IExitWindowTimelock.Lane.Ordinary),
            "a window"
        );
        skipTime(WINDOW);
        timelock.closeWindow(id);
        queue.pauseFor(1 days);
        executeResume();
    }

    /* WHAT HAS EXPIRED */

    /// @dev It is as one that was never queued, and waits anew, for those who ask meanwhile, too.
    function test_schedule_WhatHasExpiredWaitsAnew() public {
        bytes32 id = queueReady();
        timelock.noteReady(id);
        skipTime(life);
        assertExpired(id);
        uint256 ticket = requestFor(alice, 1 ether);
        queueOrdinary();
        IExitWindowTimelock.Readiness memory r = timelock.readiness(id);
        assertEq(r.queuedAt, currentTime(), "anew");
        assertEq(r.expiresAt, currentTime() + ABSOLUTE_END + life, "its note is forgotten");
        assertFalse(r.windowClosed, "its window is open");
        skipTime(WINDOW);
        timelock.closeWindow(id);
        assertWaits(id, "who asked meanwhile");
        waitAndFinalize(ticket);
        executeOrdinary();
    }

    /// @dev Pauses that were decided long before cannot be kept for the day of another decision, so that it binds those who
    /// asked to leave at its absolute end.
    function test_pauses_CannotBeKeptForAnotherDay() public {
        uint256 count = 6;
        bytes memory pause = abi.encodeCall(queue.pauseFor, (14 days));
        for (uint256 i = 0; i < count; ++i) {
            vm.prank(governor);
            timelock.schedule(address(queue), 0, pause, 0, bytes32(i), DELAY);
        }
        skipTime(WINDOW);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 pauseId = timelock.hashOperation(address(queue), 0, pause, 0, bytes32(i));
            timelock.closeWindow(pauseId);
            timelock.noteReady(pauseId);
        }
        bytes32 id = queueOrdinary();
        uint256 ticket = requestFor(alice, 1 ether);
        uint256 executed = 0;
        for (uint256 day = 0; day < 90 && !queue.ticket(ticket).finalized; ++day) {
            skipTime(1 days);
            timelock.observe();
            if (timelock.readiness(id).queuedAt + WINDOW == currentTime()) timelock.closeWindow(id);
            // whoever pauses is the first
            bytes32 next = timelock.hashOperation(address(queue), 0, pause, 0, bytes32(executed));
            if (currentTime() >= queue.pausedUntil() && timelock.isOperationReady(next)) {
                timelock.execute(address(queue), 0, pause, 0, bytes32(executed));
                ++executed;
            }
            if (currentTime() >= queue.ticket(ticket).readyAt) queue.finalize(ticket, currentTime());
        }
        assertTrue(queue.ticket(ticket).finalized, "she is out");
        assertEq(executed, 3, "the others have expired");
        assertReady(id, "and then it binds");
    }

    /// @dev The longest pull of the brake ends before a decision expires that it keeps from being done.
    function test_brake_IsNoVetoOfADecisionThatPauses() public {
        EmergencyBrake brake = factory.newEmergencyBrake(
            IAuthority(address(authority)),
            ledger,
            depositor,
            queue,
            14 days
        );
        vm.startPrank(address(timelock));
        authority.grantRole(Roles.PAUSER, address(brake));
        authority.grantRole(Roles.GUARDIAN, mallory);
        vm.stopPrank();

        address[] memory targets = new address[](2);
        bytes[] memory payloads = new bytes[](2);
        uint256[] memory values = new uint256[](2);
        (targets[0], payloads[0]) = (
            address(authority),
            abi.encodeCall(authority.revokeRole, (Roles.ACCOUNTING, address(oracle)))
        );
        (targets[1], payloads[1]) = (address(queue), abi.encodeCall(PausableUntil.pauseFor, (7 days)));
        bytes32 id = timelock.hashOperationBatch(targets, values, payloads, 0, 0);
        uint256 delay = timelock.getMinDelay();
        vm.prank(governor);
        timelock.scheduleBatch(targets, values, payloads, 0, 0, delay);
        skipTime(WINDOW);
        timelock.closeWindow(id);
        assertReady(id, "nobody waits");

        vm.startPrank(mallory);
        timelock.noteReady(id);
        brake.pull(IEmergencyBrake.Valve.Finalization);
        vm.stopPrank();
        vm.expectPartialRevert(PausableUntil.PausedUntil.selector);
        timelock.executeBatch(targets, values, payloads, 0, 0);
        skipTime(14 days);
        timelock.executeBatch(targets, values, payloads, 0, 0);
        assertFalse(authority.hasRole(Roles.ACCOUNTING, address(oracle)), "done");
    }

    /// @dev A figure moves once in seven days: whoever has the second of two steps noted early leaves it time enough.
    function test_noteReady_LeavesTheSecondStepItsTime() public {
        bytes memory first = abi.encodeCall(timelock.updateDelay, (4 days));
        bytes memory second = abi.encodeCall(timelock.updateDelay, (8 days));
        bytes32 firstId = queueCall(address(timelock), first);
        bytes32 secondId = queueCall(address(timelock), second);
        skipTime(WINDOW);
        timelock.closeWindow(secondId);
        uint256 ticket = requestFor(bob, 0.001 ether);
        timelock.closeWindow(firstId);
        timelock.noteReady(secondId);
        waitAndFinalize(ticket);
        executeCall(address(timelock), first);
        vm.expectPartialRevert(SteppedParameters.StepTooSoon.selector);
        executeCall(address(timelock), second);
        skipTime(timelock.STEP_PERIOD());
        executeCall(address(timelock), second);
        assertEq(timelock.getMinDelay(), 8 days, "both");
    }

    /* INTERNAL */

    function queueReady() private returns (bytes32 id) {
        id = queueOrdinary();
        skipTime(WINDOW);
        timelock.closeWindow(id);
        assertReady(id, "nobody waits");
    }

    function queueResume() private returns (bytes32) {
        return queueCall(address(queue), abi.encodeCall(queue.resume, ()));
    }

    function executeResume() private {
        executeCall(address(queue), abi.encodeCall(queue.resume, ()));
    }

    function assertExpired(bytes32 id) private {
        assertFalse(timelock.isOperation(id), "as if it had never been queued");
        assertEq(timelock.readiness(id).queuedAt, 0, "nothing pending");
        expectUnready(id);
        executeCall(address(authority), ordinaryCall());
        expectNotToBeNoted(id);
    }

    function expectNotToBeNoted(bytes32 id) private {
        vm.expectRevert(abi.encodeWithSelector(IExitWindowTimelock.NotToBeNoted.selector, id));
        timelock.noteReady(id);
    }
}
