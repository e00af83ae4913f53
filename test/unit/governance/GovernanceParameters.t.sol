// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IStakerGovernor} from "../../../contracts/interfaces/IStakerGovernor.sol";
import {StakerVotes} from "../../utils/StakerVotes.sol";

/// @notice Who sets the parameters of votes, how far, how often, and what they change.
contract GovernanceParametersTest is StakerVotes {
    function test_parameters_AreWhatWasGiven() public view {
        assertEq(governor.votingDelay(), DELAY, "delay");
        assertEq(governor.votingPeriod(), PERIOD, "period");
        assertEq(abi.encode(governor.parameters()), abi.encode(governanceParameters()), "all");
    }

    function test_constructor_RevertWhen_AParameterIsOutOfBounds() public {
        _expectBounds("votingDelay", 1 days, 32 days);
        _expectBounds("votingPeriod", 2 days, 64 days);
        _expectBounds("voteExtension", 1 days, 32 days);
        _expectBounds("proposalThresholdBp", 1, 200);
        _expectBounds("quorumBp", 100, 2_500);
    }

    /* GOVERNANCE */

    function test_setParameters_ByAVote() public {
        IStakerGovernor.Parameters memory p = IStakerGovernor.Parameters({
            votingDelay: uint32(DELAY / 2),
            votingPeriod: uint32(PERIOD * 2),
            voteExtension: uint32(EXTENSION / 2),
            proposalThresholdBp: uint16(THRESHOLD_BP * 2),
            quorumBp: uint16(QUORUM_BP / 2)
        });
        queueGoverned(abi.encodeCall(governor.setParameters, (p)), "parameters");
        skipTime(TIMELOCK_DELAY);
        vm.expectEmit(address(governor));
        emit IStakerGovernor.ParametersSet(governanceParameters(), p);
        executeCall(address(governor), abi.encodeCall(governor.setParameters, (p)), "parameters");
        assertEq(abi.encode(governor.parameters()), abi.encode(p), "set");
        uint256 id = proposeAs(alice, address(authority), grantCall(stranger), "after");
        assertEq(governor.proposalSnapshot(id), currentTime() + DELAY / 2, "delay");
        assertEq(governor.proposalDeadline(id), currentTime() + DELAY / 2 + PERIOD * 2, "period");
        assertEq(
            governor.proposalThreshold(),
            (ledger.getPastTotalSupply(currentTime() - 1) * 2 + 99) / 100,
            "threshold"
        );
    }

    /// @dev The timelock alone is not enough: its call must be a proposal's, in the governor's own execution.
    function test_setters_RevertWhen_NotByAVote() public {
        IStakerGovernor.Parameters memory p = governanceParameters();
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, alice));
        vm.prank(alice);
        governor.setParameters(p);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, alice));
        vm.prank(alice);
        governor.setAdapter(alice, vm.addr(1));
        vm.startPrank(address(timelock));
        vm.expectRevert();
        governor.setParameters(p);
        vm.expectRevert();
        governor.setAdapter(alice, vm.addr(1));
        vm.stopPrank();
    }

    function test_setParameters_RevertWhen_OneMovesByMoreThanAFactorOfTwo() public {
        string[5] memory names = [
            "votingDelay",
            "votingPeriod",
            "voteExtension",
            "proposalThresholdBp",
            "quorumBp"
        ];
        uint256[5] memory now_ = [DELAY, PERIOD, EXTENSION, THRESHOLD_BP, QUORUM_BP];
        for (uint256 i = 0; i < 5; ++i) {
            _expectSetRefused(names[i], now_[i] * 2 + 1);
            _expectSetRefused(names[i], (now_[i] - 1) / 2);
        }
    }

    function test_setParameters_RevertWhen_OutOfBounds() public {
        govern(abi.encodeCall(governor.setParameters, (_with("quorumBp", 2_500))), "to the bound");
        skipTime(PERIOD);
        bytes memory data = abi.encodeCall(governor.setParameters, (_with("quorumBp", 2_501)));
        queueGoverned(data, "beyond it");
        skipTime(TIMELOCK_DELAY);
        vm.expectRevert(_outOfBounds("quorumBp", 2_501));
        executeCall(address(governor), data, "beyond it");
    }

    function test_setParameters_RevertWhen_SetLessThanAPeriodAgo() public {
        IStakerGovernor.Parameters memory p = governanceParameters();
        p.quorumBp = 1_500;
        p.votingPeriod = uint32(PERIOD * 2);
        bytes memory first = abi.encodeCall(governor.setParameters, (p));
        p.quorumBp = 1_000;
        bytes memory second = abi.encodeCall(governor.setParameters, (p));
        uint256 id = proposeAs(alice, address(governor), second, "second");
        queueGoverned(first, "first");
        vm.warp(governor.proposalDeadline(id));
        vote(alice, id, FOR);
        closeVote(id);
        queueCall(address(governor), second, "second");
        skipTime(TIMELOCK_DELAY);
        executeCall(address(governor), first, "first");
        uint256 nextAt = currentTime() + PERIOD * 2;
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.ParametersSetTooSoon.selector, nextAt));
            executeCall(address(governor), second, "second");
            vm.warp(nextAt - 1);
        }
        vm.warp(nextAt);
        executeCall(address(governor), second, "second");
        assertEq(governor.parameters().quorumBp, 1_000, "set");
    }

    /* WHAT THEY CHANGE */

    /// @dev A proposal keeps the fraction of its snapshot, whenever its first vote comes.
    function test_quorum_FollowsTheFractionAtTheSnapshot() public {
        IStakerGovernor.Parameters memory p = governanceParameters();
        p.quorumBp = uint16(QUORUM_BP / 2);
        bytes memory data = abi.encodeCall(governor.setParameters, (p));
        queueGoverned(data, "half");
        uint256 before = proposeAs(alice, address(authority), grantCall(stranger), "before");
        openVote(before);
        uint256 snapshot = governor.proposalSnapshot(before);
        uint256 supply = ledger.getPastTotalSupply(snapshot);
        skipTime(TIMELOCK_DELAY);
        executeCall(address(governor), data, "half");
        vote(dora, before, FOR);
        assertEq(
            governor.proposalQuorum(before),
            (supply * QUORUM_BP + 9_999) / 10_000,
            "as at its snapshot"
        );
        uint256 later = openProposal("later");
        vote(dora, later, FOR);
        assertEq(governor.proposalQuorum(later), (supply * (QUORUM_BP / 2) + 9_999) / 10_000, "half");
    }

    /// @dev The shares at the last report: not what was staked since, nor a report of after the snapshot.
    function test_quorum_IsOfTheSharesAtTheLastReportBeforeTheSnapshot() public {
        uint256 supply = ledger.getTotalShares();
        stakeAs(stranger, 1_000 ether);
        uint256 id = openProposal("late");
        report(0);
        skipTime(1);
        assertGt(ledger.getPastTotalSupply(currentTime() - 1), supply + 900 ether, "many more now");
        vote(alice, id, FOR);
        assertApproxEqAbs(governor.proposalQuorum(id), (supply * QUORUM_BP) / 10_000, 1, "of before");
        closeVote(id);
        assertState(id, IGovernor.ProposalState.Succeeded);
    }

    /* INTERNAL */

    function _with(
        string memory name,
        uint256 value
    ) private pure returns (IStakerGovernor.Parameters memory p) {
        p = governanceParameters();
        bytes32 key = keccak256(bytes(name));
        if (key == keccak256("votingDelay")) p.votingDelay = uint32(value);
        else if (key == keccak256("votingPeriod")) p.votingPeriod = uint32(value);
        else if (key == keccak256("voteExtension")) p.voteExtension = uint32(value);
        else if (key == keccak256("proposalThresholdBp")) p.proposalThresholdBp = uint16(value);
        else p.quorumBp = uint16(value);
    }

    function _expectBounds(string memory name, uint256 least, uint256 most) private {
        uint256[2] memory bad = [least - 1, most + 1];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(_outOfBounds(name, bad[i]));
            factory.newStakerGovernor(ledger, wrapper, timelock, _with(name, bad[i]));
        }
        factory.newStakerGovernor(ledger, wrapper, timelock, _with(name, least));
        factory.newStakerGovernor(ledger, wrapper, timelock, _with(name, most));
    }

    /// @dev State is taken back, so that the next one may be tried.
    function _expectSetRefused(string memory name, uint256 value) private {
        uint256 before = vm.snapshotState();
        bytes memory data = abi.encodeCall(governor.setParameters, (_with(name, value)));
        queueGoverned(data, name);
        skipTime(TIMELOCK_DELAY);
        vm.expectRevert(_outOfBounds(name, value));
        executeCall(address(governor), data, name);
        assertTrue(vm.revertToState(before));
    }

    function _outOfBounds(string memory name, uint256 value) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IStakerGovernor.ParameterOutOfBounds.selector,
                bytes32(bytes(name)),
                value
            );
    }
}
