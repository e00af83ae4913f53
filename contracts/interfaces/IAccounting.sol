// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Report} from "../types/Report.sol";

/// @title IAccounting
/// @notice Turns an accepted report into movements of the ledger, the vaults and the queue.
interface IAccounting {
    /// @notice The fee changed, in 1/10,000 of rewards.
    event FeeSet(uint256 oldFeeBp, uint256 newFeeBp);

    /// @notice The fee is out of its bounds or moves too far at once (1/10,000).
    error FeeOutOfBounds(uint256 feeBp, uint256 maximum, uint256 maximalStep);

    /// @notice The report's frame boundary is not after that of the last one.
    error FrameNotLater(uint256 frame, uint256 last);

    /// @notice Applies a report. Caller: `REPORTER`.
    /// @param frame Frame boundary of its reference slot. @param refTime Its time, seconds since 1970.
    function book(Report calldata report, uint256 frame, uint256 refTime) external;

    /// @notice Sets the fee, in 1/10,000 of rewards. Caller: `PARAMETER_MANAGER`.
    function setFee(uint256 feeBp) external;

    /// @notice The fee, in 1/10,000 of rewards.
    function feeBp() external view returns (uint256);
}
