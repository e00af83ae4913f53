// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {AccessControlEnumerable} from "@openzeppelin/contracts/access/extensions/AccessControlEnumerable.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";

/// @title Authority
/// @notice Keeps every role of the protocol; its admin alone grants and revokes them.
/// TRUST: the admin may give any role that is not frozen to anybody.
/// INVARIANTS: GOV-1, GOV-2.
/// ASSUMPTIONS: at hand-over the roles that move ether, and the admin role itself, are frozen.
contract Authority is IAuthority, AccessControlEnumerable {
    /* STORAGE */

    mapping(bytes32 role => bool) private _frozen;

    /* CONSTRUCTOR */

    /// @notice The admin holds nothing else.
    /// @param admin First holder of the admin role, not zero.
    constructor(address admin) {
        require(admin != address(0), AccessControlBadConfirmation());
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /* ADMIN */

    /// @inheritdoc IAuthority
    function freezeRole(bytes32 role) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(!_frozen[role], RoleIsFrozen(role));
        _frozen[role] = true;
        emit RoleFrozen(role);
    }

    /* VIEWS */

    /// @inheritdoc IAuthority
    function isFrozen(bytes32 role) external view returns (bool) {
        return _frozen[role];
    }

    /// @inheritdoc IAuthority
    function hasRole(
        bytes32 role,
        address account
    ) public view override(IAuthority, AccessControl, IAccessControl) returns (bool) {
        return super.hasRole(role, account);
    }

    /* INTERNAL */

    function _grantRole(bytes32 role, address account) internal override returns (bool) {
        require(!_frozen[role], RoleIsFrozen(role));
        return super._grantRole(role, account);
    }

    function _revokeRole(bytes32 role, address account) internal override returns (bool) {
        require(!_frozen[role], RoleIsFrozen(role));
        return super._revokeRole(role, account);
    }
}
