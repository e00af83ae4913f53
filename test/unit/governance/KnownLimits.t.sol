// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {StakerGovernor} from "../../../contracts/governance/StakerGovernor.sol";
import {IExitWindowTimelock} from "../../../contracts/interfaces/IExitWindowTimelock.sol";
import {IStakerGovernor} from "../../../contracts/interfaces/IStakerGovernor.sol";
import {TimelockTest} from "../../utils/TimelockTest.sol";

/// @notice What decisions cannot do in time, as docs/known-risks.md says.
contract KnownLimitsTest is TimelockTest {
    uint256 private constant DELAY_OF_MAINNET = 3 days;

    /// @dev What is thought of for mainnet.
    function timelockParameters() internal pure override returns (IExitWindowTimelock.Parameters memory p) {
        p = super.timelockParameters();
        (p.delay, p.shortestDelay, p.inflowDelay, p.observationGap) = (
            DELAY_OF_MAINNET,
            2 days,
            1 days,
            36 hours
        );
    }

    /* TAKING BACK */

    /// @dev Even with the shortest vote that the bounds know, and proposed in the second in which the decision is queued, a
    /// cancellation comes after the decision is done.
    function test_cancel_ComesTooLate() public {
        StakerGovernor votes = factory.newStakerGovernor(
            ledger,
            wrapper,
            timelock,
            IStakerGovernor.Parameters({
                votingDelay: uint32(FRAME_SECONDS),
                votingPeriod: uint32(2 * FRAME_SECONDS),
                voteExtension: uint32(FRAME_SECONDS),
                proposalThresholdBp: 100,
                quorumBp: 400
            })
        );
        bytes32 proposerRole = timelock.PROPOSER_ROLE();
        vm.prank(address(timelock));
        timelock.grantRole(proposerRole, address(votes));
        vm.prank(alice);
        ledger.delegate(alice);
        report(0);
        skipTime(1);

        uint256 wrong = propose(votes, address(authority), ordinaryCall(), "wrong");
        voteFor(votes, wrong);
        queueAt(votes, address(authority), ordinaryCall(), "wrong");
        bytes32 id = operationOf(votes, address(authority), ordinaryCall(), "wrong");
        uint256 queuedAt = currentTime();

        bytes memory cancel = abi.encodeCall(timelock.cancel, (id));
        uint256 remedy = propose(votes, address(timelock), cancel, "take it back");
        vm.warp(votes.proposalSnapshot(remedy) + 1);
        vm.prank(alice);
        votes.castVote(remedy, 1);

        vm.warp(queuedAt + WINDOW);
        timelock.closeWindow(id);
        assertEq(
            uint256(votes.state(remedy)),
            uint256(IGovernor.ProposalState.Active),
            "its vote is not even over"
        );
        executeAt(votes, address(authority), ordinaryCall(), "wrong");
        assertTrue(authority.hasRole(Roles.ACCOUNTING, mallory), "done");
    }

    /* WHILE A REPORT IS PARKED */

    /// @dev A dust ticket keeps every decision but a refusal waiting until the absolute end while a report is parked: to accept
    /// the report, and to replace the committee that parks one after the other. What would free the ticket waits for it.
    function test_parked_HoldsWhatWouldEndIt_ToTheAbsoluteEnd() public {
        queue.suspend();
        bytes memory accept = abi.encodeCall(oracle.resolve, (neutralReport(FIRST_FRAME + 1), true));
        bytes memory replace = abi.encodeCall(authority.revokeRole, (Roles.ACCOUNTING, address(oracle)));
        bytes32 acceptId = queueCall(address(oracle), accept);
        bytes32 replaceId = queueCall(address(authority), replace);
        uint256 end = currentTime() + ABSOLUTE_END;
        skipTime(WINDOW);
        requestFor(bob, 0.001 ether);
        timelock.closeWindow(acceptId);
        timelock.closeWindow(replaceId);
        observeDaily(100);
        assertEq(openSeconds(acceptId), 0, "nothing was open");
        vm.warp(end - 1);
        assertWaits(acceptId, "to accept it");
        assertWaits(replaceId, "to replace who parks");
        skipTime(1);
        assertReady(acceptId, "the absolute end");
        assertReady(replaceId, "the absolute end");
    }

    /* A RESUME THAT PASSED BEFORE */

    /// @dev What was decided while nothing was paused, and not queued, is queued for whatever pause comes next.
    function test_resume_ThatIsQueuedLateEndsALaterPause() public {
        bytes memory data = abi.encodeCall(queue.resume, ());
        queue.pauseFor(14 days);
        bytes32 id = queueCall(address(queue), data);
        skipTime(DELAY_OF_MAINNET);
        assertReady(id, "though nobody had this pause in mind");
        executeCall(address(queue), data);
        assertEq(queue.pausedUntil(), currentTime(), "ended");
    }

    /* INTERNAL */

    function callOf(
        address target,
        bytes memory data
    ) private pure returns (address[] memory targets, uint256[] memory values, bytes[] memory calldatas) {
        (targets, values, calldatas) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calldatas[0]) = (target, data);
    }

    function propose(
        StakerGovernor votes,
        address target,
        bytes memory data,
        string memory text
    ) private returns (uint256) {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = callOf(target, data);
        vm.prank(alice);
        return votes.propose(t, v, c, text);
    }

    function voteFor(StakerGovernor votes, uint256 id) private {
        vm.warp(votes.proposalSnapshot(id) + 1);
        vm.prank(alice);
        votes.castVote(id, 1);
        vm.warp(votes.proposalDeadline(id) + 1);
    }

    function queueAt(StakerGovernor votes, address target, bytes memory data, string memory text) private {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = callOf(target, data);
        votes.queue(t, v, c, keccak256(bytes(text)));
    }

    function executeAt(StakerGovernor votes, address target, bytes memory data, string memory text) private {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = callOf(target, data);
        votes.execute(t, v, c, keccak256(bytes(text)));
    }

    function operationOf(
        StakerGovernor votes,
        address target,
        bytes memory data,
        string memory text
    ) private view returns (bytes32) {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = callOf(target, data);
        bytes32 salt = bytes20(address(votes)) ^ keccak256(bytes(text));
        return timelock.hashOperationBatch(t, v, c, 0, salt);
    }
}
