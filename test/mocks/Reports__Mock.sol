// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IReportTimes} from "../../contracts/interfaces/IAllocationSources.sol";

/// @notice Times of the last three reports.
contract Reports__Mock is IReportTimes {
    uint256[3] private _times;

    function applied(uint256 time) external {
        _times = [time, _times[0], _times[1]];
    }

    function reportTimes() external view returns (uint256[3] memory) {
        return _times;
    }
}
