// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IShareLedger} from "../../../contracts/interfaces/IShareLedger.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IStakerGovernor} from "../../../contracts/interfaces/IStakerGovernor.sol";
import {IWrappedStakedEther} from "../../../contracts/interfaces/IWrappedStakedEther.sol";
import {StakerVotes} from "../../utils/StakerVotes.sol";

/// @notice The life of a proposal, who may make one, and what it needs to pass.
contract StakerGovernorTest is StakerVotes {
    address private guardian = makeAddr("guardian");

    /* CONSTRUCTOR */

    function test_constructor_SaysWhatItIs() public view {
        assertEq(governor.name(), "Kedge Staker Governor");
        assertEq(governor.version(), "1");
        assertEq(governor.CLOCK_MODE(), "mode=timestamp");
        assertEq(governor.clock(), currentTime(), "clock");
        assertEq(governor.COUNTING_MODE(), "support=bravo,override&quorum=for,abstain&overridable=true");
        assertEq(address(governor.ledger()), address(ledger), "ledger");
        assertEq(address(governor.wrapper()), address(wrapper), "wrapper");
        assertEq(governor.timelock(), address(timelock), "timelock");
    }

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        vm.expectRevert(IStakerGovernor.ZeroAddress.selector);
        factory.newStakerGovernor(IStakedEther(address(0)), wrapper, timelock, governanceParameters());
        vm.expectRevert(IStakerGovernor.ZeroAddress.selector);
        factory.newStakerGovernor(ledger, IWrappedStakedEther(address(0)), timelock, governanceParameters());
        vm.expectRevert(IStakerGovernor.ZeroAddress.selector);
        factory.newStakerGovernor(
            ledger,
            wrapper,
            TimelockController(payable(address(0))),
            governanceParameters()
        );
    }

    /* THE LIFE OF A PROPOSAL */

    /// @dev A majority of long ago leaves nothing behind that anyone could queue.
    function test_state_ExpiresWhereNobodyQueues() public {
        bytes memory data = grantCall(guardian);
        uint256 id = proposeAs(alice, address(authority), data, "a guardian");
        openVote(id);
        vote(alice, id, FOR);
        uint256 until = governor.proposalDeadline(id) + 32 * FRAME_SECONDS;
        vm.warp(until);
        assertState(id, IGovernor.ProposalState.Succeeded);
        uint256 before = vm.snapshotState();
        queueCall(address(authority), data, "a guardian");
        skipTime(TIMELOCK_DELAY);
        assertState(id, IGovernor.ProposalState.Queued);
        assertTrue(vm.revertToState(before));
        vm.warp(until + 1);
        assertState(id, IGovernor.ProposalState.Expired);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        queueCall(address(authority), data, "a guardian");
    }

    function test_life_FromTheProposalToItsExecution() public {
        bytes memory data = grantCall(guardian);
        uint256 id = proposeAs(alice, address(authority), data, "a guardian");
        assertEq(governor.proposalSnapshot(id), currentTime() + DELAY, "snapshot");
        assertEq(governor.proposalDeadline(id), currentTime() + DELAY + PERIOD, "deadline");
        assertState(id, IGovernor.ProposalState.Pending);
        vm.warp(governor.proposalSnapshot(id));
        assertState(id, IGovernor.ProposalState.Pending);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector,
                id,
                IGovernor.ProposalState.Pending,
                bytes32(uint256(2))
            )
        );
        vote(alice, id, FOR);

        openVote(id);
        assertState(id, IGovernor.ProposalState.Active);
        uint256 weight = ledger.sharesOf(alice);
        vm.expectEmit(address(governor));
        emit IGovernor.VoteCast(alice, id, FOR, weight, "");
        assertEq(vote(alice, id, FOR), weight, "weight");
        assertTrue(governor.hasVoted(id, alice), "voted");
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector,
                id,
                IGovernor.ProposalState.Active,
                bytes32(uint256(16))
            )
        );
        queueCall(address(authority), data, "a guardian");

        vm.warp(governor.proposalDeadline(id));
        assertState(id, IGovernor.ProposalState.Active);
        closeVote(id);
        assertState(id, IGovernor.ProposalState.Succeeded);
        queueCall(address(authority), data, "a guardian");
        assertState(id, IGovernor.ProposalState.Queued);
        assertEq(governor.proposalEta(id), currentTime() + TIMELOCK_DELAY, "eta");
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        executeCall(address(authority), data, "a guardian");

        skipTime(TIMELOCK_DELAY);
        assertFalse(authority.hasRole(Roles.GUARDIAN, guardian), "not yet");
        executeCall(address(authority), data, "a guardian");
        assertTrue(authority.hasRole(Roles.GUARDIAN, guardian), "done");
        assertState(id, IGovernor.ProposalState.Executed);
    }

    function test_cancel_ByTheProposerAlone_WhilePending() public {
        uint256 id = proposeAs(alice, address(authority), grantCall(guardian), "a guardian");
        (address[] memory t, uint256[] memory v, bytes[] memory c) = callOf(
            address(authority),
            grantCall(guardian)
        );
        bytes32 text = keccak256("a guardian");
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, dora));
        vm.prank(dora);
        governor.cancel(t, v, c, text);
        uint256 before = vm.snapshotState();
        openVote(id);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, alice));
        vm.prank(alice);
        governor.cancel(t, v, c, text);
        assertTrue(vm.revertToState(before));
        vm.prank(alice);
        governor.cancel(t, v, c, text);
        assertState(id, IGovernor.ProposalState.Canceled);
    }

    /// @dev The ledger forgets all shares of before 256 frames; the tally does not.
    function test_state_OfOldProposals_NeverReverts() public {
        uint256 passed = openProposal("passes");
        vote(alice, passed, FOR);
        uint256 refused = proposeAs(alice, address(authority), grantCall(guardian), "is refused");
        uint256 ignored = proposeAs(alice, address(authority), grantCall(guardian), "is ignored");
        openVote(ignored);
        vote(dora, refused, AGAINST);
        uint256 snapshot = governor.proposalSnapshot(passed);
        report(0);
        for (uint256 i = 0; i < 260; ++i) nextFrame();
        report(0);
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.PastSupplyUnknown.selector, snapshot));
        governor.quorum(snapshot);
        assertState(passed, IGovernor.ProposalState.Expired);
        assertState(refused, IGovernor.ProposalState.Defeated);
        assertState(ignored, IGovernor.ProposalState.Defeated);
    }

    function test_state_OfWhatWasQueuedLongAgo_NeverReverts() public {
        uint256 id = openProposal("passes");
        vote(alice, id, FOR);
        closeVote(id);
        queueCall(address(authority), grantCall(stranger), "passes");
        for (uint256 i = 0; i < 260; ++i) nextFrame();
        report(0);
        assertState(id, IGovernor.ProposalState.Queued);
        executeCall(address(authority), grantCall(stranger), "passes");
        assertState(id, IGovernor.ProposalState.Executed);
    }

    /* WHO PROPOSES */

    function test_propose_RevertWhen_TheProposerHasTooFewVotes() public {
        uint256 threshold = governor.proposalThreshold();
        uint256 supply = ledger.getPastTotalSupply(currentTime() - 1);
        assertEq(threshold, (supply + 99) / 100, "1 %, rounded up");
        assertGt(supply, 600 ether, "of all shares at the last report");
        address gil = makeAddr("gil");
        vm.prank(alice);
        ledger.transferShares(gil, threshold - 1);
        delegateAs(gil, gil, gil);
        skipTime(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector,
                gil,
                threshold - 1,
                threshold
            )
        );
        proposeAs(gil, address(authority), grantCall(gil), "mine");
        // one more, wrapped: both tokens count together
        vm.startPrank(alice);
        ledger.approve(address(wrapper), 1 ether);
        wrapper.deposit(2, gil);
        vm.stopPrank();
        assertEq(wrapper.balanceOf(gil), 1, "one share");
        vm.expectPartialRevert(IGovernor.GovernorInsufficientProposerVotes.selector);
        proposeAs(gil, address(authority), grantCall(gil), "just bought");
        skipTime(1);
        assertState(
            proposeAs(gil, address(authority), grantCall(gil), "mine"),
            IGovernor.ProposalState.Pending
        );
    }

    /// @dev All shares are the seed then, and a hundredth of an ether would be a quorum.
    function test_propose_RevertGiven_NoReportWasBooked() public {
        delete members;
        delete memberKeys;
        deployProtocol();
        deployGovernor();
        stakeAs(alice, 1 ether);
        delegateAs(alice, alice, alice);
        skipTime(1);
        assertEq(governor.proposalThreshold(), SEED / 100, "of the seed");
        vm.expectRevert(IStakerGovernor.NoReportBooked.selector);
        proposeAs(alice, address(authority), grantCall(alice), "early");
        report(0);
        skipTime(1);
        proposeAs(alice, address(authority), grantCall(alice), "early");
    }

    /* QUORUM */

    function test_quorum_IsReachedByVotesForAndAbstaining() public {
        uint256 id = proposeAs(alice, address(authority), grantCall(guardian), "a guardian");
        uint256 needed = (ledger.getPastTotalSupply(currentTime() - 1) * QUORUM_BP + 9_999) / 10_000;
        address small = makeAddr("small");
        address rest = makeAddr("rest");
        delegateAs(small, small, address(0));
        delegateAs(rest, rest, address(0));
        vm.startPrank(alice);
        ledger.transferShares(small, 2);
        ledger.transferShares(rest, needed - 3);
        vm.stopPrank();
        openVote(id);
        assertEq(governor.proposalQuorum(id), 0, "not kept yet");
        assertEq(governor.quorum(governor.proposalSnapshot(id)), needed, "beforehand");
        vm.expectEmit(address(governor));
        emit IStakerGovernor.QuorumKept(id, needed);
        vote(rest, id, ABSTAIN);
        assertEq(governor.proposalQuorum(id), needed, "kept");
        vote(small, id, FOR);
        assertTally(id, 0, 2, needed - 3);
        uint256 before = vm.snapshotState();
        closeVote(id);
        assertState(id, IGovernor.ProposalState.Defeated);

        assertTrue(vm.revertToState(before));
        address last = makeAddr("last");
        // one share that was there, and not delegated before the snapshot
        vm.prank(alice);
        ledger.transferShares(last, 1);
        delegateAs(last, last, address(0));
        skipTime(1);
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NothingToVote.selector, id, last));
        vote(last, id, FOR);
        closeVote(id);
        assertState(id, IGovernor.ProposalState.Defeated);
    }

    function test_quorum_IsReachedExactly() public {
        uint256 id = proposeAs(alice, address(authority), grantCall(guardian), "a guardian");
        uint256 needed = governor.quorum(currentTime() - 1);
        address small = makeAddr("small");
        address rest = makeAddr("rest");
        delegateAs(small, small, address(0));
        delegateAs(rest, rest, address(0));
        vm.startPrank(alice);
        ledger.transferShares(small, 1);
        ledger.transferShares(rest, needed - 1);
        vm.stopPrank();
        openVote(id);
        vote(rest, id, ABSTAIN);
        vote(small, id, FOR);
        closeVote(id);
        assertState(id, IGovernor.ProposalState.Succeeded);
    }

    /// @dev More are for it than against, and both together are enough.
    function test_quorum_IsNotReachedByVotesAgainst() public {
        address other = makeAddr("other side");
        vm.startPrank(alice);
        ledger.transferShares(stranger, 100 ether);
        ledger.transferShares(other, 90 ether);
        vm.stopPrank();
        delegateAs(stranger, stranger, address(0));
        delegateAs(other, other, address(0));
        skipTime(1);
        uint256 id = openProposal("one");
        vote(stranger, id, FOR);
        vote(other, id, AGAINST);
        assertTally(id, 90 ether, 100 ether, 0);
        assertLt(governor.proposalQuorum(id), 190 ether, "enough, were they counted");
        closeVote(id);
        assertState(id, IGovernor.ProposalState.Defeated);
    }

    function test_quorum_IsNotReachedWithoutVotes() public {
        uint256 id = openProposal("one");
        assertState(id, IGovernor.ProposalState.Active);
        closeVote(id);
        assertState(id, IGovernor.ProposalState.Defeated);
    }

    function test_tie_IsDefeated() public {
        address[2] memory sides = [makeAddr("one side"), makeAddr("other side")];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(alice);
            ledger.transferShares(sides[i], 145 ether);
            delegateAs(sides[i], sides[i], address(0));
        }
        skipTime(1);
        uint256 id = proposeAs(sides[0], address(authority), grantCall(guardian), "a tie");
        openVote(id);
        vote(sides[0], id, FOR);
        vote(sides[1], id, AGAINST);
        assertTally(id, 145 ether, 145 ether, 0);
        assertGt(145 ether, governor.proposalQuorum(id), "the quorum is there");
        closeVote(id);
        assertState(id, IGovernor.ProposalState.Defeated);
    }

    /* WHO HAS A SAY */

    function test_castVote_WeighsBothTokensAtTheSnapshot() public {
        delegateAs(frank, erik, address(0));
        skipTime(1);
        uint256 id = openProposal("both");
        uint256 weight = ledger.sharesOf(frank) + wrapper.balanceOf(bob);
        delegateAs(frank, stranger, address(0));
        skipTime(1);
        assertEq(vote(erik, id, FOR), weight, "as it was");
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NothingToVote.selector, id, stranger));
        vote(stranger, id, FOR);
    }

    /// @dev Whatever is borrowed and given back in one second has no say, not even in the second of the snapshot.
    function test_castVote_BorrowedOrBoughtShares_HaveNoSay() public {
        uint256 id = proposeAs(alice, address(authority), grantCall(guardian), "a guardian");
        delegateAs(stranger, stranger, stranger);
        vm.warp(governor.proposalSnapshot(id));
        uint256 shares = ledger.sharesOf(carol);
        vm.prank(carol);
        ledger.transferShares(stranger, shares);
        vm.prank(stranger);
        ledger.transferShares(carol, shares);
        skipTime(1);
        stakeAs(stranger, 1_000 ether);
        skipTime(1);
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NothingToVote.selector, id, stranger));
        vote(stranger, id, FOR);
        assertEq(
            vote(dora, id, FOR),
            (ledger.unitsOf(carol) + ledger.unitsOf(bob)) / 1e6,
            "the lender's stayed"
        );
    }

    /// @dev It would be the first vote, which fixes the quorum and the extension.
    function test_castVote_RevertWhen_TheVoterHasNoVotes() public {
        uint256 id = openProposal("once");
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NothingToVote.selector, id, frank));
        vote(frank, id, ABSTAIN);
        assertEq(governor.proposalQuorum(id), 0, "no vote yet");
        overrideVote(carol, id, FOR);
        overrideVote(bob, id, FOR);
        uint256 wrapped = wrapper.balanceOf(bob);
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NothingToVote.selector, id, erik));
        vote(erik, id, AGAINST);
        assertTally(id, 0, ledger.sharesOf(bob) + ledger.sharesOf(carol) + wrapped, 0);
    }

    function test_castVote_RevertWhen_CastTwice_OrForNothingKnown() public {
        uint256 id = openProposal("once");
        vm.expectRevert(IGovernor.GovernorInvalidVoteType.selector);
        vote(alice, id, 3);
        vm.expectRevert(IGovernor.GovernorInvalidVoteType.selector);
        vote(alice, id, 255);
        vm.prank(alice);
        vm.expectRevert(IGovernor.GovernorInvalidVoteParams.selector);
        governor.castVoteWithReasonAndParams(id, FOR, "", hex"00");
        vote(alice, id, AGAINST);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, alice));
        vote(alice, id, FOR);
        assertTally(id, ledger.sharesOf(alice), 0, 0);
    }

    /* WHAT IS CLOSED */

    function test_relayAndTimelock_AreClosed_EvenToGovernance() public {
        vm.expectRevert(IStakerGovernor.RelayIsClosed.selector);
        governor.relay(address(ledger), 0, "");
        vm.expectRevert(IStakerGovernor.TimelockIsFixed.selector);
        governor.updateTimelock(timelock);
        bytes memory data = abi.encodeCall(governor.relay, (address(ledger), 0, ""));
        queueGoverned(data, "relay");
        skipTime(TIMELOCK_DELAY);
        vm.expectRevert(IStakerGovernor.RelayIsClosed.selector);
        executeCall(address(governor), data, "relay");
        data = abi.encodeCall(governor.updateTimelock, (timelock));
        queueGoverned(data, "timelock");
        skipTime(TIMELOCK_DELAY);
        vm.expectRevert(IStakerGovernor.TimelockIsFixed.selector);
        executeCall(address(governor), data, "timelock");
    }

    function test_receive_RevertsWithEther() public {
        vm.expectRevert(IGovernor.GovernorDisabledDeposit.selector);
        (bool sent, ) = address(governor).call{value: 1}("");
        assertTrue(sent, "expectRevert turns the failure round");
    }
}
