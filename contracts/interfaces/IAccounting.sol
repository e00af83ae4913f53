// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Report} from "../types/Report.sol";

/// @title IAccounting
/// @notice Turns an accepted report into movements of the ledger, the vaults and the queue.
interface IAccounting {
    /// @notice A report was applied. `change` is what its figures come to, `booked` what went into the pool's ether
    /// (wei); `tickets` shares (1e-9 shares) were finalised for `finalized` wei.
    event ReportApplied(
        uint256 indexed refSlot,
        int256 change,
        int256 booked,
        uint256 fee,
        uint256 tickets,
        uint256 finalized
    );
    /// @notice The fee changed, in 1/10,000 of rewards.
    event FeeSet(uint256 oldFeeBp, uint256 newFeeBp);

    /// @notice The fee is out of its bounds or moves too far at once (1/10,000).
    error FeeOutOfBounds(uint256 feeBp, uint256 maximum, uint256 maximalStep);

    /// @notice Applies a report. Caller: `REPORTER`.
    /// @param frame Frame boundary of its reference slot.
    function book(Report calldata report, uint256 frame) external;

    /// @notice Sets the fee, in 1/10,000 of rewards. Caller: `PARAMETER_MANAGER`.
    function setFee(uint256 feeBp) external;

    /// @notice The fee, in 1/10,000 of rewards.
    function feeBp() external view returns (uint256);
}
