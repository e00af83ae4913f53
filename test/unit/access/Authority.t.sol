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

    /* HAND-OVER */

    function test_handOver_GivesTheRootForEver() public {
        address timelock = freezeAndHandOver();
        assertTrue(authority.hasRole(ADMIN, timelock), "the new admin");
        assertFalse(authority.hasRole(ADMIN, address(this)), "GOV-2: not the deployer");
        assertEq(authority.getRoleMemberCount(ADMIN), 1, "GOV-1: no other");
        assertTrue(authority.isFrozen(ADMIN), "frozen");

        bytes memory frozen = abi.encodeWithSelector(IAuthority.RoleIsFrozen.selector, ADMIN);
        vm.startPrank(timelock);
        vm.expectRevert(frozen);
        authority.grantRole(ADMIN, mallory);
        vm.expectRevert(frozen);
        authority.revokeRole(ADMIN, timelock);
        vm.expectRevert(frozen);
        authority.renounceRole(ADMIN, timelock);
        vm.expectRevert(frozen);
        authority.handOver(mallory);
        authority.grantRole(Roles.PAUSER, alice);
        vm.stopPrank();
        assertTrue(authority.hasRole(Roles.PAUSER, alice), "the admin works");
    }

    function test_handOver_TellsOfIt() public {
        authority.freezeRole(Roles.LEDGER);
        authority.freezeRole(Roles.WITHDRAWAL_QUEUE);
        vm.expectEmit(address(authority));
        emit IAccessControl.RoleGranted(ADMIN, alice, address(this));
        vm.expectEmit(address(authority));
        emit IAccessControl.RoleRevoked(ADMIN, address(this), address(this));
        vm.expectEmit(address(authority));
        emit IAuthority.RoleFrozen(ADMIN);
        vm.expectEmit(address(authority));
        emit IAuthority.HandedOver(address(this), alice);
        authority.handOver(alice);
    }

    function test_handOver_ToItselfKeepsTheRoot() public {
        authority.freezeRole(Roles.LEDGER);
        authority.freezeRole(Roles.WITHDRAWAL_QUEUE);
        authority.handOver(address(this));
        assertTrue(authority.hasRole(ADMIN, address(this)), "the same");
        assertTrue(authority.isFrozen(ADMIN), "for ever");
    }

    function test_handOver_RevertGiven_ARoleThatMovesEtherIsNotFrozen() public {
        vm.expectRevert(abi.encodeWithSelector(IAuthority.RoleNotFrozen.selector, Roles.LEDGER));
        authority.handOver(alice);
        authority.freezeRole(Roles.LEDGER);
        vm.expectRevert(abi.encodeWithSelector(IAuthority.RoleNotFrozen.selector, Roles.WITHDRAWAL_QUEUE));
        authority.handOver(alice);
    }

    function test_handOver_RevertGiven_ThereIsAnotherAdmin() public {
        authority.freezeRole(Roles.LEDGER);
        authority.freezeRole(Roles.WITHDRAWAL_QUEUE);
        authority.grantRole(ADMIN, alice);
        vm.expectRevert(abi.encodeWithSelector(IAuthority.NotSoleAdmin.selector, 2));
        authority.handOver(alice);
        authority.revokeRole(ADMIN, alice);
        authority.handOver(alice);
    }

    function test_handOver_RevertWhen_CallerOrAdminIsWrong() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, mallory, ADMIN)
        );
        vm.prank(mallory);
        authority.handOver(mallory);
        address[2] memory wrong = [address(0), address(authority)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAuthority.WrongAdmin.selector, wrong[i]));
            authority.handOver(wrong[i]);
        }
    }

    /// @dev GOV-1, GOV-2: whatever the admin calls, and the holders, after the hand-over.
    function testFuzz_handOver_NothingMovesTheRootOrTheRolesThatMoveEther(uint256 seed) public {
        address[2] memory holders = [makeAddr("ledger"), makeAddr("queue")];
        authority.grantRole(Roles.LEDGER, holders[0]);
        authority.grantRole(Roles.WITHDRAWAL_QUEUE, holders[1]);
        address timelock = freezeAndHandOver();
        address[5] memory actors = [timelock, holders[0], holders[1], mallory, address(this)];
        bytes32[4] memory roles = [ADMIN, Roles.LEDGER, Roles.WITHDRAWAL_QUEUE, Roles.PAUSER];
        for (uint256 i = 0; i < 16; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, i)));
            bytes32 role = roles[(r >> 8) % 4];
            address account = actors[(r >> 16) % 5];
            // the admin calls most
            address caller = (r >> 24) % 3 == 0 ? account : timelock;
            bytes[5] memory calls = [
                abi.encodeCall(authority.grantRole, (role, account)),
                abi.encodeCall(authority.revokeRole, (role, account)),
                abi.encodeCall(authority.renounceRole, (role, caller)),
                abi.encodeCall(authority.freezeRole, (role)),
                abi.encodeCall(authority.handOver, (account))
            ];
            vm.prank(caller);
            (bool done, ) = address(authority).call(calls[r % 5]);
            assertTrue(!done || role == Roles.PAUSER, "nothing is done about what is frozen");
        }
        assertHeldBy(ADMIN, timelock);
        assertHeldBy(Roles.LEDGER, holders[0]);
        assertHeldBy(Roles.WITHDRAWAL_QUEUE, holders[1]);
    }

    function freezeAndHandOver() private returns (address timelock) {
        timelock = makeAddr("timelock");
        authority.freezeRole(Roles.LEDGER);
        authority.freezeRole(Roles.WITHDRAWAL_QUEUE);
        authority.handOver(timelock);
    }

    function assertHeldBy(bytes32 role, address holder) private view {
        assertEq(authority.getRoleMemberCount(role), 1, "one holder");
        assertEq(authority.getRoleMember(role, 0), holder, "the same");
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
