// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IExitWindowTimelock} from "../../../contracts/interfaces/IExitWindowTimelock.sol";
import {IUpkeepAdapter} from "../../../contracts/interfaces/IUpkeepAdapter.sol";
import {Upkeeps} from "../../utils/Upkeeps.sol";

/// @notice Upkeep of the time in which decisions wait.
contract GovernanceUpkeepTest is Upkeeps {
    IUpkeepAdapter.Job private constant OBSERVE = IUpkeepAdapter.Job.Observe;
    IUpkeepAdapter.Job private constant CLOSE = IUpkeepAdapter.Job.CloseWindow;
    IUpkeepAdapter.Job private constant NOTE = IUpkeepAdapter.Job.NoteReady;

    /* OBSERVING */

    function test_observe_IsNeededTwiceInAGap() public {
        perform(OBSERVE, 0);
        (uint256 before, , ) = timelock.openTime();
        assertFalse(check(OBSERVE, 0), "just done");
        skipTime(GAP / 2 - 1);
        assertFalse(check(OBSERVE, 0), "not yet");
        skipTime(1);
        assertTrue(check(OBSERVE, 0), "half of the gap");
        perform(OBSERVE, 0);
        (uint256 open, , ) = timelock.openTime();
        assertEq(open - before, GAP / 2, "all of it counts");
    }

    /// @dev What lies between counts to the second, whoever looks no more often than that.
    function test_observe_IsNeeded_AsASuspensionBeginsAndEnds() public {
        perform(OBSERVE, 0);
        queue.suspend();
        assertTrue(check(OBSERVE, 0), "it begins");
        perform(OBSERVE, 0);
        assertFalse(check(OBSERVE, 0), "seen");
        queue.endSuspension();
        assertTrue(check(OBSERVE, 0), "it ends");
        perform(OBSERVE, 0);
        assertFalse(check(OBSERVE, 0), "seen");
    }

    /* WINDOWS */

    function test_closeWindow_IsNeeded_OnceFromTheEndOfTheWindow() public {
        bytes32 id = queueOrdinary();
        skipTime(WINDOW - 1);
        _expectIdle(CLOSE, id, "open");
        skipTime(1);
        assertTrue(check(CLOSE, uint256(id)), "over");
        perform(CLOSE, uint256(id));
        assertTrue(timelock.readiness(id).windowClosed, "closed");
        _expectIdle(CLOSE, id, "once");
    }

    function test_closeWindow_IsNotNeeded_ForWhatHasNone() public {
        bytes32 lane = queueCall(address(ledger), abi.encodeCall(ledger.pauseStaking, (1 days)));
        bytes32 id = queueOrdinary();
        skipTime(WINDOW);
        _expectIdle(CLOSE, lane, "the lane");
        _expectIdle(CLOSE, keccak256("unknown"), "unknown");
        vm.prank(address(timelock));
        timelock.cancel(id);
        _expectIdle(CLOSE, id, "cancelled");
    }

    /// @dev It lies about for less long so.
    function test_noteReady_IsNeeded_AsSoonAsItIsReady() public {
        bytes32 id = queueOrdinary();
        _expectIdle(NOTE, id, "waits");
        skipTime(WINDOW);
        perform(CLOSE, uint256(id));
        assertTrue(check(NOTE, uint256(id)), "nobody asked to leave");
        perform(NOTE, uint256(id));
        assertEq(timelock.readiness(id).expiresAt, currentTime() + timelock.SHELF_LIFE(), "its time runs");
        _expectIdle(NOTE, id, "once");
        skipTime(1);
        _expectIdle(NOTE, id, "for ever");
    }

    /// @dev From its absolute end on a note would lengthen its life.
    function test_noteReady_IsNotNeeded_OnceItsEndIsKnown() public {
        bytes32 id = queueOrdinary();
        uint256 tickets = requestFor(alice, 1 ether);
        skipTime(WINDOW);
        perform(CLOSE, uint256(id));
        _expectIdle(NOTE, id, "somebody waits");
        IExitWindowTimelock.Readiness memory r = timelock.readiness(id);
        vm.warp(r.endsAt - 1);
        finalize(tickets);
        assertTrue(check(NOTE, uint256(id)), "the last second");
        vm.warp(r.endsAt);
        assertTrue(timelock.readiness(id).ready, "ready");
        _expectIdle(NOTE, id, "too late");
    }

    function test_noteReady_IsNotNeeded_InTheLane() public {
        bytes32 lane = queueCall(address(ledger), abi.encodeCall(ledger.pauseStaking, (1 days)));
        skipTime(INFLOW_DELAY);
        assertTrue(timelock.readiness(lane).ready, "ready");
        _expectIdle(NOTE, lane, "its end is known");
    }

    /* INTERNAL */

    function _expectIdle(IUpkeepAdapter.Job job, bytes32 id, string memory why) private {
        assertFalse(check(job, uint256(id)), why);
        bytes32 before = keccak256(abi.encode(timelock.readiness(id)));
        perform(job, uint256(id));
        assertEq(keccak256(abi.encode(timelock.readiness(id))), before, why);
    }
}
