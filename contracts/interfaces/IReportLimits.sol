// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IReportLimits
/// @notice What no report may exceed, whoever signed it. All limits scale with the time since the last applied report.
interface IReportLimits {
    /// @notice Limits that governance sets.
    /// @param gainBpPerYear Most gain in a year, in 1/10,000 of pooled ether; what exceeds it is left for later reports.
    /// @param lossBpPerFrame Most loss in a frame, in 1/10,000 of pooled ether; beyond it a report is refused.
    struct Limits {
        uint32 gainBpPerYear;
        uint16 lossBpPerFrame;
    }

    /// @notice What a report comes to.
    /// @param change Gain or loss since the last report, in wei.
    /// @param pooledEther Pooled ether now, in wei: without what has not dripped yet.
    /// @param frames Frames since the last report.
    /// @param frameSeconds Length of a frame, in seconds.
    /// @param withdrawalsReceived What the report says that the withdrawal vault ever received, in wei.
    /// @param withdrawalsHeld What it ever received by now, in wei.
    /// @param rewardsReceived, rewardsHeld The same of the rewards vault.
    struct Figures {
        int256 change;
        uint256 pooledEther;
        uint256 frames;
        uint256 frameSeconds;
        uint256 withdrawalsReceived;
        uint256 withdrawalsHeld;
        uint256 rewardsReceived;
        uint256 rewardsHeld;
    }

    /// @notice The limits changed.
    event LimitsSet(Limits oldLimits, Limits newLimits);

    /// @notice The loss is above its limit (wei).
    error LossAboveLimit(uint256 loss, uint256 limit);
    /// @notice The report says that the withdrawal vault received more than it did (wei).
    error WithdrawalsAboveVault(uint256 told, uint256 held);
    /// @notice The report says that the rewards vault received more than it did (wei).
    error RewardsAboveVault(uint256 told, uint256 held);
    /// @notice A limit is out of its bounds, or changes by more than a factor of two at once.
    error LimitOutOfBounds(bytes32 name, uint256 value);

    /// @notice Sets the limits. Caller: `PARAMETER_MANAGER`. Each is within its bounds, and moves by at most a factor of
    /// two at once.
    function setLimits(Limits calldata newLimits) external;

    /// @notice The limits in force.
    function limits() external view returns (Limits memory);
}
