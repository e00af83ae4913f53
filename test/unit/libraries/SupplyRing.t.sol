// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SupplyRing__Harness} from "../../harness/SupplyRing__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Past totals by time, among the last 256 frames.
contract SupplyRingTest is KedgeTest {
    SupplyRing__Harness private ring;

    function setUp() public {
        ring = new SupplyRing__Harness();
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
        _assertUnknown(type(uint48).max);
    }

    function test_lookup_FindsTheNewestAtOrBefore() public {
        ring.record(100, 1_000, 5);
        ring.record(101, 1_100, 6);
        ring.record(102, 1_200, 7);
        _assertUnknown(999);
        _assertKnown(1_000, 5);
        _assertKnown(1_099, 5);
        _assertKnown(1_100, 6);
        _assertKnown(1_199, 6);
        _assertKnown(1_200, 7);
        _assertKnown(type(uint48).max, 7);
    }

    function test_lookup_PassesOverSilentFrames() public {
        ring.record(100, 1_000, 5);
        ring.record(140, 5_000, 6);
        _assertKnown(4_999, 5);
        _assertKnown(5_000, 6);
    }

    function test_lookup_ForgetsWhatIs256FramesBack() public {
        ring.record(100, 1_000, 5);
        ring.record(355, 5_000, 6);
        _assertKnown(4_999, 5);
        ring.record(356, 5_100, 7);
        _assertUnknown(4_999);
        _assertKnown(5_000, 6);
    }

    /// @dev A slot that a silent frame did not overwrite holds a frame of an earlier round: not one of the last 256.
    function test_lookup_TakesNoEntryOfAnEarlierRound() public {
        for (uint256 f = 100; f < 356; ++f) ring.record(f, f * 100, f);
        ring.record(392, 39_200, 392);
        _assertKnown(39_199, 355);
        _assertKnown(13_700, 137);
        _assertUnknown(13_699);
    }

    function test_record_KeepsEveryFieldAtItsLimit() public {
        uint256 units = (1 << 108) - 1;
        ring.record(type(uint32).max, type(uint48).max, units);
        _assertKnown(type(uint48).max, units);
        _assertUnknown(type(uint48).max - 1);
    }

    function _assertTimes(uint256 first, uint256 a, uint256 b, uint256 c) private view {
        uint256[3] memory times = ring.lastTimes(first);
        assertEq(times[0], a, "newest");
        assertEq(times[1], b, "second");
        assertEq(times[2], c, "third");
    }

    function test_lastTimes_LeavesOutTheFirstFrame() public {
        _assertTimes(0, 0, 0, 0);
        ring.record(100, 1_000, 5);
        _assertTimes(100, 0, 0, 0);
        ring.record(101, 1_100, 6);
        _assertTimes(100, 1_100, 0, 0);
        ring.record(103, 1_300, 6);
        _assertTimes(100, 1_300, 1_100, 0);
        ring.record(104, 1_400, 6);
        _assertTimes(100, 1_400, 1_300, 1_100);
        ring.record(105, 1_500, 6);
        _assertTimes(100, 1_500, 1_400, 1_300);
    }

    function test_lastTimes_ForgetsWhatIs256FramesBack() public {
        ring.record(101, 1_100, 5);
        ring.record(102, 1_200, 6);
        ring.record(357, 5_000, 7);
        _assertTimes(100, 5_000, 1_200, 0);
        ring.record(358, 5_100, 8);
        _assertTimes(100, 5_100, 5_000, 0);
    }

    /// @dev Slots that silent frames did not overwrite hold frames of an earlier round.
    function test_lastTimes_TakesNoEntryOfAnEarlierRound() public {
        for (uint256 f = 101; f < 357; ++f) ring.record(f, f * 100, f);
        ring.record(600, 60_000, 600);
        _assertTimes(100, 60_000, 35_600, 35_500);
        ring.record(700, 70_000, 700);
        _assertTimes(100, 70_000, 60_000, 0);
    }

    function test_lookup_WorksFromTheFirstFrame() public {
        ring.record(0, 12, 3);
        _assertKnown(12, 3);
        _assertUnknown(11);
    }
}
