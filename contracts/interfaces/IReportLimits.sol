// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IReportLimits
/// @notice What no report may exceed, whoever signed it. All limits scale with the time since the last applied report, but
/// for that of the window, which comes back with it.
interface IReportLimits {
    /// @notice Limits that governance sets.
    /// @param gainBpPerYear Most gain in a year, in 1/10,000 of pooled ether; what exceeds it is left for later reports.
    /// @param lossBpPerFrame Most loss in a frame, in 1/10,000 of pooled ether; beyond it a report is parked.
    /// @param lossBpPerWindow Most loss in any `WINDOW_FRAMES` frames, in 1/10,000 of pooled ether. Half of it may be lost
    /// at once, and comes back evenly over the window.
    /// @param appearedPerFrame Most validators of ours that appear on the beacon chain in a frame.
    /// @param exitedPerFrame Most that exit in a frame.
    struct Limits {
        uint32 gainBpPerYear;
        uint16 lossBpPerFrame;
        uint16 lossBpPerWindow;
        uint16 appearedPerFrame;
        uint16 exitedPerFrame;
    }

    /// @notice What a report comes to.
    /// @param change Gain or loss since the last report, in wei.
    /// @param pooledEther Pooled ether now, in wei: without what has not dripped yet.
    /// @param frames Frames since the last report.
    /// @param withdrawalsReceived What the report says that the withdrawal vault ever received, in wei.
    /// @param withdrawalsHeld What it ever received by now, in wei.
    /// @param rewardsReceived, rewardsHeld The same of the rewards vault.
    /// @param appeared, exited See `Report`.
    struct Figures {
        int256 change;
        uint256 pooledEther;
        uint256 frames;
        uint256 withdrawalsReceived;
        uint256 withdrawalsHeld;
        uint256 rewardsReceived;
        uint256 rewardsHeld;
        uint256 appeared;
        uint256 exited;
    }

    /// @notice A figure beyond its limit, or one that cannot be.
    /// @param limit Its name: `lossPerFrame`, `lossPerWindow` (wei), `appeared`, `exited` (validators); or, of what cannot
    /// be, `withdrawalsReceived`, `rewardsReceived` (wei), `appearedBack`, `exitedBack`, `exitedAbove` (validators). Zero:
    /// none.
    /// @param value What the report comes to. @param bound What it may come to: of the window, what is left of it.
    struct Breach {
        bytes32 limit;
        uint256 value;
        uint256 bound;
    }

    /// @notice The limits changed.
    event LimitsSet(Limits oldLimits, Limits newLimits);

    /// @notice A limit is out of its bounds.
    error LimitOutOfBounds(bytes32 name, uint256 value);

    /// @notice Sets the limits. Caller: `PARAMETER_MANAGER`. Each is within its bounds, and moves by at most a factor of
    /// two, once in a period: `StepTooLarge`, `StepTooSoon` (`SteppedParameters`). A narrow limit holds people back as a
    /// wide one endangers them (what is beyond it is parked), so none moves faster in either direction.
    function setLimits(Limits calldata newLimits) external;

    /// @notice The limits in force.
    function limits() external view returns (Limits memory);

    /// @notice What the last report that was signed told of validators of ours: all that ever appeared, and of these all
    /// that exited; and the part of the window of losses that past ones fill, with 18 decimals, rounded up, as of the last
    /// report.
    function counts() external view returns (uint256 appeared, uint256 exited, uint256 lossLevel);
}
