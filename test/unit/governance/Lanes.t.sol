// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {PausableUntil} from "../../../contracts/access/PausableUntil.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IExitWindowTimelock} from "../../../contracts/interfaces/IExitWindowTimelock.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IReportLimits} from "../../../contracts/interfaces/IReportLimits.sol";
import {EmergencyBrake} from "../../../contracts/access/EmergencyBrake.sol";
import {IEmergencyBrake} from "../../../contracts/interfaces/IEmergencyBrake.sol";
import {TimelockTest} from "../../utils/TimelockTest.sol";

/// @notice The lanes without a window: which calls are in them, and that all others wait for the exit window; GOV-3.
contract LanesTest is TimelockTest {
    IExitWindowTimelock.Lane private constant ORDINARY = IExitWindowTimelock.Lane.Ordinary;
    IExitWindowTimelock.Lane private constant OPENING = IExitWindowTimelock.Lane.Opening;
    IExitWindowTimelock.Lane private constant INFLOW = IExitWindowTimelock.Lane.Inflow;

    uint256 private operatorId;

    function setUp() public override {
        super.setUp();
        operatorId = operatorRegistry.register(address(this), 500);
        operatorRegistry.setCurated(operatorId, true);
    }

    /* WHAT IS IN IT */

    function test_schedule_PausesStakesSoon() public {
        bytes memory data = abi.encodeCall(ledger.pauseStaking, (3 days));
        bytes32 id = timelock.hashOperation(address(ledger), 0, data, 0, 0);
        vm.expectEmit(address(timelock));
        emit IExitWindowTimelock.OperationQueued(
            id,
            IExitWindowTimelock.Lane.Inflow,
            currentTime() + INFLOW_DELAY
        );
        queueCall(address(ledger), data);
        // a ticket does not hold it back
        requestFor(alice, 1 ether);
        executeInLane(id, address(ledger), data);
        (bool paused, ) = ledger.stakingPause();
        assertTrue(paused, "paused");
    }

    /// @dev A decision that was found to be wrong is taken back before anyone can execute it.
    function test_schedule_TakesBackWhatWaitsSoon() public {
        bytes32 wrong = queueOrdinary();
        requestFor(alice, 1 ether);
        bytes memory data = abi.encodeCall(timelock.cancel, (wrong));
        bytes32 id = queueCall(address(timelock), data);
        executeInLane(id, address(timelock), data);
        assertFalse(timelock.isOperation(wrong), "taken back");
        skipTime(120 days);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.execute(address(authority), 0, ordinaryCall(), 0, 0);
    }

    function test_scheduleBatch_BothSoon() public {
        address[] memory targets = new address[](2);
        bytes[] memory payloads = new bytes[](2);
        (targets[0], payloads[0]) = (address(ledger), abi.encodeCall(ledger.pauseStaking, (1 days)));
        (targets[1], payloads[1]) = (address(timelock), abi.encodeCall(timelock.cancel, (queueOrdinary())));
        uint256[] memory values = new uint256[](2);
        assertLane(timelock.laneOf(targets, values, payloads), INFLOW, "told before");
        bytes32 id = scheduleBatch(targets, values, payloads, DELAY);
        skipTime(INFLOW_DELAY);
        assertReady(id, "in the lane");
        timelock.executeBatch(targets, values, payloads, 0, 0);
        (bool paused, ) = ledger.stakingPause();
        assertTrue(paused, "paused");
    }

    /// @dev What a proposer adds to the delay is waited for.
    function test_schedule_WithALongerDelay() public {
        bytes memory data = abi.encodeCall(ledger.pauseStaking, (3 days));
        bytes32 id = timelock.hashOperation(address(ledger), 0, data, 0, 0);
        vm.prank(governor);
        timelock.schedule(address(ledger), 0, data, 0, 0, DELAY + 5 days);
        assertEq(timelock.getTimestamp(id), currentTime() + INFLOW_DELAY + 5 days, "added");
    }

    function test_closeWindow_RevertGiven_TheLane() public {
        bytes32 id = queueCall(address(ledger), abi.encodeCall(ledger.pauseStaking, (1 days)));
        skipTime(WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IExitWindowTimelock.NoWindow.selector, id));
        timelock.closeWindow(id);
        IExitWindowTimelock.Readiness memory r = timelock.readiness(id);
        assertLane(r.lane, INFLOW, "nothing but its delay");
        assertTrue(r.ready, "nothing but its delay");
        assertEq(r.windowEndsAt + r.endsAt, 0, "no window");
    }

    /* WHAT IS NOT */

    function test_schedule_InflowThatOpensWaits() public {
        assertOrdinary(address(ledger), abi.encodeCall(ledger.resumeStaking, ()));
        assertOrdinary(address(depositor), abi.encodeCall(depositor.resume, ()));
        // pauses of predeposits add up to a demotion, and claims of bonds follow the class of their operator
        assertOrdinary(address(depositor), abi.encodeCall(depositor.pauseFor, (1 days)));
        assertOrdinary(
            address(operatorRegistry),
            abi.encodeCall(operatorRegistry.setCurated, (operatorId, true))
        );
        assertOrdinary(
            address(operatorRegistry),
            abi.encodeCall(operatorRegistry.setCurated, (operatorId, false))
        );
        for (uint256 i = 0; i < 4; ++i) {
            // jailed, too: its validators may be made to exit
            assertOrdinary(
                address(operatorRegistry),
                abi.encodeCall(
                    operatorRegistry.setStanding,
                    (operatorId, IOperatorRegistry.Standing(i), "judged")
                )
            );
        }
        assertOrdinary(address(operatorRegistry), abi.encodeCall(operatorRegistry.setFlags, (operatorId, 0)));
    }

    function test_schedule_WhatTouchesThoseWhoLeaveWaits() public {
        assertOrdinary(address(queue), abi.encodeCall(queue.pauseFor, (1 days)));
        assertOrdinary(address(queue), abi.encodeCall(queue.hold, ()));
        assertOrdinary(address(queue), abi.encodeCall(queue.suspend, ()));
        assertOrdinary(address(queue), abi.encodeCall(queue.endSuspension, ()));
        assertOrdinary(address(queue), abi.encodeCall(queue.finalize, (0, 0)));
        assertOrdinary(address(queue), abi.encodeCall(queue.setCooldown, (30 days)));
        assertOrdinary(
            address(instantExit),
            abi.encodeCall(instantExit.setParameters, (instantParameters()))
        );
        assertOrdinary(address(ledger), abi.encodeCall(ledger.redeem, (1, 1)));
        assertOrdinary(address(oracle), abi.encodeCall(oracle.setFee, (1)));
        IReportLimits.Limits memory limits = reportLimits();
        assertOrdinary(address(oracle), abi.encodeCall(oracle.setLimits, (limits)));
        assertOrdinary(
            address(oracle),
            abi.encodeCall(oracle.resolve, (neutralReport(FIRST_FRAME + 1), true))
        );
        assertOrdinary(address(committee), abi.encodeCall(committee.setWeight, (1, 0)));
        assertOrdinary(address(bonds), abi.encodeCall(bonds.setBondRatio, (false, BOND_RATIO_BP)));
        assertOrdinary(address(allocator), abi.encodeCall(allocator.setParameters, (allocationParameters())));
        EmergencyBrake brake = factory.newEmergencyBrake(
            IAuthority(address(authority)),
            ledger,
            depositor,
            queue,
            1 days
        );
        assertOrdinary(address(brake), abi.encodeCall(brake.pull, (IEmergencyBrake.Valve.Inflow)));
    }

    function test_schedule_WhatIsDecidedOfPowerWaits() public {
        assertOrdinary(address(authority), abi.encodeCall(authority.grantRole, (Roles.PAUSER, mallory)));
        assertOrdinary(
            address(authority),
            abi.encodeCall(authority.revokeRole, (Roles.ACCOUNTING, address(oracle)))
        );
        assertOrdinary(address(authority), abi.encodeCall(authority.freezeRole, (Roles.ACCOUNTING)));
        assertOrdinary(address(timelock), abi.encodeCall(timelock.updateDelay, (1 days)));
        assertOrdinary(address(governor), abi.encodeCall(timelock.cancel, (keccak256("elsewhere"))));
        assertOrdinary(
            address(timelock),
            abi.encodeCall(timelock.grantRole, (timelock.PROPOSER_ROLE(), mallory))
        );
    }

    /// @dev The same bytes elsewhere, other bytes there.
    function test_schedule_OtherTargetsAndBytesWait() public {
        bytes memory pauseStaking = abi.encodeCall(ledger.pauseStaking, (1 days));
        bytes memory pauseFor = abi.encodeCall(depositor.pauseFor, (1 days));
        bytes memory setCurated = abi.encodeCall(operatorRegistry.setCurated, (operatorId, false));
        assertOrdinary(address(queue), pauseStaking);
        assertOrdinary(address(depositor), pauseStaking);
        assertOrdinary(address(ledger), pauseFor);
        assertOrdinary(address(ledger), setCurated);
        assertOrdinary(address(depositor), setCurated);
        assertOrdinary(address(operatorRegistry), pauseFor);
        assertOrdinary(address(ledger), "");
        assertOrdinary(address(ledger), abi.encodePacked(pauseStaking, uint8(0)));
        assertOrdinary(address(ledger), abi.encodePacked(bytes4(pauseStaking)));
        assertOrdinary(address(operatorRegistry), abi.encodePacked(setCurated, uint256(0)));
        // dirty: the decoder would refuse it
        assertOrdinary(
            address(operatorRegistry),
            abi.encodePacked(operatorRegistry.setCurated.selector, operatorId, uint256(2))
        );
    }

    function test_scheduleBatch_MixedWithEtherOrEmptyWaits() public {
        address[] memory targets = new address[](2);
        bytes[] memory payloads = new bytes[](2);
        uint256[] memory values = new uint256[](2);
        (targets[0], payloads[0]) = (address(ledger), abi.encodeCall(ledger.pauseStaking, (1 days)));
        (targets[1], payloads[1]) = (address(queue), abi.encodeCall(PausableUntil.pauseFor, (1 days)));
        assertOrdinaryBatch(targets, values, payloads, "the last one");
        (targets[0], targets[1]) = (targets[1], targets[0]);
        (payloads[0], payloads[1]) = (payloads[1], payloads[0]);
        assertOrdinaryBatch(targets, values, payloads, "the first one");
        (targets[0], payloads[0]) = (targets[1], payloads[1]);
        values[1] = 1;
        assertOrdinaryBatch(targets, values, payloads, "ether");
        assertOrdinaryBatch(new address[](0), new uint256[](0), new bytes[](0), "nothing at all");
        assertLane(timelock.laneOf(targets, new uint256[](1), payloads), ORDINARY, "lengths");
        assertLane(timelock.laneOf(targets, values, new bytes[](3)), ORDINARY, "lengths");
    }

    function test_schedule_WithEtherWaits() public {
        bytes memory data = abi.encodeCall(ledger.pauseStaking, (1 days));
        bytes32 id = timelock.hashOperation(address(ledger), 1, data, 0, 0);
        vm.prank(governor);
        timelock.schedule(address(ledger), 1, data, 0, 0, DELAY);
        assertLane(timelock.readiness(id).lane, ORDINARY, "ether");
    }

    /// @dev The lists once more, beside the code: target, function and length.
    function testFuzz_laneOf_TheListsAndNothingElse(uint8 target, uint8 selector, uint8 length) public {
        queue.pauseFor(1 days);
        address[6] memory all = [
            address(ledger),
            address(timelock),
            address(queue),
            address(operatorRegistry),
            address(depositor),
            address(oracle)
        ];
        bytes4[7] memory selectors = [
            ledger.pauseStaking.selector,
            timelock.cancel.selector,
            queue.resume.selector,
            oracle.resolve.selector,
            operatorRegistry.setCurated.selector,
            timelock.updateDelay.selector,
            queue.pauseFor.selector
        ];
        (target, selector, length) = (target % 6, selector % 7, length % 12);
        bytes memory data = abi.encodePacked(selectors[selector]);
        // an answer of one is to accept
        bool accepts = length % 2 == 1;
        for (uint256 i = 0; i < length; ++i) {
            data = abi.encodePacked(data, uint256(accepts || i + 1 < length ? 1 : 0));
        }
        address[] memory targets = new address[](1);
        bytes[] memory payloads = new bytes[](1);
        (targets[0], payloads[0]) = (all[target], data);
        IExitWindowTimelock.Lane expected = ORDINARY;
        if (target < 2 && selector == target && length == 1) expected = INFLOW;
        if (target == 2 && selector == 2 && length == 0) expected = OPENING;
        // the queue has a list of its own
        if (target != 2 && selector == 3 && length == 10) expected = OPENING;
        assertLane(timelock.laneOf(targets, new uint256[](1), payloads), expected, "the lists");
    }

    /* WHAT ONLY LETS OUT */

    /// @dev Nobody waits behind the tickets that it frees.
    function test_schedule_EndsAPauseOfFinalisationsAfterItsDelay() public {
        requestFor(alice, 1 ether);
        queue.pauseFor(10 days);
        bytes memory data = abi.encodeCall(queue.resume, ());
        bytes32 id = queueCall(address(queue), data);
        executeAfterDelay(id, address(queue), data);
        assertLe(queue.pausedUntil(), currentTime(), "it is over");
    }

    /// @dev What would end a pause that nobody has begun could lie ready, and void the brake in the second of its pull.
    function test_schedule_EndOfAPauseThatDoesNotRunWaits() public {
        bytes memory data = abi.encodeCall(queue.resume, ());
        address[] memory targets = new address[](1);
        bytes[] memory payloads = new bytes[](1);
        (targets[0], payloads[0]) = (address(queue), data);
        queue.pauseFor(2 days);
        assertLane(timelock.laneOf(targets, new uint256[](1), payloads), OPENING, "while it runs");
        skipTime(2 days - 1);
        assertLane(timelock.laneOf(targets, new uint256[](1), payloads), OPENING, "its last second");
        skipTime(1);
        assertLane(timelock.laneOf(targets, new uint256[](1), payloads), ORDINARY, "when it is over");
        assertOrdinary(address(queue), data);
    }

    function test_schedule_RefusesAParkedReportAfterItsDelay() public {
        requestFor(alice, 1 ether);
        bytes memory data = abi.encodeCall(oracle.resolve, (neutralReport(FIRST_FRAME + 1), false));
        bytes32 id = queueCall(address(oracle), data);
        assertLane(timelock.readiness(id).lane, OPENING, "refusing");
        skipTime(DELAY - 1);
        assertWaits(id, "its delay");
        skipTime(1);
        assertReady(id, "and nothing else");
    }

    function test_scheduleBatch_OpeningBesideInflow_HasTheWholeDelay() public {
        queue.pauseFor(10 days);
        address[] memory targets = new address[](2);
        bytes[] memory payloads = new bytes[](2);
        (targets[0], payloads[0]) = (address(ledger), abi.encodeCall(ledger.pauseStaking, (1 days)));
        (targets[1], payloads[1]) = (address(queue), abi.encodeCall(queue.resume, ()));
        bytes32 id = scheduleBatch(targets, new uint256[](2), payloads, DELAY);
        assertLane(timelock.readiness(id).lane, OPENING, "the longer wait");
        skipTime(DELAY - 1);
        assertWaits(id, "its delay");
        skipTime(1);
        timelock.executeBatch(targets, new uint256[](2), payloads, 0, 0);
        assertLe(queue.pausedUntil(), currentTime(), "open");
        targets[0] = address(queue);
        payloads[0] = abi.encodeCall(PausableUntil.pauseFor, (1 days));
        assertOrdinaryBatch(targets, new uint256[](2), payloads, "it shuts, too");
    }

    /* INTERNAL */

    /// @dev Not before its own delay, by a stranger, and then without a window.
    function executeInLane(bytes32 id, address target, bytes memory data) private {
        skipTime(INFLOW_DELAY - 1);
        assertWaits(id, "its own delay");
        skipTime(1);
        assertReady(id, "in the lane");
        executeCall(target, data);
    }

    function executeAfterDelay(bytes32 id, address target, bytes memory data) private {
        assertLane(timelock.readiness(id).lane, OPENING, "only lets out");
        skipTime(DELAY - 1);
        assertWaits(id, "its delay");
        skipTime(1);
        assertReady(id, "no window");
        executeCall(target, data);
    }

    function assertLane(
        IExitWindowTimelock.Lane lane,
        IExitWindowTimelock.Lane expected,
        string memory why
    ) private pure {
        assertEq(uint256(lane), uint256(expected), why);
    }

    function assertOrdinary(address target, bytes memory data) private {
        bytes32 id = queueCall(target, data);
        assertLane(timelock.readiness(id).lane, ORDINARY, "in no lane");
        uint256 snapshot = vm.snapshotState();
        skipTime(DELAY);
        assertWaits(id, "its window is open");
        skipTime(WINDOW - DELAY);
        timelock.closeWindow(id);
        assertReady(id, "after its window");
        vm.revertToStateAndDelete(snapshot);
    }

    function assertOrdinaryBatch(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory payloads,
        string memory why
    ) private {
        assertLane(timelock.laneOf(targets, values, payloads), ORDINARY, why);
        bytes32 id = scheduleBatch(targets, values, payloads, DELAY);
        assertLane(timelock.readiness(id).lane, ORDINARY, why);
    }

    function scheduleBatch(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory payloads,
        uint256 delay
    ) private returns (bytes32 id) {
        id = timelock.hashOperationBatch(targets, values, payloads, 0, 0);
        vm.prank(governor);
        timelock.scheduleBatch(targets, values, payloads, 0, 0, delay);
    }
}
