// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IEmergencyBrake
/// @notice What guardians may stop, once, until governance arms it anew: what comes in, and new finalisations. Claims of
/// what was finalised, requests, reports, and exits by proof have no valve.
interface IEmergencyBrake {
    /// @notice Inflow: stakes, and predeposits to the beacon chain; what is proven is still topped up. Finalization: new
    /// finalisations, and exits at once with them.
    enum Valve {
        Inflow,
        Finalization
    }

    /// @notice A guardian shut a valve until `until` (seconds since 1970); what of it was shut before opens as it would
    /// have.
    event BrakePulled(Valve indexed valve, address indexed guardian, uint256 until);
    /// @notice A valve can be shut again.
    event BrakeArmed(Valve indexed valve, address indexed by);

    /// @notice The valve was shut once, and nobody armed it since.
    error NotArmed(Valve valve);
    /// @notice Nobody shut the valve since it was armed.
    error IsArmed(Valve valve);
    /// @notice The valve is shut already: nothing is spent.
    error AlreadyShut(Valve valve);
    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);

    /// @notice Shuts a valve for `pauseSeconds`. Caller: `GUARDIAN`. Reverts with `NotArmed` and `AlreadyShut`. Governance
    /// may open it early where it is shut.
    function pull(Valve valve) external;

    /// @notice Arms a valve that was shut. Caller: `RESUMER`. Reverts with `IsArmed`.
    function arm(Valve valve) external;

    /// @notice Whether a guardian may shut the valve.
    function isArmed(Valve valve) external view returns (bool);

    /// @notice How long a valve stays shut, in seconds.
    function pauseSeconds() external view returns (uint256);
}
