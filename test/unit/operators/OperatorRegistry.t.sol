// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Authority} from "../../../contracts/access/Authority.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {OperatorRegistry} from "../../../contracts/operators/OperatorRegistry.sol";
import {FactoryTest} from "../../utils/FactoryTest.sol";

/// @notice Who runs validators: registration, addresses that change in two steps, commission, standing.
contract OperatorRegistryTest is FactoryTest {
    Authority private authority;
    OperatorRegistry private registry;
    address private manager = makeAddr("manager");
    address private rewards = makeAddr("rewards");
    address private next = makeAddr("next");
    address private stranger = makeAddr("stranger");

    function setUp() public {
        vm.warp(1_700_000_000);
        authority = factory.newAuthority(address(this));
        registry = factory.newOperatorRegistry(IAuthority(address(authority)));
        authority.grantRole(Roles.OPERATOR_MANAGER, address(this));
        authority.grantRole(Roles.OPERATOR_JUDGE, address(this));
        authority.grantRole(Roles.WITNESS, address(this));
        authority.grantRole(Roles.COMPLIANCE_MANAGER, address(this));
        vm.prank(manager);
        registry.register(rewards, 1_000);
    }

    /* REGISTRATION */

    function testFuzz_register_IsForAnyone(address caller, address pay, uint256 commission) public {
        vm.assume(caller != address(0) && pay != address(0));
        commission = bound(commission, 0, 2_000);
        vm.expectEmit(address(registry));
        emit IOperatorRegistry.OperatorRegistered(2, caller, pay, commission);
        vm.prank(caller);
        assertEq(registry.register(pay, commission), 2, "id");
        assertEq(registry.count(), 2, "count");
        IOperatorRegistry.Operator memory o = registry.operator(2);
        assertEq(o.manager, caller, "manager");
        assertEq(registry.managerOf(2), caller, "managerOf");
        assertEq(o.rewardAddress, pay, "reward address");
        assertEq(uint256(o.commissionBp), commission, "commission");
        assertTrue(o.standing == IOperatorRegistry.Standing.Good, "standing");
        assertFalse(o.curated, "curated");
        assertFalse(registry.isCurated(2), "isCurated");
        assertEq(o.pendingManager, address(0), "pending manager");
        registry.requireStakeable(2);
    }

    function test_register_RevertWhen_BadInput() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        registry.register(address(0), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.CommissionOutOfBounds.selector, 2_001, 2_000)
        );
        registry.register(rewards, 2_001);
        assertEq(registry.count(), 1, "count");
    }

    function test_everything_RevertGiven_OperatorIsUnknown() public {
        for (uint256 id = 0; id < 3; id += 2) {
            bytes memory unknown = abi.encodeWithSelector(IOperatorRegistry.OperatorUnknown.selector, id);
            vm.startPrank(address(0));
            bytes[9] memory calls = [
                abi.encodeCall(registry.operator, (id)),
                abi.encodeCall(registry.managerOf, (id)),
                abi.encodeCall(registry.standingOf, (id)),
                abi.encodeCall(registry.isCurated, (id)),
                abi.encodeCall(registry.requireStakeable, (id)),
                abi.encodeCall(registry.requireManager, (id, address(0))),
                abi.encodeCall(registry.acceptManager, (id)),
                abi.encodeCall(registry.acceptRewardAddress, (id)),
                abi.encodeCall(registry.retire, (id))
            ];
            for (uint256 i = 0; i < calls.length; ++i) expectFailure(calls[i], unknown);
            vm.stopPrank();
            expectFailure(abi.encodeCall(registry.demote, (id, "")), unknown);
            expectFailure(abi.encodeCall(registry.jail, (id, "")), unknown);
            expectFailure(abi.encodeCall(registry.setCurated, (id, true)), unknown);
            expectFailure(abi.encodeCall(registry.setFlags, (id, 1)), unknown);
            expectFailure(
                abi.encodeCall(registry.setStanding, (id, IOperatorRegistry.Standing.Good, "")),
                unknown
            );
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

    function test_acceptRewardAddress_TakesOver() public {
        vm.expectEmit(address(registry));
        emit IOperatorRegistry.RewardAddressProposed(1, rewards, next);
        vm.prank(manager);
        registry.proposeRewardAddress(1, next);
        assertEq(registry.operator(1).rewardAddress, rewards, "not yet");

        vm.expectEmit(address(registry));
        emit IOperatorRegistry.RewardAddressSet(1, rewards, next);
        vm.prank(next);
        registry.acceptRewardAddress(1);
        assertEq(registry.operator(1).rewardAddress, next, "reward address");
        assertEq(registry.operator(1).manager, manager, "the manager stays");
        vm.prank(next);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotPendingRewardAddress.selector, 1, next));
        registry.acceptRewardAddress(1);
    }

    function test_accept_RevertWhen_CallerIsNotProposed() public {
        vm.startPrank(manager);
        registry.proposeManager(1, next);
        registry.proposeRewardAddress(1, next);
        vm.stopPrank();
        address[3] memory callers = [stranger, manager, address(this)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.startPrank(callers[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IOperatorRegistry.NotPendingManager.selector, 1, callers[i])
            );
            registry.acceptManager(1);
            vm.expectRevert(
                abi.encodeWithSelector(IOperatorRegistry.NotPendingRewardAddress.selector, 1, callers[i])
            );
            registry.acceptRewardAddress(1);
            vm.stopPrank();
        }
    }

    function test_accept_RevertGiven_OfferIsWithdrawn() public {
        vm.startPrank(manager);
        registry.proposeManager(1, next);
        registry.proposeManager(1, address(0));
        registry.proposeRewardAddress(1, next);
        registry.proposeRewardAddress(1, address(0));
        vm.stopPrank();
        vm.startPrank(next);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotPendingManager.selector, 1, next));
        registry.acceptManager(1);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotPendingRewardAddress.selector, 1, next));
        registry.acceptRewardAddress(1);
        vm.stopPrank();
    }

    /// @dev Whoever manages one operator is a stranger to the next.
    function test_managersFunctions_RevertWhen_CallerIsNotTheManager() public {
        vm.prank(next);
        registry.register(rewards, 0);
        address[4] memory callers = [stranger, next, address(this), rewards];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory refused = abi.encodeWithSelector(
                IOperatorRegistry.NotManager.selector,
                1,
                callers[i]
            );
            vm.startPrank(callers[i]);
            expectFailure(abi.encodeCall(registry.proposeManager, (1, callers[i])), refused);
            expectFailure(abi.encodeCall(registry.proposeRewardAddress, (1, callers[i])), refused);
            expectFailure(abi.encodeCall(registry.setCommission, (1, 0)), refused);
            expectFailure(abi.encodeCall(registry.retire, (1)), refused);
            vm.stopPrank();
        }
    }

    /* COMMISSION */

    function testFuzz_setCommission_ByASmallStepOnceInAPeriod(uint256 bp, uint256 wait) public {
        bp = bound(bp, 0, 3_000);
        wait = bound(wait, 0, 14 days);
        vm.warp(vm.getBlockTimestamp() + wait);
        bytes memory refused = "";
        if (bp > 2_000) {
            refused = abi.encodeWithSelector(IOperatorRegistry.CommissionOutOfBounds.selector, bp, 2_000);
        } else if (bp > 1_100) {
            refused = abi.encodeWithSelector(
                IOperatorRegistry.CommissionRaiseTooLarge.selector,
                bp - 1_000,
                100
            );
        } else if (bp > 1_000 && wait < 7 days) {
            refused = abi.encodeWithSelector(
                IOperatorRegistry.CommissionRaiseTooSoon.selector,
                1,
                1_700_000_000 + 7 days
            );
        }
        if (refused.length > 0) {
            vm.expectRevert(refused);
        } else {
            vm.expectEmit(address(registry));
            emit IOperatorRegistry.CommissionSet(1, 1_000, bp);
        }
        vm.prank(manager);
        registry.setCommission(1, bp);
        assertEq(uint256(registry.operator(1).commissionBp), refused.length > 0 ? 1_000 : bp, "commission");
    }

    /// @dev A cut does not open the door for a raise before its time.
    function test_setCommission_RevertWhen_RaisedTwiceInAPeriod() public {
        vm.startPrank(manager);
        vm.warp(1_700_000_000 + 7 days);
        registry.setCommission(1, 1_100);
        registry.setCommission(1, 500);
        vm.warp(1_700_000_000 + 14 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.CommissionRaiseTooSoon.selector,
                1,
                1_700_000_000 + 14 days
            )
        );
        registry.setCommission(1, 600);
        vm.warp(1_700_000_000 + 14 days);
        registry.setCommission(1, 600);
        vm.stopPrank();
    }

    /* STANDING */

    function test_demote_StepByStepDownToJailed() public {
        vm.expectEmit(address(registry));
        emit IOperatorRegistry.StandingSet(
            1,
            IOperatorRegistry.Standing.Good,
            IOperatorRegistry.Standing.Watched,
            "late"
        );
        registry.demote(1, "late");
        registry.requireStakeable(1);
        registry.demote(1, "late");
        expectStanding(IOperatorRegistry.Standing.Jailed);
        expectStopped(IOperatorRegistry.Standing.Jailed);
        registry.demote(1, "late");
        expectStanding(IOperatorRegistry.Standing.Jailed);
    }

    function test_jail_FromAnyStandingButRetired() public {
        for (uint256 from = 0; from < 3; ++from) {
            registry.setStanding(1, IOperatorRegistry.Standing(from), "");
            registry.jail(1, "slashed");
            expectStanding(IOperatorRegistry.Standing.Jailed);
        }
        vm.prank(manager);
        registry.retire(1);
        registry.jail(1, "slashed");
        registry.demote(1, "late");
        expectStanding(IOperatorRegistry.Standing.Retired);
        expectStopped(IOperatorRegistry.Standing.Retired);
    }

    function test_retire_IsForEver() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.StandingFixed.selector,
                1,
                IOperatorRegistry.Standing.Retired
            )
        );
        registry.setStanding(1, IOperatorRegistry.Standing.Retired, "");
        vm.prank(manager);
        registry.retire(1);
        bytes memory fixedFor = abi.encodeWithSelector(
            IOperatorRegistry.StandingFixed.selector,
            1,
            IOperatorRegistry.Standing.Retired
        );
        vm.expectRevert(fixedFor);
        registry.setStanding(1, IOperatorRegistry.Standing.Good, "");
        vm.prank(manager);
        vm.expectRevert(fixedFor);
        registry.retire(1);
    }

    /* GOVERNANCE */

    function test_setCurated_Sets() public {
        vm.expectEmit(address(registry));
        emit IOperatorRegistry.CuratedSet(1, true);
        registry.setCurated(1, true);
        assertTrue(registry.isCurated(1), "curated");
        registry.setCurated(1, false);
        assertFalse(registry.isCurated(1), "not any more");
    }

    function test_setFlags_Sets() public {
        vm.expectEmit(address(registry));
        emit IOperatorRegistry.FlagsSet(1, 0, type(uint32).max);
        registry.setFlags(1, type(uint32).max);
        assertEq(uint256(registry.operator(1).flags), type(uint32).max, "flags");
        vm.expectRevert(
            abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 32, 1 << 32)
        );
        registry.setFlags(1, 1 << 32);
    }

    /* INTERNAL */

    function expectStanding(IOperatorRegistry.Standing standing) private view {
        assertTrue(registry.standingOf(1) == standing, "standing");
    }

    function expectStopped(IOperatorRegistry.Standing standing) private {
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorStopped.selector, 1, standing));
        registry.requireStakeable(1);
    }

    function expectFailure(bytes memory data, bytes memory expected) private {
        (bool done, bytes memory answer) = address(registry).call(data);
        assertFalse(done, "went through");
        assertEq(answer, expected, "error");
    }
}
