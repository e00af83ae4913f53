// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReportRing__Harness} from "../../harness/ReportRing__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Past totals by time, among the last 256 frames.
contract ReportRingTest is KedgeTest {
    ReportRing__Harness private ring;

    function setUp() public {
        ring = new ReportRing__Harness();
    }

    function _assertKnown(uint256 time, uint256 units) private view {
        (bool known, uint256 found) = ring.lookup(time);
        assertTrue(known, "unknown");
        assertEq(found, units, "units");
    }

    function _assertUnknown(uint256 time) private view {
        (bool known, ) = ring.lookup(time);
        assertFalse(known, "known");
    }

    function test_lookup_KnowsNothingAtFirst() public view {
        _assertUnknown(0);
        _assertUnknown(type(uint40).max);
    }

    function test_lookup_FindsTheNewestAtOrBefore() public {
        ring.record(100, 1_000, 0, 5);
        ring.record(101, 1_100, 0, 6);
        ring.record(102, 1_200, 0, 7);
        _assertUnknown(999);
        _assertKnown(1_000, 5);
        _assertKnown(1_099, 5);
        _assertKnown(1_100, 6);
        _assertKnown(1_199, 6);
        _assertKnown(1_200, 7);
        _assertKnown(type(uint40).max, 7);
    }

    function test_lookup_PassesOverSilentFrames() public {
        ring.record(100, 1_000, 0, 5);
        ring.record(140, 5_000, 0, 6);
        _assertKnown(4_999, 5);
        _assertKnown(5_000, 6);
    }

    function test_lookup_ForgetsWhatIs256FramesBack() public {
        ring.record(100, 1_000, 0, 5);
        ring.record(355, 5_000, 0, 6);
        _assertKnown(4_999, 5);
        ring.record(356, 5_100, 0, 7);
        _assertUnknown(4_999);
        _assertKnown(5_000, 6);
    }

    /// @dev A slot that a silent frame did not overwrite holds a frame of an earlier round: not one of the last 256.
    function test_lookup_TakesNoEntryOfAnEarlierRound() public {
        for (uint256 f = 100; f < 356; ++f) ring.record(f, f * 100, 0, f);
        ring.record(392, 39_200, 0, 392);
        _assertKnown(39_199, 355);
        _assertKnown(13_700, 137);
        _assertUnknown(13_699);
    }

    function test_record_KeepsEveryFieldAtItsLimit() public {
        uint256 units = (1 << 108) - 1;
        ring.record(type(uint32).max, type(uint40).max, type(uint64).max, units);
        (uint256 time, uint256 depositedGwei) = ring.find(type(uint32).max);
        assertEq(time, type(uint40).max, "time");
        assertEq(depositedGwei, type(uint64).max, "deposits");
        _assertKnown(type(uint40).max, units);
        _assertUnknown(type(uint40).max - 1);
    }

    function test_find_TellsDepositsOfEachReport() public {
        ring.record(100, 1_000, 32, 5);
        ring.record(102, 1_200, 64, 6);
        _assertFound(100, 1_000, 32);
        _assertFound(101, 0, 0);
        _assertFound(102, 1_200, 64);
        // 256 frames on, the place is another's
        ring.record(356, 5_000, 96, 7);
        _assertFound(100, 0, 0);
        _assertFound(356, 5_000, 96);
    }

    function _assertFound(uint256 frame, uint256 time, uint256 depositedGwei) private view {
        (uint256 foundTime, uint256 found) = ring.find(frame);
        assertEq(foundTime, time, "time");
        assertEq(found, depositedGwei, "deposits");
    }

    function _assertTimes(uint256 first, uint256 a, uint256 b, uint256 c) private view {
        uint256[3] memory times = ring.lastTimes(first);
        assertEq(times[0], a, "newest");
        assertEq(times[1], b, "second");
        assertEq(times[2], c, "third");
    }

    function test_lastTimes_LeavesOutTheFirstFrame() public {
        _assertTimes(0, 0, 0, 0);
        ring.record(100, 1_000, 0, 5);
        _assertTimes(100, 0, 0, 0);
        ring.record(101, 1_100, 0, 6);
        _assertTimes(100, 1_100, 0, 0);
        ring.record(103, 1_300, 0, 6);
        _assertTimes(100, 1_300, 1_100, 0);
        ring.record(104, 1_400, 0, 6);
        _assertTimes(100, 1_400, 1_300, 1_100);
        ring.record(105, 1_500, 0, 6);
        _assertTimes(100, 1_500, 1_400, 1_300);
    }

    function test_lastTimes_ForgetsWhatIs256FramesBack() public {
        ring.record(101, 1_100, 0, 5);
        ring.record(102, 1_200, 0, 6);
        ring.record(357, 5_000, 0, 7);
        _assertTimes(100, 5_000, 1_200, 0);
        ring.record(358, 5_100, 0, 8);
        _assertTimes(100, 5_100, 5_000, 0);
    }

    /// @dev Slots that silent frames did not overwrite hold frames of an earlier round.
    function test_lastTimes_TakesNoEntryOfAnEarlierRound() public {
        for (uint256 f = 101; f < 357; ++f) ring.record(f, f * 100, 0, f);
        ring.record(600, 60_000, 0, 600);
        _assertTimes(100, 60_000, 35_600, 35_500);
        ring.record(700, 70_000, 0, 700);
        _assertTimes(100, 70_000, 60_000, 0);
    }

    function test_lookup_WorksFromTheFirstFrame() public {
        ring.record(0, 12, 0, 3);
        _assertKnown(12, 3);
        _assertUnknown(11);
    }
}
