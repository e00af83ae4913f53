// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IStakerGovernor} from "../../../contracts/interfaces/IStakerGovernor.sol";
import {VoteAdapter__Mock} from "../../mocks/VoteAdapter__Mock.sol";
import {StakerVotes} from "../../utils/StakerVotes.sol";

/// @notice Votes of those who hold shares through a vault, and what an adapter can and cannot do with them.
contract VaultVotesTest is StakerVotes {
    uint256 private constant VAULT_SHARES = 60 ether;

    VoteAdapter__Mock private adapter;
    address private vault = makeAddr("vault");
    address private gil = makeAddr("gil");
    address private hana = makeAddr("hana");
    uint256 private id;

    function setUp() public override {
        super.setUp();
        adapter = new VoteAdapter__Mock();
        adapter.set(gil, 40 ether);
        adapter.set(hana, 20 ether);
        vm.prank(alice);
        ledger.transferShares(vault, VAULT_SHARES);
        delegateAs(vault, address(adapter), address(0));
        govern(abi.encodeCall(governor.setAdapter, (address(adapter), vault)), "the adapter");
        id = openProposal("the proposal");
    }

    /* HOLDERS */

    function test_castVoteThrough_CountsWhatTheAdapterSays() public {
        assertEq(governor.vaultOf(address(adapter)), vault, "registered");
        vm.expectEmit(address(governor));
        emit IStakerGovernor.VotesTaken(id, address(adapter), gil, 40 ether);
        vm.expectEmit(address(governor));
        emit IStakerGovernor.ThroughVoteCast(gil, address(adapter), id, FOR, 40 ether);
        assertEq(voteThrough(gil, address(adapter), id, FOR), 40 ether, "counted");
        voteThrough(hana, address(adapter), id, AGAINST);
        assertTally(id, 20 ether, 40 ether, 0);
        assertTrue(governor.hasVotedThrough(id, address(adapter), gil), "told");
        assertFalse(governor.hasVoted(id, gil), "no vote of what others delegated");
    }

    function test_castVoteThrough_RevertWhen_CastTwice_OrNothingIsThere() public {
        voteThrough(gil, address(adapter), id, FOR);
        vm.expectRevert(
            abi.encodeWithSelector(IStakerGovernor.AlreadyVotedThrough.selector, id, address(adapter), gil)
        );
        voteThrough(gil, address(adapter), id, FOR);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakerGovernor.NothingToVoteThrough.selector,
                id,
                address(adapter),
                stranger
            )
        );
        voteThrough(stranger, address(adapter), id, FOR);
        vm.expectRevert(IGovernor.GovernorInvalidVoteType.selector);
        voteThrough(hana, address(adapter), id, 3);
    }

    function test_castVoteThrough_RevertWhen_NotActive() public {
        uint256 pending = proposeAs(alice, address(authority), grantCall(gil), "pending");
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        voteThrough(gil, address(adapter), pending, FOR);
        closeVote(id);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        voteThrough(gil, address(adapter), id, FOR);
    }

    function test_castVoteThrough_IsPartOfAVoteOfOnesOwn() public {
        stakeAs(gil, 10 ether);
        delegateAs(gil, dora, address(0));
        skipTime(1);
        uint256 other = openProposal("other");
        uint256 own = ledger.sharesOf(gil);
        voteThrough(gil, address(adapter), other, FOR);
        overrideVote(gil, other, FOR);
        assertTally(other, 0, 40 ether + own, 0);
    }

    function test_castVoteThrough_CanMakeItPassLate() public {
        uint256 regular = governor.proposalDeadline(id);
        vote(dora, id, AGAINST);
        overrideVote(carol, id, ABSTAIN);
        vote(erik, id, FOR);
        adapter.set(gil, VAULT_SHARES);
        vm.warp(regular);
        assertEq(governor.proposalDeadline(id), regular, "does not pass");
        assertEq(voteThrough(gil, address(adapter), id, FOR), VAULT_SHARES, "counted");
        assertEq(governor.proposalDeadline(id), regular + EXTENSION, "late");
    }

    /* THE VAULT AND ITS ADAPTER */

    function test_vaultAndAdapter_NeverCountTwice() public {
        uint256 before = vm.snapshotState();
        voteThrough(gil, address(adapter), id, FOR);
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.HoldersSpoke.selector, id, vault));
        overrideVote(vault, id, AGAINST);
        voteThrough(hana, address(adapter), id, AGAINST);
        assertTally(id, 20 ether, 40 ether, 0);

        assertTrue(vm.revertToState(before));
        assertEq(overrideVote(vault, id, AGAINST), VAULT_SHARES, "all");
        vm.expectPartialRevert(IStakerGovernor.NothingToVoteThrough.selector);
        voteThrough(gil, address(adapter), id, FOR);
        assertTally(id, VAULT_SHARES, 0, 0);
    }

    /// @dev Whoever else delegates to the adapter has its votes there, and no holder of the vault takes them: neither where the
    /// vault speaks itself, nor where it delegated to somebody else.
    function test_vault_TakesNothingOfOthers() public {
        stakeAs(stranger, 50 ether);
        delegateAs(stranger, address(adapter), address(0));
        skipTime(1);
        uint256 own = ledger.sharesOf(stranger);
        uint256 next = openProposal("next");
        adapter.set(gil, VAULT_SHARES);
        uint256 before = vm.snapshotState();
        overrideVote(vault, next, FOR);
        vm.expectPartialRevert(IStakerGovernor.NothingToVoteThrough.selector);
        voteThrough(gil, address(adapter), next, FOR);
        assertEq(overrideVote(stranger, next, AGAINST), own, "its own");
        assertTally(next, own, VAULT_SHARES, 0);

        assertTrue(vm.revertToState(before));
        assertEq(voteThrough(gil, address(adapter), next, FOR), VAULT_SHARES, "the vault's");
        vm.expectPartialRevert(IStakerGovernor.NothingToVoteThrough.selector);
        voteThrough(hana, address(adapter), next, FOR);
        assertEq(overrideVote(stranger, next, AGAINST), own, "its own");
        assertTally(next, own, VAULT_SHARES, 0);

        delegateAs(vault, dora, address(0));
        skipTime(1);
        uint256 last = openProposal("last");
        vm.expectPartialRevert(IStakerGovernor.NothingToVoteThrough.selector);
        voteThrough(gil, address(adapter), last, FOR);
    }

    function test_adapter_ThatVotesItself_GivesWay() public {
        uint256 before = vm.snapshotState();
        vote(address(adapter), id, AGAINST);
        assertTally(id, VAULT_SHARES, 0, 0);
        voteThrough(gil, address(adapter), id, FOR);
        assertTally(id, 20 ether, 40 ether, 0);

        assertTrue(vm.revertToState(before));
        voteThrough(gil, address(adapter), id, FOR);
        assertEq(vote(address(adapter), id, AGAINST), 20 ether, "the rest");
        voteThrough(hana, address(adapter), id, FOR);
        assertTally(id, 0, 60 ether, 0);
    }

    /* ADAPTERS THAT MEAN HARM */

    function test_adapter_ThatSaysTooMuch_MakesNoVotes() public {
        adapter.set(gil, type(uint256).max);
        adapter.set(hana, type(uint256).max);
        assertEq(voteThrough(gil, address(adapter), id, FOR), VAULT_SHARES, "no more than was delegated");
        vm.expectPartialRevert(IStakerGovernor.NothingToVoteThrough.selector);
        voteThrough(hana, address(adapter), id, FOR);
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NothingToVote.selector, id, address(adapter)));
        vote(address(adapter), id, FOR);
        assertTally(id, 0, VAULT_SHARES, 0);
    }

    /// @dev A vault lends its kETH to one adapter and its wkETH to another: holders of each speak for theirs.
    function test_adapters_TwoOfOneVault_DoNotMeet() public {
        VoteAdapter__Mock other = new VoteAdapter__Mock();
        govern(abi.encodeCall(governor.setAdapter, (address(other), vault)), "another");
        wrapAs(vault, 30 ether);
        delegateAs(vault, address(0), address(other));
        skipTime(1);
        uint256 wrapped = wrapper.balanceOf(vault);
        other.set(gil, 5 ether);
        other.set(hana, type(uint256).max);
        uint256 next = openProposal("next");
        uint256 before = vm.snapshotState();
        assertEq(voteThrough(gil, address(adapter), next, FOR), 40 ether, "kETH");
        assertEq(voteThrough(gil, address(other), next, FOR), 5 ether, "wkETH");
        assertEq(voteThrough(hana, address(other), next, AGAINST), wrapped - 5 ether, "the rest of it");
        assertEq(voteThrough(hana, address(adapter), next, AGAINST), 20 ether, "the rest of this");
        assertTally(next, 20 ether + wrapped - 5 ether, 45 ether, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.HoldersSpoke.selector, next, vault));
        overrideVote(vault, next, FOR);

        assertTrue(vm.revertToState(before));
        overrideVote(vault, next, FOR);
        vm.expectPartialRevert(IStakerGovernor.NothingToVoteThrough.selector);
        voteThrough(gil, address(other), next, FOR);
        assertTally(next, 0, VAULT_SHARES + wrapped, 0);
    }

    /// @dev Dust that speaks through an adapter silences the vault in the token that is lent to it, and in no other.
    function test_castVoteThrough_OfDust_LeavesTheVaultItsOtherToken() public {
        wrapAs(vault, 50 ether);
        delegateAs(vault, address(0), dora);
        skipTime(1);
        uint256 wrapped = wrapper.balanceOf(vault);
        adapter.set(gil, 1);
        adapter.set(frank, type(uint256).max);
        uint256 next = openProposal("next");
        uint256 before = vm.snapshotState();
        assertEq(voteThrough(gil, address(adapter), next, FOR), 1, "dust");
        assertEq(overrideVote(vault, next, AGAINST), wrapped, "what no holder speaks for");
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.AlreadyOverridden.selector, next, vault));
        overrideVote(vault, next, AGAINST);
        assertEq(voteThrough(frank, address(adapter), next, ABSTAIN), VAULT_SHARES - 1, "the holders' rest");
        assertTally(next, wrapped, 1, VAULT_SHARES - 1);

        assertTrue(vm.revertToState(before));
        assertEq(overrideVote(vault, next, AGAINST), VAULT_SHARES + wrapped, "in both");
        vm.expectPartialRevert(IStakerGovernor.NothingToVoteThrough.selector);
        voteThrough(gil, address(adapter), next, FOR);
        assertTally(next, VAULT_SHARES + wrapped, 0, 0);
    }

    /// @dev Holders of its first vault are heard to the end of the vote; those of the next vault on the next.
    function test_adapter_ThatMovesToAnotherVault_KeepsTheFirstForTheVote() public {
        (address second, bytes memory move) = queueMove();
        uint256 next = openProposal("next");
        assertEq(voteThrough(gil, address(adapter), next, FOR), 40 ether, "of the first");
        skipTime(TIMELOCK_DELAY);
        executeCall(address(governor), move, "move");
        assertEq(voteThrough(hana, address(adapter), next, AGAINST), 20 ether, "of the first, too");
        vm.expectPartialRevert(IStakerGovernor.NothingToVoteThrough.selector);
        voteThrough(frank, address(adapter), next, FOR);
        assertEq(overrideVote(second, next, ABSTAIN), 10 ether, "nobody spoke for the second");
        assertTally(next, 20 ether, 40 ether, 10 ether);
        uint256 last = openProposal("last");
        adapter.set(frank, 3 ether);
        assertEq(voteThrough(frank, address(adapter), last, FOR), 3 ether, "of the second");
        assertEq(overrideVote(vault, last, FOR), VAULT_SHARES, "nobody spoke for the first");
    }

    /// @dev Before anybody voted through it, it is what it is set to.
    function test_adapter_ThatMovesBeforeTheFirstVote_IsTheNextVaults() public {
        (, bytes memory move) = queueMove();
        uint256 next = openProposal("next");
        vm.expectPartialRevert(IStakerGovernor.NothingToVoteThrough.selector);
        voteThrough(frank, address(adapter), next, FOR);
        skipTime(TIMELOCK_DELAY);
        executeCall(address(governor), move, "move");
        assertEq(voteThrough(gil, address(adapter), next, FOR), 10 ether, "of the second");
        assertEq(overrideVote(vault, next, FOR), VAULT_SHARES, "the first speaks itself");
    }

    /// @dev Where holders have begun to speak the others go on.
    function test_adapter_ThatIsTakenAwayDuringAVote_IsHeardToItsEnd() public {
        bytes memory off = abi.encodeCall(governor.setAdapter, (address(adapter), address(0)));
        queueGoverned(off, "off");
        uint256 other = proposeAs(alice, address(authority), grantCall(gil), "other");
        uint256 next = openProposal("next");
        skipTime(TIMELOCK_DELAY);
        voteThrough(gil, address(adapter), next, FOR);
        executeCall(address(governor), off, "off");
        assertEq(voteThrough(hana, address(adapter), next, AGAINST), 20 ether, "the others");
        assertTally(next, 20 ether, 40 ether, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NotAnAdapter.selector, address(adapter)));
        voteThrough(gil, address(adapter), other, FOR);
        assertEq(overrideVote(vault, other, FOR), VAULT_SHARES, "where nobody spoke, the vault does");
    }

    function test_adapter_WithoutDelegations_HasNothing() public {
        VoteAdapter__Mock other = new VoteAdapter__Mock();
        other.set(gil, 1_000 ether);
        govern(abi.encodeCall(governor.setAdapter, (address(other), vault)), "another");
        uint256 next = openProposal("next");
        vm.expectPartialRevert(IStakerGovernor.NothingToVoteThrough.selector);
        voteThrough(gil, address(other), next, FOR);
    }

    /// @dev It is asked by a static call: to vote, or anything else that changes something, is out of reach.
    function test_adapter_CannotChangeAnythingMeanwhile() public {
        bytes[3] memory calls = [
            abi.encodeCall(governor.castVote, (id, FOR)),
            abi.encodeCall(governor.castVoteThrough, (address(adapter), id, FOR)),
            abi.encodeCall(governor.castOverrideVote, (id, FOR))
        ];
        for (uint256 i = 0; i < 3; ++i) {
            adapter.callMeanwhile(address(governor), calls[i]);
            vm.expectRevert();
            voteThrough(gil, address(adapter), id, FOR);
        }
        adapter.callMeanwhile(address(governor), abi.encodeCall(governor.hasVoted, (id, gil)));
        voteThrough(gil, address(adapter), id, FOR);
        assertTally(id, 0, 40 ether, 0);
    }

    function test_adapter_ThatFails_StopsNobodyElse() public {
        adapter.fallSilent();
        vm.expectRevert(VoteAdapter__Mock.Silent.selector);
        voteThrough(gil, address(adapter), id, FOR);
        vote(alice, id, FOR);
        assertEq(overrideVote(vault, id, FOR), VAULT_SHARES, "the vault's owner speaks");
        closeVote(id);
        assertState(id, IGovernor.ProposalState.Succeeded);
    }

    /* GOVERNANCE */

    function test_setAdapter_OnAndOff() public {
        VoteAdapter__Mock other = new VoteAdapter__Mock();
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NotAnAdapter.selector, address(other)));
        voteThrough(gil, address(other), id, FOR);
        voteThrough(gil, address(adapter), id, FOR);
        bytes memory off = abi.encodeCall(governor.setAdapter, (address(adapter), address(0)));
        queueGoverned(off, "off");
        skipTime(TIMELOCK_DELAY);
        vm.expectEmit(address(governor));
        emit IStakerGovernor.AdapterSet(address(adapter), address(0));
        executeCall(address(governor), off, "off");
        uint256 next = openProposal("next");
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NotAnAdapter.selector, address(adapter)));
        voteThrough(gil, address(adapter), next, FOR);
        assertTally(id, 0, 40 ether, 0);
    }

    function test_setAdapter_RevertWhen_ZeroOrItself() public {
        bytes memory data = abi.encodeCall(governor.setAdapter, (address(0), vault));
        queueGoverned(data, "zero");
        skipTime(TIMELOCK_DELAY);
        vm.expectRevert(IStakerGovernor.ZeroAddress.selector);
        executeCall(address(governor), data, "zero");
        data = abi.encodeCall(governor.setAdapter, (address(adapter), address(adapter)));
        queueGoverned(data, "itself");
        skipTime(TIMELOCK_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NotAVault.selector, address(adapter)));
        executeCall(address(governor), data, "itself");
    }

    /* INTERNAL */

    /// @dev Governance decides that the adapter is another vault's, which has delegated to it.
    function queueMove() private returns (address second, bytes memory move) {
        second = makeAddr("second");
        vm.prank(alice);
        ledger.transferShares(second, 10 ether);
        delegateAs(second, address(adapter), address(0));
        skipTime(1);
        move = abi.encodeCall(governor.setAdapter, (address(adapter), second));
        queueGoverned(move, "move");
    }
}
