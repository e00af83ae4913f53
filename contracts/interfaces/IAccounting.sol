// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IAccounting
/// @notice Turns an accepted report into movements of the ledger, the vaults and the queue.
interface IAccounting {
    /// @notice What else there is to account with.
    /// @param feeBp The fee, in 1/10,000 of rewards.
    /// @param minCollect Ether below which a report leaves a vault alone while the buffer serves the queue, in wei.
    struct AccountingParameters {
        uint256 feeBp;
        uint256 minCollect;
    }

    /// @notice The fee changed, in 1/10,000 of rewards.
    event FeeSet(uint256 oldFeeBp, uint256 newFeeBp);

    /// @notice The fee is above its bound (1/10,000).
    error FeeOutOfBounds(uint256 feeBp, uint256 maximum);

    /// @notice The report's frame boundary is not after that of the last one.
    error FrameNotLater(uint256 frame, uint256 last);

    /// @notice Brings what both vaults hold to the buffer, between reports too. Anyone may.
    /// @return amount Wei collected.
    function collect() external returns (uint256 amount);

    /// @notice Sets the fee, in 1/10,000 of rewards. Caller: `PARAMETER_MANAGER`. It moves by 250 at most, once in a period:
    /// `StepTooLarge`, `StepTooSoon` (`SteppedParameters`).
    function setFee(uint256 feeBp) external;

    /// @notice The fee, in 1/10,000 of rewards.
    function feeBp() external view returns (uint256);
}
