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

    function test_lookup_WorksFromTheFirstFrame() public {
        ring.record(0, 12, 3);
        _assertKnown(12, 3);
        _assertUnknown(11);
    }
}
