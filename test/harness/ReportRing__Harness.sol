// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReportRing} from "../../contracts/libraries/ReportRing.sol";

/// @notice One ring, and the frame last recorded.
contract ReportRing__Harness {
    using ReportRing for ReportRing.Ring;

    ReportRing.Ring private _ring;
    uint256 private _newest;

    constructor() {
        _ring.prepare();
    }

    function record(uint256 frame, uint256 time, uint256 depositedGwei, uint256 units) external {
        _newest = frame;
        _ring.record(frame, time, depositedGwei, units);
    }

    function find(uint256 frame) external view returns (uint256 time, uint256 depositedGwei) {
        return _ring.find(frame);
    }

    function lookup(uint256 time) external view returns (bool known, uint256 units) {
        return _ring.lookup(_newest, time);
    }

    function lastTimes(uint256 first) external view returns (uint256[3] memory) {
        return _ring.lastTimes(_newest, first);
    }
}
