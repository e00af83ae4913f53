// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IAuthority
/// @notice Who holds which role.
interface IAuthority {
    /// @notice A role was frozen: its set of holders never changes again.
    event RoleFrozen(bytes32 indexed role);
    /// @notice The root of authority went from `from` to `to`, for ever.
    event HandedOver(address indexed from, address indexed to);

    /// @notice The role is frozen.
    error RoleIsFrozen(bytes32 role);
    /// @notice The root is handed over only when the roles that move ether are frozen.
    error RoleNotFrozen(bytes32 role);
    /// @notice The root is handed over only by who alone holds it; there are `admins`.
    error NotSoleAdmin(uint256 admins);
    /// @notice The zero address, or this contract, cannot hold the root.
    error WrongAdmin(address admin);

    /// @notice Whether `account` holds `role`.
    function hasRole(bytes32 role, address account) external view returns (bool);

    /// @notice Fixes the holders of `role` for ever. Caller: the admin.
    function freezeRole(bytes32 role) external;

    /// @notice Gives the root to `admin`, takes it from the caller, and freezes it in the same call: nobody ever grants or
    /// revokes it again, nor gives it back. Caller: the admin, if there is no other. `LEDGER` and `WITHDRAWAL_QUEUE`
    /// must be frozen before. The caller keeps other roles that it holds; with itself as `admin` it keeps the root.
    /// Reverts with `WrongAdmin`, `NotSoleAdmin`, `RoleNotFrozen`, and `RoleIsFrozen` the second time.
    function handOver(address admin) external;

    /// @notice Whether the holders of `role` are fixed for ever.
    function isFrozen(bytes32 role) external view returns (bool);
}
