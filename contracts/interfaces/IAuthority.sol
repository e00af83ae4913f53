// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IAuthority
/// @notice Who holds which role.
interface IAuthority {
    /// @notice A role was frozen: its set of holders never changes again.
    event RoleFrozen(bytes32 indexed role);

    /// @notice The role is frozen.
    error RoleIsFrozen(bytes32 role);

    /// @notice Whether `account` holds `role`.
    function hasRole(bytes32 role, address account) external view returns (bool);

    /// @notice Fixes the holders of `role` for ever. Caller: the admin.
    function freezeRole(bytes32 role) external;

    /// @notice Whether the holders of `role` are fixed for ever.
    function isFrozen(bytes32 role) external view returns (bool);
}
