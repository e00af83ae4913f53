// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LastReport, packLastReport} from "../../../contracts/types/LastReport.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice The last report's slot: no field spills into another.
contract LastReportTest is KedgeTest {
    function test_pack_KeepsEveryFieldAtItsLimit() public pure {
        _assertFields(packLastReport(type(uint64).max, 0, 0, 0), type(uint64).max, 0, 0, 0);
        _assertFields(packLastReport(0, type(uint64).max, 0, 0), 0, type(uint64).max, 0, 0);
        _assertFields(packLastReport(0, 0, type(uint32).max, 0), 0, 0, type(uint32).max, 0);
        _assertFields(packLastReport(0, 0, 0, type(uint48).max), 0, 0, 0, type(uint48).max);
        _assertFields(LastReport.wrap(0), 0, 0, 0, 0);
    }

    function testFuzz_pack_IsReadBack(uint64 slot, uint64 balance, uint32 frame, uint48 time) public pure {
        _assertFields(packLastReport(slot, balance, frame, time), slot, balance, frame, time);
    }

    function _assertFields(
        LastReport r,
        uint256 slot,
        uint256 balance,
        uint256 frame,
        uint256 time
    ) private pure {
        assertEq(r.refSlot(), slot, "reference slot");
        assertEq(r.beaconBalanceGwei(), balance, "balance");
        assertEq(r.frame(), frame, "frame");
        assertEq(r.time(), time, "time");
    }
}
