// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {AccessControlEnumerable} from "@openzeppelin/contracts/access/extensions/AccessControlEnumerable.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {Roles} from "./Roles.sol";

/// @title Authority
/// @notice Keeps every role of the protocol; its admin alone grants and revokes them.
/// TRUST: the admin may give any role that is not frozen to anybody.
/// INVARIANTS: GOV-1, GOV-2.
/// ASSUMPTIONS: each role that moves ether is given to its holders before it is frozen. Until the hand-over the admin is
/// whoever deploys.
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
        _freeze(role);
    }

    /// @inheritdoc IAuthority
    function handOver(address admin) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(admin != address(0) && admin != address(this), WrongAdmin(admin));
        uint256 admins = getRoleMemberCount(DEFAULT_ADMIN_ROLE);
        require(admins == 1, NotSoleAdmin(admins));
        require(_frozen[Roles.LEDGER], RoleNotFrozen(Roles.LEDGER));
        require(_frozen[Roles.WITHDRAWAL_QUEUE], RoleNotFrozen(Roles.WITHDRAWAL_QUEUE));
        if (admin != msg.sender) {
            _grantRole(DEFAULT_ADMIN_ROLE, admin);
            _revokeRole(DEFAULT_ADMIN_ROLE, msg.sender);
        }
        _freeze(DEFAULT_ADMIN_ROLE);
        emit HandedOver(msg.sender, admin);
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

    function _freeze(bytes32 role) private {
        require(!_frozen[role], RoleIsFrozen(role));
        _frozen[role] = true;
        emit RoleFrozen(role);
    }

    function _grantRole(bytes32 role, address account) internal override returns (bool) {
        require(!_frozen[role], RoleIsFrozen(role));
        return super._grantRole(role, account);
    }

    function _revokeRole(bytes32 role, address account) internal override returns (bool) {
        require(!_frozen[role], RoleIsFrozen(role));
        return super._revokeRole(role, account);
    }
}
