// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuthority} from "../interfaces/IAuthority.sol";

/// @title Guarded
/// @notice Mixin: functions that only the holders of a role may call.
abstract contract Guarded {
    /// @notice `account` does not hold `role`.
    error Unauthorized(address account, bytes32 role);
    /// @notice A contract was constructed with the zero address.
    error ZeroAddress();

    /* IMMUTABLES */

    /// @notice Who holds which role.
    IAuthority public immutable authority;

    modifier onlyRole(bytes32 role) {
        _requireRole(role, msg.sender);
        _;
    }

    /* CONSTRUCTOR */

    constructor(IAuthority authority_) {
        require(address(authority_) != address(0), ZeroAddress());
        authority = authority_;
    }

    /* INTERNAL */

    function _requireRole(bytes32 role, address account) internal view {
        require(authority.hasRole(role, account), Unauthorized(account, role));
    }
}
