// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IStakerGovernor} from "../../../contracts/interfaces/IStakerGovernor.sol";
import {Wallet__Mock} from "../../mocks/Wallet__Mock.sol";
import {StakerVotes} from "../../utils/StakerVotes.sol";

/// @notice Votes of owners in place of their delegates, signed ballots, and votes that come late.
contract OverridableVotesTest is StakerVotes {
    bytes32 private constant OVERRIDE_BALLOT =
        keccak256(
            "OverrideBallot(uint256 proposalId,uint8 support,address voter,uint256 nonce,string reason)"
        );

    uint256 private id;
    uint256 private aliceHas;
    uint256 private bobHas;
    uint256 private bobWrapped;
    uint256 private carolHas;
    uint256 private doraHas;

    function setUp() public override {
        super.setUp();
        id = openProposal("the proposal");
        aliceHas = ledger.sharesOf(alice);
        bobHas = ledger.sharesOf(bob);
        bobWrapped = wrapper.balanceOf(bob);
        carolHas = ledger.sharesOf(carol);
        doraHas = (ledger.unitsOf(bob) + ledger.unitsOf(carol)) / 1e6;
    }

    /* BEFORE THE DELEGATE, AND AFTER */

    function test_castOverrideVote_BeforeTheDelegate() public {
        vm.expectEmit(address(governor));
        emit IStakerGovernor.VotesTaken(id, dora, carol, carolHas);
        vm.expectEmit(address(governor));
        emit IStakerGovernor.OverrideVoteCast(carol, id, AGAINST, carolHas, "");
        assertEq(overrideVote(carol, id, AGAINST), carolHas, "her own");
        assertTally(id, carolHas, 0, 0);
        assertEq(governor.votesTaken(id, dora), carolHas, "taken");
        assertTrue(governor.hasVotedOverride(id, carol), "told");
        assertFalse(governor.hasVoted(id, carol), "not a vote of what others delegated");
        assertEq(vote(dora, id, FOR), doraHas - carolHas, "that much less");
        assertTally(id, carolHas, doraHas - carolHas, 0);
    }

    function test_castOverrideVote_AfterTheDelegate_OnEachSide() public {
        for (uint8 side = 0; side < 3; ++side) {
            uint256 before = vm.snapshotState();
            assertEq(vote(dora, id, side), doraHas, "all");
            overrideVote(carol, id, (side + 1) % 3);
            uint256[3] memory tally;
            (tally[0], tally[1], tally[2]) = governor.proposalVotes(id);
            assertEq(tally[side], doraHas - carolHas, "less");
            assertEq(tally[(side + 1) % 3], carolHas, "hers");
            assertEq(tally[(side + 2) % 3], 0, "none");
            assertTrue(vm.revertToState(before));
        }
    }

    function test_castOverrideVote_WithTheDelegate_CountsOnce() public {
        vote(dora, id, FOR);
        overrideVote(carol, id, FOR);
        assertTally(id, 0, doraHas, 0);
    }

    /// @dev Rounded down twice: what is left of the delegate is the unit that no owner has.
    function test_castOverrideVote_OfAllOwners_LeavesNothingButDust() public {
        vote(dora, id, ABSTAIN);
        overrideVote(carol, id, AGAINST);
        overrideVote(bob, id, AGAINST);
        assertTally(id, carolHas + bobHas + bobWrapped, 0, doraHas - carolHas - bobHas);
        assertLe(doraHas - carolHas - bobHas, 1, "dust");
        assertGt(doraHas, carolHas + bobHas, "there is some: rates are odd");
    }

    /* WHOM IT IS TAKEN FROM */

    function test_castOverrideVote_OfTwoDelegates() public {
        vote(erik, id, FOR);
        assertEq(overrideVote(bob, id, ABSTAIN), bobHas + bobWrapped, "both tokens");
        assertTally(id, 0, 0, bobHas + bobWrapped);
        assertEq(governor.votesTaken(id, erik), bobWrapped, "wkETH");
        assertEq(governor.votesTaken(id, dora), bobHas, "kETH");
        vote(dora, id, FOR);
        assertTally(id, 0, doraHas - bobHas, bobHas + bobWrapped);
    }

    function test_castOverrideVote_OfOneDelegateInBothTokens() public {
        delegateAs(bob, dora, dora);
        skipTime(1);
        uint256 other = openProposal("other");
        assertEq(vote(dora, other, AGAINST), doraHas + bobWrapped, "all");
        overrideVote(bob, other, FOR);
        assertTally(other, doraHas - bobHas, bobHas + bobWrapped, 0);
    }

    /// @dev What one delegates to oneself is a vote, and no override.
    function test_castOverrideVote_LeavesOutWhatIsDelegatedToOneself() public {
        delegateAs(bob, bob, address(0));
        skipTime(1);
        uint256 other = openProposal("other");
        assertEq(overrideVote(bob, other, AGAINST), bobWrapped, "of erik's");
        assertEq(vote(bob, other, FOR), bobHas, "his own");
        assertTally(other, bobWrapped, bobHas, 0);
    }

    function test_castOverrideVote_ByADelegateOfOthers_WhoVotesToo() public {
        delegateAs(erik, dora, address(0));
        stakeAs(erik, 10 ether);
        skipTime(1);
        uint256 other = openProposal("other");
        uint256 erikHas = ledger.sharesOf(erik);
        vote(erik, other, FOR);
        assertEq(overrideVote(erik, other, AGAINST), erikHas, "his own, that dora would vote");
        assertTally(other, erikHas, bobWrapped, 0);
        overrideVote(bob, other, ABSTAIN);
        assertTally(other, erikHas, 0, bobHas + bobWrapped);
        uint256 all = governor.getVotes(dora, governor.proposalSnapshot(other));
        assertEq(vote(dora, other, FOR), all - erikHas - bobHas, "the rest");
    }

    function test_castOverrideVote_IsOfTheSnapshot() public {
        vm.prank(carol);
        ledger.transferShares(stranger, carolHas / 2);
        delegateAs(carol, erik, address(0));
        skipTime(1);
        vote(dora, id, FOR);
        assertEq(overrideVote(carol, id, AGAINST), carolHas, "as it was");
        assertTally(id, carolHas, doraHas - carolHas, 0);
    }

    function test_castOverrideVoteWithReason_TellsIt() public {
        vm.expectEmit(address(governor));
        emit IStakerGovernor.OverrideVoteCast(carol, id, AGAINST, carolHas, "too soon");
        vm.prank(carol);
        governor.castOverrideVoteWithReason(id, AGAINST, "too soon");
    }

    /* WHO CANNOT */

    function test_castOverrideVote_RevertWhen_CastTwice() public {
        overrideVote(carol, id, AGAINST);
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.AlreadyOverridden.selector, id, carol));
        overrideVote(carol, id, FOR);
    }

    function test_castOverrideVote_RevertWhen_NothingWasDelegatedToOthers() public {
        address[3] memory voters = [frank, alice, stranger];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IStakerGovernor.NothingToOverride.selector, id, voters[i])
            );
            overrideVote(voters[i], id, FOR);
        }
        // only since the snapshot
        delegateAs(frank, dora, address(0));
        skipTime(1);
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NothingToOverride.selector, id, frank));
        overrideVote(frank, id, FOR);
    }

    function test_castOverrideVote_RevertWhen_SupportIsUnknown() public {
        vm.expectRevert(IGovernor.GovernorInvalidVoteType.selector);
        overrideVote(carol, id, 3);
    }

    function test_castOverrideVote_RevertWhen_NotActive() public {
        uint256 pending = proposeAs(alice, address(authority), grantCall(dora), "pending");
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        overrideVote(carol, pending, FOR);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorNonexistentProposal.selector, 1));
        overrideVote(carol, 1, FOR);
        closeVote(id);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        overrideVote(carol, id, FOR);
    }

    /* SIGNED */

    function test_castOverrideVoteBySig_CountsTheSigners() public {
        (address signer, uint256 key) = makeAddrAndKey("carol");
        assertEq(signer, carol);
        bytes memory ballot = signature(key, _ballot(carol, FOR, 0, "why"));
        vm.expectEmit(address(governor));
        emit IStakerGovernor.OverrideVoteCast(carol, id, FOR, carolHas, "why");
        vm.prank(stranger);
        assertEq(governor.castOverrideVoteBySig(id, FOR, carol, "why", ballot), carolHas, "counted");
        assertEq(governor.nonces(carol), 1, "used");
        assertTally(id, 0, carolHas, 0);
    }

    function test_castOverrideVoteBySig_RevertWhen_OfSomethingElse() public {
        (, uint256 key) = makeAddrAndKey("carol");
        (, uint256 otherKey) = makeAddrAndKey("dora");
        bytes32 digest = _ballot(carol, FOR, 0, "why");
        bytes memory ballot = signature(key, digest);
        _expectRefused(id, AGAINST, carol, "why", ballot);
        _expectRefused(id, FOR, bob, "why", ballot);
        _expectRefused(id, FOR, carol, "", ballot);
        _expectRefused(id, FOR, carol, "why", signature(otherKey, digest));
        _expectRefused(id, FOR, carol, "why", signature(key, _ballot(carol, FOR, 1, "why")));
        uint256 other = openProposal("other");
        _expectRefused(other, FOR, carol, "why", ballot);
        // none of them used the nonce
        governor.castOverrideVoteBySig(id, FOR, carol, "why", ballot);
    }

    function test_castOverrideVoteBySig_RevertWhen_Replayed_OrTheVoteIsOver() public {
        (, uint256 key) = makeAddrAndKey("carol");
        bytes memory ballot = signature(key, _ballot(carol, FOR, 0, ""));
        uint256 before = vm.snapshotState();
        governor.castOverrideVoteBySig(id, FOR, carol, "", ballot);
        _expectRefused(id, FOR, carol, "", ballot);
        assertTrue(vm.revertToState(before));
        closeVote(id);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.castOverrideVoteBySig(id, FOR, carol, "", ballot);
    }

    function test_castOverrideVoteBySig_OfAContract() public {
        Wallet__Mock wallet = new Wallet__Mock();
        vm.prank(alice);
        ledger.transferShares(address(wallet), 7 ether);
        delegateAs(address(wallet), dora, address(0));
        skipTime(1);
        id = openProposal("other");
        _expectRefused(id, FOR, address(wallet), "", "");
        wallet.approveHash(_ballot(address(wallet), FOR, 0, ""));
        assertEq(governor.castOverrideVoteBySig(id, FOR, address(wallet), "", ""), 7 ether, "counted");
        _expectRefused(id, FOR, address(wallet), "", "");
    }

    /// @dev One nonce for all ballots of a voter.
    function test_castVoteBySig_AndOverrides_ShareTheNonce() public {
        (, uint256 key) = makeAddrAndKey("carol");
        delegateAs(frank, carol, address(0));
        skipTime(1);
        id = openProposal("other");
        bytes32 structHash = keccak256(abi.encode(governor.BALLOT_TYPEHASH(), id, FOR, carol, 0));
        bytes memory plain = signature(key, digestOf("Kedge Staker Governor", address(governor), structHash));
        governor.castVoteBySig(id, FOR, carol, plain);
        _expectRefused(id, FOR, carol, "", signature(key, _ballot(carol, FOR, 0, "")));
        governor.castOverrideVoteBySig(id, FOR, carol, "", signature(key, _ballot(carol, FOR, 1, "")));
    }

    /// @dev An account whose key has set code (EIP-7702) signs ballots with its key, or as its code decides.
    function test_ballots_OfAnAccountWithCode() public {
        (, uint256 key) = makeAddrAndKey("carol");
        vm.etch(carol, address(new Wallet__Mock()).code);
        _expectRefused(id, FOR, carol, "", signature(key, _ballot(carol, AGAINST, 0, "")));
        uint256 before = vm.snapshotState();
        assertEq(
            governor.castOverrideVoteBySig(id, FOR, carol, "", signature(key, _ballot(carol, FOR, 0, ""))),
            carolHas,
            "by key"
        );
        assertTrue(vm.revertToState(before));
        Wallet__Mock(carol).approveHash(_ballot(carol, FOR, 0, ""));
        assertEq(governor.castOverrideVoteBySig(id, FOR, carol, "", ""), carolHas, "by code");
        assertTrue(vm.revertToState(before));

        (, key) = makeAddrAndKey("dora");
        vm.etch(dora, address(new Wallet__Mock()).code);
        bytes32 plain = keccak256(abi.encode(governor.BALLOT_TYPEHASH(), id, FOR, dora, 0));
        plain = digestOf("Kedge Staker Governor", address(governor), plain);
        before = vm.snapshotState();
        assertEq(governor.castVoteBySig(id, FOR, dora, signature(key, plain)), doraHas, "by key");
        assertTrue(vm.revertToState(before));
        bytes32 longer = keccak256(
            abi.encode(governor.EXTENDED_BALLOT_TYPEHASH(), id, FOR, dora, 0, keccak256("why"), keccak256(""))
        );
        longer = digestOf("Kedge Staker Governor", address(governor), longer);
        bytes memory signed = signature(key, longer);
        assertEq(
            governor.castVoteWithReasonAndParamsBySig(id, FOR, dora, "why", "", signed),
            doraHas,
            "by key"
        );
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, dora));
        governor.castVoteBySig(id, FOR, dora, signature(key, plain));
    }

    /* LATE */

    function test_extension_WhereAProposalBeginsToPassLate() public {
        uint256 regular = governor.proposalDeadline(id);
        vm.warp(regular - EXTENSION + 1);
        vm.expectEmit(address(governor));
        emit IStakerGovernor.ProposalExtended(id, uint64(regular + 1));
        vote(alice, id, FOR);
        assertEq(governor.proposalDeadline(id), regular + 1, "a second");
        vm.warp(regular + 1);
        assertState(id, IGovernor.ProposalState.Active);
        vote(dora, id, AGAINST);
        skipTime(1);
        assertState(id, IGovernor.ProposalState.Defeated);
    }

    function test_extension_NotWhereItPassedBefore_OrDoesNotPass() public {
        uint256 regular = governor.proposalDeadline(id);
        vm.warp(regular - EXTENSION);
        uint256 before = vm.snapshotState();
        vote(alice, id, FOR);
        assertEq(governor.proposalDeadline(id), regular, "in time");
        vm.warp(regular);
        vote(erik, id, FOR);
        assertEq(governor.proposalDeadline(id), regular, "passed before");

        assertTrue(vm.revertToState(before));
        vm.warp(regular);
        vote(erik, id, FOR);
        assertEq(governor.proposalDeadline(id), regular, "no quorum");
        vote(dora, id, AGAINST);
        vote(alice, id, ABSTAIN);
        assertEq(governor.proposalDeadline(id), regular, "not for it");
    }

    /// @dev Quorum by abstentions is no reason to prolong; what makes it pass is.
    function test_extension_ByAnOverride() public {
        uint256 regular = governor.proposalDeadline(id);
        vote(erik, id, FOR);
        vote(dora, id, AGAINST);
        vm.warp(regular - 1);
        overrideVote(bob, id, ABSTAIN);
        assertEq(governor.proposalDeadline(id), regular, "not yet");
        overrideVote(carol, id, FOR);
        assertEq(governor.proposalDeadline(id), regular - 1 + EXTENSION, "the extension from now");
    }

    /// @dev A proposal that falls and rises again is prolonged again, never beyond the extension from its regular end.
    function test_extension_IsBoundedHoweverOftenItTurns() public {
        uint256 regular = governor.proposalDeadline(id);
        vm.warp(regular - 1 days);
        vote(alice, id, FOR);
        assertEq(governor.proposalDeadline(id), regular + 1 days, "first");
        vm.warp(regular);
        vote(dora, id, AGAINST);
        overrideVote(bob, id, AGAINST);
        assertState(id, IGovernor.ProposalState.Active);
        vm.warp(regular + 1 hours);
        overrideVote(carol, id, FOR);
        assertEq(governor.proposalDeadline(id), regular + EXTENSION, "all that there is");
        vm.warp(regular + EXTENSION);
        assertState(id, IGovernor.ProposalState.Active);
        skipTime(1);
        assertState(id, IGovernor.ProposalState.Succeeded);
    }

    /* INTERNAL */

    function _ballot(
        address voter,
        uint8 support,
        uint256 nonce,
        string memory reason
    ) private view returns (bytes32) {
        return
            digestOf(
                "Kedge Staker Governor",
                address(governor),
                keccak256(abi.encode(OVERRIDE_BALLOT, id, support, voter, nonce, keccak256(bytes(reason))))
            );
    }

    function _expectRefused(
        uint256 proposalId,
        uint8 support,
        address voter,
        string memory reason,
        bytes memory ballot
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, voter));
        governor.castOverrideVoteBySig(proposalId, support, voter, reason, ballot);
    }
}
