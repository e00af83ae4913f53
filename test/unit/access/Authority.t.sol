// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Authority} from "../../../contracts/access/Authority.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {FactoryTest} from "../../utils/FactoryTest.sol";

/// @notice Who holds which role, and what freezing means.
contract AuthorityTest is FactoryTest {
    bytes32 private constant ADMIN = 0;
    Authority private authority;
    address private alice = makeAddr("alice");
    address private mallory = makeAddr("mallory");

    function setUp() public {
        authority = factory.newAuthority(address(this));
    }

    function test_constructor_GivesTheAdminRoleAlone() public {
        assertTrue(authority.hasRole(ADMIN, address(this)), "admin");
        assertEq(authority.getRoleMemberCount(ADMIN), 1, "one admin");
        assertFalse(authority.hasRole(Roles.LEDGER, address(this)), "no other role");
        vm.expectRevert(IAccessControl.AccessControlBadConfirmation.selector);
        factory.newAuthority(address(0));
    }

    function test_grantRole_ByTheAdmin() public {
        authority.grantRole(Roles.PAUSER, alice);
        assertTrue(authority.hasRole(Roles.PAUSER, alice), "granted");
        assertEq(authority.getRoleMember(Roles.PAUSER, 0), alice, "enumerated");
        authority.revokeRole(Roles.PAUSER, alice);
        assertFalse(authority.hasRole(Roles.PAUSER, alice), "revoked");
        assertEq(authority.getRoleMemberCount(Roles.PAUSER), 0, "enumerated");
    }

    function test_grantRole_RevertWhen_NotTheAdmin() public {
        bytes memory refused = abi.encodeWithSelector(
            IAccessControl.AccessControlUnauthorizedAccount.selector,
            mallory,
            ADMIN
        );
        vm.startPrank(mallory);
        vm.expectRevert(refused);
        authority.grantRole(Roles.PAUSER, mallory);
        vm.expectRevert(refused);
        authority.revokeRole(ADMIN, address(this));
        vm.expectRevert(refused);
        authority.freezeRole(Roles.PAUSER);
        vm.stopPrank();
    }

    function test_freezeRole_IsForEver() public {
        authority.grantRole(Roles.LEDGER, alice);
        vm.expectEmit(address(authority));
        emit IAuthority.RoleFrozen(Roles.LEDGER);
        authority.freezeRole(Roles.LEDGER);
        assertTrue(authority.isFrozen(Roles.LEDGER), "frozen");
        assertFalse(authority.isFrozen(Roles.PAUSER), "another");

        bytes memory frozen = abi.encodeWithSelector(IAuthority.RoleIsFrozen.selector, Roles.LEDGER);
        vm.expectRevert(frozen);
        authority.grantRole(Roles.LEDGER, mallory);
        vm.expectRevert(frozen);
        authority.revokeRole(Roles.LEDGER, alice);
        vm.expectRevert(frozen);
        authority.freezeRole(Roles.LEDGER);
        vm.prank(alice);
        vm.expectRevert(frozen);
        authority.renounceRole(Roles.LEDGER, alice);
        assertTrue(authority.hasRole(Roles.LEDGER, alice), "still the holder");
    }

    function test_freezeRole_OfTheAdminRoleStopsNewAdminsAndKeepsTheOldOne() public {
        authority.freezeRole(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(IAuthority.RoleIsFrozen.selector, ADMIN));
        authority.grantRole(ADMIN, alice);
        authority.grantRole(Roles.PAUSER, alice);
        assertTrue(authority.hasRole(Roles.PAUSER, alice), "the admin still works");
    }

    function test_Roles_AreDistinct() public pure {
        bytes32[13] memory all = [
            ADMIN,
            Roles.LEDGER,
            Roles.WITHDRAWAL_QUEUE,
            Roles.DEPOSITOR,
            Roles.ACCOUNTING,
            Roles.REPORTER,
            Roles.SHARE_BURNER,
            Roles.CLOSED_ACCOUNT,
            Roles.COMMITTEE_MANAGER,
            Roles.OPERATOR_MANAGER,
            Roles.PARAMETER_MANAGER,
            Roles.PAUSER,
            Roles.RESUMER
        ];
        for (uint256 i = 0; i < all.length; ++i) {
            for (uint256 j = 0; j < i; ++j) assertNotEq(all[i], all[j], "two roles are one");
        }
    }
}
