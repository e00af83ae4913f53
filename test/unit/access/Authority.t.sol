// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Authority} from "../../../contracts/access/Authority.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Who holds which role, and what is frozen.
contract AuthorityTest is KedgeTest {
    bytes32 private constant ADMIN = 0;
    bytes32 private constant ROLE = keccak256("role");
    bytes32 private constant OTHER = keccak256("other role");

    Authority private authority;
    address private holder = makeAddr("holder");
    address private stranger = makeAddr("stranger");

    function setUp() public {
        authority = new Authority(address(this));
        authority.grantRole(ROLE, holder);
    }

    function test_constructor_NamesTheAdmin() public {
        assertTrue(authority.hasRole(ADMIN, address(this)), "admin");
        assertEq(authority.getRoleMemberCount(ADMIN), 1, "one");
        vm.expectRevert(IAccessControl.AccessControlBadConfirmation.selector);
        new Authority(address(0));
    }

    function test_grantRole_IsEnumerable() public {
        authority.grantRole(ROLE, stranger);
        assertEq(authority.getRoleMemberCount(ROLE), 2, "count");
        assertEq(authority.getRoleMember(ROLE, 0), holder, "first");
        assertEq(authority.getRoleMember(ROLE, 1), stranger, "second");
        authority.revokeRole(ROLE, holder);
        assertEq(authority.getRoleMemberCount(ROLE), 1, "count");
        assertEq(authority.getRoleMember(ROLE, 0), stranger, "left");
        assertFalse(authority.hasRole(ROLE, holder), "revoked");
        assertFalse(authority.hasRole(OTHER, stranger), "another role");
    }

    /// @dev A holder of a role is no admin of it.
    function test_everything_RevertWhen_CallerIsNotAdmin() public {
        address[2] memory callers = [holder, stranger];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory refused = abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector,
                callers[i],
                ADMIN
            );
            vm.startPrank(callers[i]);
            vm.expectRevert(refused);
            authority.grantRole(ROLE, callers[i]);
            vm.expectRevert(refused);
            authority.grantRole(ADMIN, callers[i]);
            vm.expectRevert(refused);
            authority.revokeRole(ROLE, holder);
            vm.expectRevert(refused);
            authority.freezeRole(ROLE);
            vm.expectRevert(IAccessControl.AccessControlBadConfirmation.selector);
            authority.renounceRole(ADMIN, address(this));
            vm.stopPrank();
        }
    }

    function test_freezeRole_FixesTheHolders() public {
        assertFalse(authority.isFrozen(ROLE), "not yet");
        vm.expectEmit(address(authority));
        emit IAuthority.RoleFrozen(ROLE);
        authority.freezeRole(ROLE);
        assertTrue(authority.isFrozen(ROLE), "frozen");

        bytes memory frozen = abi.encodeWithSelector(IAuthority.RoleIsFrozen.selector, ROLE);
        vm.expectRevert(frozen);
        authority.grantRole(ROLE, stranger);
        vm.expectRevert(frozen);
        authority.grantRole(ROLE, holder);
        vm.expectRevert(frozen);
        authority.revokeRole(ROLE, holder);
        vm.expectRevert(frozen);
        authority.revokeRole(ROLE, stranger);
        vm.prank(holder);
        vm.expectRevert(frozen);
        authority.renounceRole(ROLE, holder);
        vm.expectRevert(frozen);
        authority.freezeRole(ROLE);

        assertEq(authority.getRoleMemberCount(ROLE), 1, "count");
        assertTrue(authority.hasRole(ROLE, holder), "holder");
        // other roles go on
        authority.grantRole(OTHER, stranger);
        assertTrue(authority.hasRole(OTHER, stranger), "other role");
    }

    /// @dev GOV-1: a frozen admin role can neither spread nor be given up.
    function test_freezeRole_FixesTheAdmin() public {
        authority.freezeRole(ADMIN);
        bytes memory frozen = abi.encodeWithSelector(IAuthority.RoleIsFrozen.selector, ADMIN);
        vm.expectRevert(frozen);
        authority.grantRole(ADMIN, stranger);
        vm.expectRevert(frozen);
        authority.renounceRole(ADMIN, address(this));
        authority.grantRole(OTHER, stranger);
        assertTrue(authority.hasRole(OTHER, stranger), "still the admin");
    }

    /// @dev GOV-2: an admin that hands over ends with nothing.
    function test_renounceRole_HandsOver() public {
        authority.grantRole(ADMIN, holder);
        authority.renounceRole(ADMIN, address(this));
        assertFalse(authority.hasRole(ADMIN, address(this)), "old admin");
        assertEq(authority.getRoleMember(ADMIN, 0), holder, "new admin");
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector,
                address(this),
                ADMIN
            )
        );
        authority.grantRole(ROLE, stranger);
    }
}
