// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../../contracts/access/Authority.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {OperatorRegistry} from "../../../contracts/operators/OperatorRegistry.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Who runs validators: admission, limits, and managers that change in two steps.
contract OperatorRegistryTest is KedgeTest {
    Authority private authority;
    OperatorRegistry private registry;
    address private manager = makeAddr("manager");
    address private rewards = makeAddr("rewards");
    address private next = makeAddr("next manager");
    address private stranger = makeAddr("stranger");

    function setUp() public {
        authority = new Authority(address(this));
        registry = new OperatorRegistry(IAuthority(address(authority)));
        authority.grantRole(Roles.OPERATOR_MANAGER, address(this));
        registry.add(manager, rewards, 10);
    }

    /* ADMISSION */

    function test_add_CountsFromOne() public {
        vm.expectEmit(address(registry));
        emit IOperatorRegistry.OperatorAdded(2, next, rewards, 10_000);
        assertEq(registry.add(next, rewards, 10_000), 2, "id");
        assertEq(registry.count(), 2, "count");

        IOperatorRegistry.Operator memory o = registry.operator(2);
        assertEq(o.manager, next, "manager");
        assertEq(o.rewardAddress, rewards, "reward address");
        assertEq(uint256(o.keyLimit), 10_000, "limit");
        assertTrue(o.active, "active");
        assertEq(o.pendingManager, address(0), "pending");
        assertEq(registry.depositableKeys(2), 10_000, "depositable");
    }

    function test_add_RevertWhen_AnAddressIsZero() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        registry.add(address(0), rewards, 1);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        registry.add(manager, address(0), 1);
        assertEq(registry.count(), 1, "count");
    }

    function testFuzz_setKeyLimit_RevertWhen_AboveMaximum(uint256 limit) public {
        limit = bound(limit, 10_001, type(uint256).max);
        bytes memory expected = abi.encodeWithSelector(
            IOperatorRegistry.KeyLimitOutOfBounds.selector,
            limit,
            10_000
        );
        vm.expectRevert(expected);
        registry.setKeyLimit(1, limit);
        vm.expectRevert(expected);
        registry.add(manager, rewards, limit);
    }

    function test_setKeyLimit_Sets() public {
        vm.expectEmit(address(registry));
        emit IOperatorRegistry.KeyLimitSet(1, 10, 0);
        registry.setKeyLimit(1, 0);
        assertEq(registry.depositableKeys(1), 0, "none");
        registry.setKeyLimit(1, 10_000);
        assertEq(registry.depositableKeys(1), 10_000, "most");
    }

    function test_setActive_StopsNewKeys() public {
        vm.expectEmit(address(registry));
        emit IOperatorRegistry.ActiveSet(1, false);
        registry.setActive(1, false);
        assertEq(registry.depositableKeys(1), 0, "stopped");
        registry.setActive(1, true);
        assertEq(registry.depositableKeys(1), 10, "goes on");
    }

    function test_everything_RevertGiven_OperatorIsUnknown() public {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 id = i * 2;
            bytes memory unknown = abi.encodeWithSelector(IOperatorRegistry.OperatorUnknown.selector, id);
            vm.expectRevert(unknown);
            registry.operator(id);
            vm.expectRevert(unknown);
            registry.depositableKeys(id);
            vm.expectRevert(unknown);
            registry.requireManager(id, address(0));
            vm.expectRevert(unknown);
            registry.setKeyLimit(id, 1);
            vm.expectRevert(unknown);
            registry.setActive(id, false);
            vm.expectRevert(unknown);
            registry.proposeManager(id, next);
            vm.expectRevert(unknown);
            registry.setRewardAddress(id, next);
            vm.prank(address(0));
            vm.expectRevert(unknown);
            registry.acceptManager(id);
        }
    }

    /* MANAGERS */

    function test_acceptManager_TakesOver() public {
        vm.expectEmit(address(registry));
        emit IOperatorRegistry.ManagerProposed(1, manager, next);
        vm.prank(manager);
        registry.proposeManager(1, next);
        registry.requireManager(1, manager);

        vm.expectEmit(address(registry));
        emit IOperatorRegistry.ManagerSet(1, manager, next);
        vm.prank(next);
        registry.acceptManager(1);
        registry.requireManager(1, next);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotManager.selector, 1, manager));
        registry.requireManager(1, manager);

        // the offer is spent
        vm.prank(next);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotPendingManager.selector, 1, next));
        registry.acceptManager(1);
    }

    function test_acceptManager_RevertWhen_CallerIsNotProposed() public {
        vm.prank(manager);
        registry.proposeManager(1, next);
        address[3] memory callers = [stranger, manager, address(this)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IOperatorRegistry.NotPendingManager.selector, 1, callers[i])
            );
            registry.acceptManager(1);
        }
    }

    function test_acceptManager_RevertGiven_OfferIsWithdrawn() public {
        vm.startPrank(manager);
        registry.proposeManager(1, next);
        registry.proposeManager(1, address(0));
        vm.stopPrank();
        vm.prank(next);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotPendingManager.selector, 1, next));
        registry.acceptManager(1);
        assertEq(registry.operator(1).manager, manager, "manager");
    }

    /// @dev Whoever manages one operator is a stranger to the next.
    function test_managersFunctions_RevertWhen_CallerIsNotTheManager() public {
        registry.add(next, rewards, 1);
        address[3] memory callers = [stranger, next, address(this)];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory refused = abi.encodeWithSelector(
                IOperatorRegistry.NotManager.selector,
                1,
                callers[i]
            );
            vm.startPrank(callers[i]);
            vm.expectRevert(refused);
            registry.proposeManager(1, callers[i]);
            vm.expectRevert(refused);
            registry.setRewardAddress(1, callers[i]);
            vm.stopPrank();
        }
    }

    function test_setRewardAddress_Sets() public {
        vm.expectEmit(address(registry));
        emit IOperatorRegistry.RewardAddressSet(1, rewards, stranger);
        vm.prank(manager);
        registry.setRewardAddress(1, stranger);
        assertEq(registry.operator(1).rewardAddress, stranger);
        vm.prank(manager);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        registry.setRewardAddress(1, address(0));
    }
}
