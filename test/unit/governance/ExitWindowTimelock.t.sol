// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {SteppedParameters} from "../../../contracts/access/SteppedParameters.sol";
import {ExitWindowTimelock} from "../../../contracts/governance/ExitWindowTimelock.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IExitWindowTimelock} from "../../../contracts/interfaces/IExitWindowTimelock.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {TimelockTest} from "../../utils/TimelockTest.sol";

/// @notice An operation waits until those who asked to leave are out, or were waited for long enough; GOV-3.
contract ExitWindowTimelockTest is TimelockTest {
    /* DELAY AND WINDOW */

    function test_execute_AfterDelayAndWindowWhereNobodyLeaves() public {
        bytes32 id = queueOrdinary();
        uint256 queuedAt = currentTime();
        assertEq(timelock.getTimestamp(id), queuedAt + DELAY, "the delay");
        vm.warp(queuedAt + DELAY);
        assertWaits(id, "the window is open");
        vm.warp(queuedAt + WINDOW);
        assertWaits(id, "nobody closed it");
        vm.expectEmit(address(timelock));
        emit IExitWindowTimelock.WindowClosed(id, 0, 0);
        timelock.closeWindow(id);
        assertReady(id, "nobody to wait for");
        executeOrdinary();
        assertTrue(timelock.isOperationDone(id), "done");
    }

    /// @dev The delay may be longer than all else.
    function test_execute_RevertGiven_ItsDelayIsNotOver() public {
        bytes memory data = ordinaryCall();
        bytes32 id = timelock.hashOperation(address(authority), 0, data, 0, 0);
        vm.prank(governor);
        timelock.schedule(address(authority), 0, data, 0, 0, 200 days);
        uint256 queuedAt = currentTime();
        observeDaily(60);
        timelock.closeWindow(id);
        vm.warp(queuedAt + 200 days - 1);
        assertWaits(id, "after the window, the maximum and the end");
        expectUnready(id);
        executeCall(address(authority), data);
        skipTime(1);
        executeOrdinary();
    }

    function test_execute_RevertGiven_ATicketOfTheWindowWaits() public {
        bytes32 id = queueOrdinary();
        skipTime(WINDOW - 1);
        uint256 ticket = requestFor(alice, 5 ether);
        skipTime(1);
        timelock.closeWindow(id);
        skipTime(DELAY);
        assertWaits(id, "a ticket of the window");
        expectUnready(id);
        executeCall(address(authority), ordinaryCall());
        waitAndFinalize(ticket);
        assertReady(id, "it is finalised");
        executeOrdinary();
    }

    function test_execute_RevertGiven_ATicketIsFinalisedInPart() public {
        bytes32 id = queueOrdinary();
        uint256 first = requestFor(bob, 1 ether);
        uint256 ticket = requestFor(alice, 15 ether);
        skipTime(WINDOW);
        timelock.closeWindow(id);
        depositKeys(30);
        waitAndFinalize(ticket);
        assertTrue(queue.ticket(first).finalized, "one of them");
        (uint256 requested, uint256 finalized, ) = queue.totals();
        assertTrue(finalized > queue.ticket(first).shares / GRAIN && finalized < requested, "in part");
        assertWaits(id, "not wholly");
        IExitWindowTimelock.Readiness memory r = timelock.readiness(id);
        assertEq(r.sharesNeeded, requested, "what it waits for");
        assertEq(r.sharesFinalized, finalized, "what there is");
        assertEq(r.lastTicketId, ticket, "up to which ticket");
        makeStaker("carol", 20 ether);
        finalize(ticket);
        assertReady(id, "wholly");
    }

    function test_closeWindow_WaitsForNobodyWhoAsksLater() public {
        bytes32 id = queueOrdinary();
        uint256 ticket = requestFor(alice, 1 ether);
        skipTime(WINDOW);
        timelock.closeWindow(id);
        requestFor(bob, 10 ether);
        waitAndFinalize(ticket);
        assertReady(id, "the ticket after the close is not waited for");
    }

    /// @dev Where nobody closes in time, more tickets are waited for, once.
    function test_closeWindow_LateWaitsForMoreTickets() public {
        bytes32 id = queueOrdinary();
        skipTime(WINDOW + 2 days);
        uint256 ticket = requestFor(alice, 1 ether);
        timelock.closeWindow(id);
        assertWaits(id, "requested before the close");
        assertEq(timelock.readiness(id).lastTicketId, ticket, "its ticket");
        uint256 later = requestFor(bob, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IExitWindowTimelock.WindowIsClosed.selector, id));
        timelock.closeWindow(id);
        waitAndFinalize(ticket);
        assertReady(id, "and none after it");
        assertFalse(queue.ticket(later).finalized, "that one waits still");
    }

    function test_closeWindow_RevertGiven_ItIsOpen() public {
        bytes32 id = queueOrdinary();
        uint256 from = currentTime() + WINDOW;
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IExitWindowTimelock.WindowIsOpen.selector, id, from));
        timelock.closeWindow(id);
        skipTime(1);
        vm.prank(mallory);
        timelock.closeWindow(id);
    }

    function test_closeWindow_RevertGiven_NothingIsPending() public {
        bytes32 unknown = keccak256("unknown");
        expectNoWindow(unknown);
        bytes32 id = queueOrdinary();
        skipTime(WINDOW);
        vm.prank(address(timelock));
        timelock.cancel(id);
        expectNoWindow(id);
        queueOrdinary();
        skipTime(WINDOW);
        timelock.closeWindow(id);
        executeOrdinary();
        expectNoWindow(id);
    }

    /// @dev GOV-3, by one ticket: it is waited for if it was requested before the close, and then until it is finalised.
    function testFuzz_execute_WaitsForEveryTicketOfTheWindow(
        uint256 requestAfter,
        uint256 closeAfter,
        bool finalized
    ) public {
        requestAfter = bound(requestAfter, 0, WINDOW + 3 days);
        closeAfter = bound(closeAfter, WINDOW, WINDOW + 3 days);
        bytes32 id = queueOrdinary();
        uint256 queuedAt = currentTime();
        bool isWaitedFor = requestAfter < closeAfter;
        uint256 ticket;
        if (isWaitedFor) {
            vm.warp(queuedAt + requestAfter);
            ticket = requestFor(alice, 1 ether);
        }
        vm.warp(queuedAt + closeAfter);
        timelock.closeWindow(id);
        if (!isWaitedFor) {
            vm.warp(queuedAt + requestAfter);
            ticket = requestFor(alice, 1 ether);
        }
        if (finalized) waitAndFinalize(ticket);
        if (isWaitedFor && !finalized) assertWaits(id, "GOV-3");
        else assertReady(id, "nobody else");
    }

    /* THE MAXIMUM */

    function test_execute_AfterTheMaximumOfOpenTime() public {
        bytes32 id = queueWithATicket();
        observeDaily(3);
        timelock.closeWindow(id);
        observeDaily(41);
        skipTime(1 days - 1);
        timelock.observe();
        assertEq(openSeconds(id), MAX_WAIT - 1, "a second is missing");
        assertWaits(id, "not yet");
        skipTime(1);
        assertWaits(id, "nobody looked");
        timelock.observe();
        assertReady(id, "it was waited for long enough");
        executeOrdinary();
    }

    /// @dev Nobody needs to close the window of what waits for nobody.
    function test_execute_AfterTheMaximumWithoutAClose() public {
        bytes32 id = queueOrdinary();
        requestFor(alice, 1 ether);
        observeDaily(45);
        assertReady(id, "the maximum");
    }

    function test_observe_CountsNothingFromBeforeTheQueueing() public {
        skipTime(20 hours);
        bytes32 id = queueOrdinary();
        skipTime(4 hours);
        timelock.observe();
        assertEq(openSeconds(id), 4 hours, "from the queueing on");
    }

    function test_observe_CountsNoPause() public {
        bytes32 id = queueWithATicket();
        observeDaily(10);
        queue.pauseFor(5 days);
        observeDaily(5);
        assertEq(openSeconds(id), 10 days, "as before the pause");
        observeDaily(34);
        assertWaits(id, "44 open days of 49");
        observeDaily(1);
        assertReady(id, "45 of 50");
    }

    /// @dev The queue knows the end of the last pause alone: both are found.
    function test_observe_CountsNoPauseBetweenTwoObservations() public {
        bytes32 id = queueWithATicket();
        timelock.observe();
        skipTime(2 hours);
        queue.pauseFor(10 hours);
        skipTime(3 hours);
        queue.resume();
        skipTime(1 hours);
        queue.pauseFor(2 hours);
        skipTime(6 hours);
        uint256 before = openSeconds(id);
        timelock.observe();
        assertEq(openSeconds(id) - before, 4 hours, "from the end of the last pause on");
    }

    function test_observe_CountsNoRunningPause() public {
        bytes32 id = queueWithATicket();
        uint256 before = openSeconds(id);
        skipTime(2 hours);
        queue.pauseFor(3 days);
        timelock.observe();
        skipTime(20 hours);
        timelock.observe();
        assertEq(openSeconds(id), before, "nothing while it runs");
        // ended early: what came before the end does not count
        queue.resume();
        skipTime(4 hours);
        timelock.observe();
        assertEq(openSeconds(id), before + 4 hours, "from its end on");
    }

    function test_observe_CountsNoHold() public {
        bytes32 id = queueWithATicket();
        uint256 before = openSeconds(id);
        skipTime(2 hours);
        queue.hold();
        observeDaily(3);
        assertEq(openSeconds(id), before, "a row of three frames");
        observeDaily(1);
        assertEq(openSeconds(id), before + 1 days, "the one after it");
    }

    function test_observe_CountsNoSuspension() public {
        bytes32 id = queueWithATicket();
        uint256 before = openSeconds(id);
        skipTime(2 hours);
        queue.suspend();
        skipTime(1 hours);
        timelock.observe();
        (, uint256 observedAt, bool suspended) = timelock.openTime();
        assertEq(observedAt, currentTime(), "when");
        assertTrue(suspended, "a report is parked");
        skipTime(1 hours);
        queue.endSuspension();
        skipTime(2 hours);
        timelock.observe();
        assertEq(openSeconds(id), before, "neither side of the observation");
        skipTime(2 hours);
        timelock.observe();
        assertEq(openSeconds(id), before + 2 hours, "it is over");
    }

    /// @dev The known gap: nobody looked, and it was short.
    function test_observe_MissesAShortSuspensionThatNobodySaw() public {
        bytes32 id = queueWithATicket();
        uint256 before = openSeconds(id);
        queue.suspend();
        skipTime(GAP);
        queue.endSuspension();
        timelock.observe();
        assertEq(openSeconds(id), before + GAP, "at most a gap");
    }

    function test_observe_CountsNoLongerTimeThanTheGap() public {
        bytes32 id = queueWithATicket();
        uint256 before = openSeconds(id);
        skipTime(GAP);
        timelock.observe();
        assertEq(openSeconds(id), before + GAP, "the gap itself");
        queue.suspend();
        skipTime(GAP + 1);
        queue.endSuspension();
        timelock.observe();
        assertEq(openSeconds(id), before + GAP, "whatever was in it");
    }

    function testFuzz_observe_OftenOrSeldomComesToTheSame(uint256 seed) public {
        bytes32 id = queueWithATicket();
        uint256 before = openSeconds(id);
        uint256 start = currentTime();
        for (uint256 i = 0; i < 12; ++i) {
            skipTime(uint256(keccak256(abi.encode(seed, i))) % (GAP + 1));
            if (uint256(keccak256(abi.encode(i, seed))) % 4 == 0) timelock.observe();
            timelock.observe();
        }
        assertEq(openSeconds(id) - before, currentTime() - start, "all of it is open");
    }

    /* THE ABSOLUTE END */

    function test_execute_AtTheAbsoluteEndWhateverIsShut() public {
        bytes32 id = queueOrdinary();
        uint256 queuedAt = currentTime();
        requestFor(alice, 1 ether);
        skipTime(WINDOW);
        timelock.closeWindow(id);
        vm.warp(queuedAt + ABSOLUTE_END - 1);
        queue.pauseFor(14 days);
        queue.suspend();
        queue.hold();
        assertWaits(id, "a second before");
        assertEq(timelock.readiness(id).endsAt, currentTime() + 1, "told");
        skipTime(1);
        assertReady(id, "the end");
        executeOrdinary();
    }

    /* WHAT IS READY STAYS SO */

    function test_execute_WhateverIsShutAfterItWasReady() public {
        bytes32 id = queueOrdinary();
        uint256 ticket = requestFor(alice, 1 ether);
        skipTime(WINDOW);
        timelock.closeWindow(id);
        waitAndFinalize(ticket);
        assertReady(id, "ready");
        queue.pauseFor(14 days);
        queue.suspend();
        queue.hold();
        requestFor(bob, 1 ether);
        timelock.observe();
        assertReady(id, "nobody has a veto");
        executeOrdinary();
    }

    function test_execute_AfterTheMaximumWhateverIsShutThen() public {
        bytes32 id = queueWithATicket();
        observeDaily(45);
        queue.pauseFor(14 days);
        queue.suspend();
        skipTime(5 days);
        timelock.observe();
        assertReady(id, "nobody has a veto");
    }

    /* CANCELLED, QUEUED AGAIN */

    function test_cancel_AndQueuedAgainItWaitsAnew() public {
        bytes32 id = queueOrdinary();
        skipTime(WINDOW);
        timelock.closeWindow(id);
        assertReady(id, "ready");
        vm.prank(address(timelock));
        timelock.cancel(id);
        expectUnready(id);
        executeCall(address(authority), ordinaryCall());
        assertEq(timelock.readiness(id).queuedAt, 0, "nothing pending");
        assertEq(timelock.getTimestamp(id), 0, "unknown");

        queueOrdinary();
        uint256 ticket = requestFor(alice, 1 ether);
        assertFalse(timelock.readiness(id).windowClosed, "open anew");
        skipTime(WINDOW);
        assertWaits(id, "its window is open");
        timelock.closeWindow(id);
        assertWaits(id, "a ticket of the second window");
        waitAndFinalize(ticket);
        assertReady(id, "and out");
    }

    function test_cancel_AndQueuedAgainOpenTimeBeginsAnew() public {
        bytes32 id = queueWithATicket();
        observeDaily(45);
        assertReady(id, "the maximum");
        vm.prank(address(timelock));
        timelock.cancel(id);
        queueOrdinary();
        assertEq(openSeconds(id), 0, "from the second queueing on");
        skipTime(WINDOW);
        assertWaits(id, "anew");
    }

    /// @dev Who takes back decides it as everything else, and sooner: the lane has no window.
    function test_cancel_RevertWhen_CallerIsNotTheTimelock() public {
        bytes32 id = queueOrdinary();
        bytes32 role = timelock.CANCELLER_ROLE();
        address[2] memory others = [mallory, governor];
        for (uint256 i = 0; i < 2; ++i) {
            expectUnauthorized(others[i], role);
            vm.prank(others[i]);
            timelock.cancel(id);
        }
    }

    function test_schedule_RevertGiven_ItIsPendingOrDone() public {
        bytes32 id = queueOrdinary();
        bytes memory refused = abi.encodeWithSelector(
            TimelockController.TimelockUnexpectedOperationState.selector,
            id,
            bytes32(uint256(1))
        );
        bytes memory data = ordinaryCall();
        vm.expectRevert(refused);
        vm.prank(governor);
        timelock.schedule(address(authority), 0, data, 0, 0, DELAY);
        skipTime(WINDOW);
        timelock.closeWindow(id);
        executeOrdinary();
        vm.expectRevert(refused);
        vm.prank(governor);
        timelock.schedule(address(authority), 0, data, 0, 0, DELAY);
    }

    function test_schedule_RevertWhen_CallerIsNotTheGovernor() public {
        bytes memory data = ordinaryCall();
        bytes32 role = timelock.PROPOSER_ROLE();
        expectUnauthorized(mallory, role);
        vm.prank(mallory);
        timelock.schedule(address(authority), 0, data, 0, 0, DELAY);
        address[] memory targets = new address[](1);
        expectUnauthorized(mallory, role);
        vm.prank(mallory);
        timelock.scheduleBatch(targets, new uint256[](1), new bytes[](1), 0, 0, DELAY);
    }

    function test_schedule_RevertWhen_TheDelayIsTooShort() public {
        bytes memory data = abi.encodeCall(ledger.pauseStaking, (1 days));
        vm.expectRevert(
            abi.encodeWithSelector(TimelockController.TimelockInsufficientDelay.selector, DELAY - 1, DELAY)
        );
        vm.prank(governor);
        timelock.schedule(address(ledger), 0, data, 0, 0, DELAY - 1);
    }

    /// @dev A predecessor holds back what is ready, and takes nothing from its wait.
    function test_execute_RevertGiven_ItsPredecessorIsNotDone() public {
        bytes32 first = queueOrdinary();
        bytes memory data = abi.encodeCall(queue.setCooldown, (5 days));
        bytes32 second = timelock.hashOperation(address(queue), 0, data, first, 0);
        vm.prank(governor);
        timelock.schedule(address(queue), 0, data, first, 0, DELAY);
        skipTime(WINDOW);
        timelock.closeWindow(second);
        assertReady(second, "its own wait is over");
        vm.expectRevert(
            abi.encodeWithSelector(TimelockController.TimelockUnexecutedPredecessor.selector, first)
        );
        timelock.execute(address(queue), 0, data, first, 0);
        timelock.closeWindow(first);
        executeOrdinary();
        timelock.execute(address(queue), 0, data, first, 0);
        assertEq(queue.cooldown(), 5 days, "executed");
    }

    function test_executeBatch_WaitsAsOne() public {
        (address[] memory targets, uint256[] memory values, bytes[] memory payloads) = batch();
        bytes32 id = timelock.hashOperationBatch(targets, values, payloads, 0, 0);
        vm.prank(governor);
        timelock.scheduleBatch(targets, values, payloads, 0, 0, DELAY);
        assertTrue(
            timelock.readiness(id).lane == IExitWindowTimelock.Lane.Ordinary,
            "one call of two is not in the lane"
        );
        uint256 ticket = requestFor(alice, 1 ether);
        skipTime(WINDOW);
        timelock.closeWindow(id);
        expectUnready(id);
        timelock.executeBatch(targets, values, payloads, 0, 0);
        waitAndFinalize(ticket);
        timelock.executeBatch(targets, values, payloads, 0, 0);
        assertTrue(authority.hasRole(Roles.ACCOUNTING, mallory), "both");
    }

    /* THE DELAY */

    function test_updateDelay_OfLaterOperationsByTheTimelockAlone() public {
        vm.expectRevert(
            abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, governor)
        );
        vm.prank(governor);
        timelock.updateDelay(1 days);

        bytes memory data = abi.encodeCall(timelock.updateDelay, (1 days));
        bytes32 id = queueCall(address(timelock), data);
        assertTrue(timelock.readiness(id).lane == IExitWindowTimelock.Lane.Ordinary, "an ordinary operation");
        skipTime(WINDOW);
        bytes32 pending = queueOrdinary();
        uint256 readyAt = currentTime() + DELAY;
        bytes32 lane = queueCall(address(ledger), abi.encodeCall(ledger.pauseStaking, (1 days)));
        uint256 laneAt = currentTime() + INFLOW_DELAY;
        timelock.closeWindow(id);
        executeCall(address(timelock), data);
        assertEq(timelock.getMinDelay(), 1 days, "set");
        assertEq(timelock.getTimestamp(pending), readyAt, "what is pending keeps its own");
        assertEq(timelock.getTimestamp(lane), laneAt, "in the lane, too");
        lane = queueCall(address(ledger), abi.encodeCall(ledger.pauseStaking, (2 days)));
        assertEq(timelock.getTimestamp(lane), currentTime() + INFLOW_DELAY, "the same delay in the lane");
    }

    function test_updateDelay_ByAFactorOfTwoOnceInAPeriod() public {
        vm.startPrank(address(timelock));
        expectStepTooLarge(2 * DELAY + 1);
        timelock.updateDelay(2 * DELAY + 1);
        timelock.updateDelay(2 * DELAY);
        vm.expectPartialRevert(SteppedParameters.StepTooSoon.selector);
        timelock.updateDelay(2 * DELAY - 1);
        skipTime(7 days);
        timelock.updateDelay(DELAY);
        assertEq(timelock.getMinDelay(), DELAY, "and back");
    }

    function test_updateDelay_RevertWhen_OutOfBounds() public {
        uint256[2] memory bad = [uint256(1 days - 1), 30 days + 1];
        for (uint256 i = 0; i < 2; ++i) {
            expectOutOfBounds("delay", bad[i]);
            vm.prank(address(timelock));
            timelock.updateDelay(bad[i]);
        }
    }

    /* ROLES */

    function test_constructor_LeavesNobodyButTheTimelock() public {
        ExitWindowTimelock fresh = makeTimelock(timelockParameters());
        assertTrue(fresh.hasRole(ROOT, address(fresh)), "its own root");
        assertTrue(fresh.hasRole(fresh.EXECUTOR_ROLE(), address(0)), "anyone executes");
        bytes32[4] memory roles = [
            ROOT,
            fresh.PROPOSER_ROLE(),
            fresh.CANCELLER_ROLE(),
            fresh.EXECUTOR_ROLE()
        ];
        for (uint256 i = 0; i < 4; ++i) {
            assertFalse(fresh.hasRole(roles[i], address(this)), "the deployer has nothing");
            assertFalse(fresh.hasRole(roles[i], address(factory)), "nor who made it");
        }
        bytes32 proposer = fresh.PROPOSER_ROLE();
        expectUnauthorized(address(this), ROOT);
        fresh.grantRole(proposer, mallory);
    }

    function test_appoint_OnceByTheAppointer() public {
        ExitWindowTimelock fresh = makeTimelock(timelockParameters());
        vm.expectRevert(abi.encodeWithSelector(IExitWindowTimelock.NotTheAppointer.selector, mallory));
        vm.prank(mallory);
        fresh.appoint(mallory);
        vm.expectRevert(IExitWindowTimelock.AddressIsZero.selector);
        fresh.appoint(address(0));
        vm.expectEmit(address(fresh));
        emit IExitWindowTimelock.GovernorAppointed(governor);
        fresh.appoint(governor);
        assertEq(fresh.appointer(), address(0), "nobody any more");
        assertTrue(fresh.hasRole(fresh.PROPOSER_ROLE(), governor), "proposes");
        assertTrue(
            fresh.hasRole(fresh.CANCELLER_ROLE(), address(fresh)),
            "what was decided is taken back by a decision"
        );
        assertFalse(fresh.hasRole(fresh.CANCELLER_ROLE(), governor), "and by nobody alone");
        vm.expectRevert(abi.encodeWithSelector(IExitWindowTimelock.NotTheAppointer.selector, address(this)));
        fresh.appoint(mallory);
    }

    /// @dev Even by an operation of its own.
    function test_grantRole_RevertWhen_ItIsFixed() public {
        bytes32[2] memory roles = [ROOT, timelock.EXECUTOR_ROLE()];
        vm.startPrank(address(timelock));
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory refused = abi.encodeWithSelector(IExitWindowTimelock.RoleIsFixed.selector, roles[i]);
            vm.expectRevert(refused);
            timelock.grantRole(roles[i], mallory);
            vm.expectRevert(refused);
            timelock.revokeRole(roles[i], i == 0 ? address(timelock) : address(0));
            vm.expectRevert(refused);
            timelock.renounceRole(roles[i], address(timelock));
        }
        vm.stopPrank();
        assertTrue(timelock.hasRole(ROOT, address(timelock)), "its own root");
    }

    function test_grantRole_NamesAnotherGovernorByAnOperation() public {
        bytes32 role = timelock.PROPOSER_ROLE();
        bytes memory data = abi.encodeCall(timelock.grantRole, (role, bob));
        bytes32 id = queueCall(address(timelock), data);
        skipTime(WINDOW);
        timelock.closeWindow(id);
        executeCall(address(timelock), data);
        assertTrue(timelock.hasRole(role, bob), "the next one");
        expectUnauthorized(governor, ROOT);
        vm.prank(governor);
        timelock.revokeRole(role, bob);
    }

    /// @dev GOV-1 and GOV-2: it is the only admin, and cannot change that.
    function test_execute_RevertWhen_ItGivesWhatIsFrozen() public {
        assertEq(authority.getRoleMemberCount(ROOT), 1, "one admin");
        assertEq(authority.getRoleMember(ROOT, 0), address(timelock), "the timelock");
        bytes32[3] memory roles = [ROOT, Roles.LEDGER, Roles.WITHDRAWAL_QUEUE];
        for (uint256 i = 0; i < 3; ++i) {
            bytes memory data = abi.encodeCall(authority.grantRole, (roles[i], mallory));
            bytes32 id = queueCall(address(authority), data);
            skipTime(WINDOW);
            timelock.closeWindow(id);
            assertReady(id, "ready");
            vm.expectRevert(abi.encodeWithSelector(IAuthority.RoleIsFrozen.selector, roles[i]));
            executeCall(address(authority), data);
        }
    }

    /* ETHER AND TOKENS */

    function test_receive_RefusesEtherAndTokens() public {
        vm.deal(mallory, 3 ether);
        vm.prank(mallory);
        (bool sent, bytes memory answer) = address(timelock).call{value: 1 ether}("");
        assertFalse(sent, "ether");
        assertEq(answer, abi.encodeWithSelector(IExitWindowTimelock.TakesNothing.selector), "why");

        uint256 ticket = requestFor(alice, 1 ether);
        vm.expectRevert(IExitWindowTimelock.TakesNothing.selector);
        vm.prank(alice);
        queue.safeTransferFrom(alice, address(timelock), ticket);
        uint256[] memory none = new uint256[](0);
        vm.expectRevert(IExitWindowTimelock.TakesNothing.selector);
        timelock.onERC1155Received(alice, alice, 1, 1, "");
        vm.expectRevert(IExitWindowTimelock.TakesNothing.selector);
        timelock.onERC1155BatchReceived(alice, alice, none, none, "");
        assertFalse(timelock.supportsInterface(type(IERC1155Receiver).interfaceId), "nor says it would");
        assertTrue(timelock.supportsInterface(type(IAccessControl).interfaceId), "but roles");
    }

    /// @dev A call with ether is never in the lane, and its ether comes from who executes it.
    function test_execute_WithEtherOfTheExecutor() public {
        address treasury_ = makeAddr("somebody");
        bytes32 id = timelock.hashOperation(treasury_, 1 ether, "", 0, 0);
        vm.prank(governor);
        timelock.schedule(treasury_, 1 ether, "", 0, 0, DELAY);
        skipTime(WINDOW);
        timelock.closeWindow(id);
        timelock.execute{value: 1 ether}(treasury_, 1 ether, "", 0, 0);
        assertEq(treasury_.balance, 1 ether, "paid");
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_ParametersAreBad() public {
        IExitWindowTimelock.Parameters memory p = timelockParameters();
        p.inflowDelay = 1 minutes - 1;
        expectBad(p, "inflowDelay", p.inflowDelay);
        p.inflowDelay = p.shortestDelay + 1;
        expectBad(p, "inflowDelay", p.inflowDelay);
        p = timelockParameters();
        p.delay = p.shortestDelay - 1;
        expectBad(p, "delay", p.delay);
        p.delay = 30 days + 1;
        expectBad(p, "delay", p.delay);
        p = timelockParameters();
        p.exitWindow = 1 minutes - 1;
        expectBad(p, "exitWindow", p.exitWindow);
        p.exitWindow = 14 days + 1;
        expectBad(p, "exitWindow", p.exitWindow);
        p = timelockParameters();
        p.maxWait = p.exitWindow;
        expectBad(p, "maxWait", p.maxWait);
        (p.exitWindow, p.maxWait) = (1 hours, p.observationGap);
        expectBad(p, "maxWait", p.maxWait);
        p.maxWait = 90 days + 1;
        expectBad(p, "maxWait", p.maxWait);
        p = timelockParameters();
        p.absoluteEnd = p.maxWait;
        expectBad(p, "absoluteEnd", p.absoluteEnd);
        p.absoluteEnd = 365 days + 1;
        expectBad(p, "absoluteEnd", p.absoluteEnd);
        p = timelockParameters();
        p.observationGap = 1 minutes - 1;
        expectBad(p, "observationGap", p.observationGap);
        p.observationGap = 3 days + 1;
        expectBad(p, "observationGap", p.observationGap);
    }

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        IExitWindowTimelock.Parameters memory p = timelockParameters();
        bytes4 refused = IExitWindowTimelock.AddressIsZero.selector;
        vm.expectRevert(refused);
        factory.newExitWindowTimelock(IStakedEther(address(0)), queue, governor, p);
        vm.expectRevert(refused);
        factory.newExitWindowTimelock(ledger, IWithdrawalQueue(address(0)), governor, p);
        vm.expectRevert(refused);
        factory.newExitWindowTimelock(ledger, queue, address(0), p);
    }

    /* INTERNAL */

    /// @dev An ordinary operation with a ticket of its window, which nobody finalises.
    function queueWithATicket() private returns (bytes32 id) {
        id = queueOrdinary();
        requestFor(alice, 1 ether);
    }

    /// @dev One call of the lane and one that is not.
    function batch()
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory payloads)
    {
        targets = new address[](2);
        payloads = new bytes[](2);
        values = new uint256[](2);
        (targets[0], payloads[0]) = (address(ledger), abi.encodeCall(ledger.pauseStaking, (1 days)));
        (targets[1], payloads[1]) = (address(authority), ordinaryCall());
    }

    function expectStepTooLarge(uint256 to) private {
        vm.expectRevert(
            abi.encodeWithSelector(SteppedParameters.StepTooLarge.selector, bytes32("delay"), DELAY, to)
        );
    }

    function expectNoWindow(bytes32 id) private {
        vm.expectRevert(abi.encodeWithSelector(IExitWindowTimelock.NoWindow.selector, id));
        timelock.closeWindow(id);
    }

    function expectUnauthorized(address caller, bytes32 role) private {
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, caller, role)
        );
    }

    function expectOutOfBounds(bytes32 name, uint256 value) private {
        vm.expectRevert(
            abi.encodeWithSelector(IExitWindowTimelock.ParameterOutOfBounds.selector, name, value)
        );
    }

    function expectBad(IExitWindowTimelock.Parameters memory p, bytes32 name, uint256 value) private {
        expectOutOfBounds(name, value);
        makeTimelock(p);
    }
}
