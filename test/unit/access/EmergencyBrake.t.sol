// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EmergencyBrake} from "../../../contracts/access/EmergencyBrake.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {PausableUntil} from "../../../contracts/access/PausableUntil.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IEmergencyBrake} from "../../../contracts/interfaces/IEmergencyBrake.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice What guardians may stop, how often, and for how long.
contract EmergencyBrakeTest is Withdrawals {
    uint256 private constant PAUSE = 3 days;
    IEmergencyBrake.Valve private constant INFLOW = IEmergencyBrake.Valve.Inflow;
    IEmergencyBrake.Valve private constant FINALIZATION = IEmergencyBrake.Valve.Finalization;

    EmergencyBrake private brake;
    address private guardian = makeAddr("guardian");
    address private other = makeAddr("another guardian");

    function setUp() public override {
        super.setUp();
        brake = factory.newEmergencyBrake(IAuthority(address(authority)), ledger, depositor, queue, PAUSE);
        authority.grantRole(Roles.PAUSER, address(brake));
        authority.grantRole(Roles.GUARDIAN, guardian);
        authority.grantRole(Roles.GUARDIAN, other);
    }

    /* INFLOW */

    function test_pull_StopsWhatComesIn() public {
        uint256 until = currentTime() + PAUSE;
        assertTrue(brake.isArmed(INFLOW), "armed from the start");
        vm.expectEmit(address(brake));
        emit IEmergencyBrake.BrakePulled(INFLOW, guardian, until);
        pull(guardian, INFLOW);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.StakingIsPaused.selector, until));
        ledger.stake{value: 1 ether}(address(0));
        assertEq(depositor.pausedUntil(), until, "deposits");
        assertLt(queue.pausedUntil(), currentTime(), "finalisations go on");
        vm.warp(until);
        ledger.stake{value: 1 ether}(address(0));
    }

    /// @dev What governance stopped goes on as it was; the rest is stopped.
    function test_pull_LengthensNothingThatRuns() public {
        depositor.pauseFor(1 hours);
        uint256 until = depositor.pausedUntil();
        pull(guardian, INFLOW);
        assertEq(depositor.pausedUntil(), until, "deposits");
        (, uint256 stakingUntil) = ledger.stakingPause();
        assertEq(stakingUntil, currentTime() + PAUSE, "stakes");
    }

    function test_pull_RevertGiven_AllIsShut() public {
        ledger.pauseStaking(1 days);
        depositor.pauseFor(1 days);
        queue.pauseFor(1 days);
        for (uint256 i = 0; i < 2; ++i) {
            IEmergencyBrake.Valve valve = IEmergencyBrake.Valve(i);
            vm.expectRevert(abi.encodeWithSelector(IEmergencyBrake.AlreadyShut.selector, valve));
            pull(guardian, valve);
            assertTrue(brake.isArmed(valve), "not spent");
        }
    }

    /* FINALISATION */

    function test_pull_StopsNewFinalisationsAlone() public {
        uint256 first = requestFor(alice, 1 ether);
        skipTime(COOLDOWN);
        finalize(first);
        pull(guardian, FINALIZATION);
        uint256 until = currentTime() + PAUSE;
        vm.expectRevert(abi.encodeWithSelector(PausableUntil.PausedUntil.selector, until));
        queue.finalizeNamed();
        (bool isPaused, ) = ledger.stakingPause();
        assertFalse(isPaused, "stakes go on");
        // no valve: claims, requests, reports
        vm.prank(alice);
        queue.claim(first);
        uint256 second = requestFor(alice, 1 ether);
        skipTime(COOLDOWN);
        reportAndFinalize(0, second);
        assertTrue(queue.ticket(second).finalized == (currentTime() >= until), "as the pause says");
    }

    /* ONCE */

    function test_pull_RevertGiven_ItWasPulled() public {
        pull(guardian, FINALIZATION);
        assertFalse(brake.isArmed(FINALIZATION), "spent");
        assertTrue(brake.isArmed(INFLOW), "the other one");
        skipTime(PAUSE + 1 days);
        address[2] memory guardians = [guardian, other];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEmergencyBrake.NotArmed.selector, FINALIZATION));
            pull(guardians[i], FINALIZATION);
        }
        // another opening by governance does not arm it
        queue.pauseFor(1 days);
        queue.resume();
        vm.expectRevert(abi.encodeWithSelector(IEmergencyBrake.NotArmed.selector, FINALIZATION));
        pull(other, FINALIZATION);
    }

    function test_arm_LetsItBePulledOnceMore() public {
        vm.expectRevert(abi.encodeWithSelector(IEmergencyBrake.IsArmed.selector, INFLOW));
        brake.arm(INFLOW);
        pull(guardian, INFLOW);
        depositor.resume();
        ledger.resumeStaking();
        vm.expectEmit(address(brake));
        emit IEmergencyBrake.BrakeArmed(INFLOW, address(this));
        brake.arm(INFLOW);
        pull(other, INFLOW);
        assertFalse(brake.isArmed(INFLOW), "spent");
    }

    /// @dev Governance opens early, or keeps shut by stopping anew.
    function test_pull_GovernanceLiftsAndRenews() public {
        pull(guardian, FINALIZATION);
        queue.resume();
        assertEq(queue.pausedUntil(), currentTime(), "open");
        queue.pauseFor(14 days);
        assertEq(queue.pausedUntil(), currentTime() + 14 days, "renewed");
    }

    /* ROLES */

    function test_pull_RevertWhen_CallerIsNoGuardian() public {
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, alice, Roles.GUARDIAN));
        pull(alice, INFLOW);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, guardian, Roles.PAUSER));
        vm.prank(guardian);
        queue.pauseFor(1);
    }

    function test_arm_RevertWhen_CallerIsAGuardian() public {
        pull(guardian, INFLOW);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, guardian, Roles.RESUMER));
        vm.prank(guardian);
        brake.arm(INFLOW);
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_ParametersAreBad() public {
        IAuthority a = IAuthority(address(authority));
        uint256[2] memory bad = [uint256(1 hours - 1), 14 days + 1];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IEmergencyBrake.ParameterOutOfBounds.selector,
                    bytes32("pauseSeconds"),
                    bad[i]
                )
            );
            factory.newEmergencyBrake(a, ledger, depositor, queue, bad[i]);
        }
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newEmergencyBrake(a, ledger, depositor, PausableUntil(address(0)), PAUSE);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newEmergencyBrake(a, ledger, PausableUntil(address(0)), queue, PAUSE);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newEmergencyBrake(a, IStakedEther(address(0)), depositor, queue, PAUSE);
    }

    function pull(address by, IEmergencyBrake.Valve valve) private {
        vm.prank(by);
        brake.pull(valve);
    }
}
