// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IShareLedger} from "../interfaces/IShareLedger.sol";
import {IStakerGovernor} from "../interfaces/IStakerGovernor.sol";
import {IWrappedStakedEther} from "../interfaces/IWrappedStakedEther.sol";
import {OwnerSignature} from "../libraries/OwnerSignature.sol";
import {GovernanceParameters} from "./GovernanceParameters.sol";

/// @title OverridableVotes
/// @notice Mixin of the governor: counts the votes of both tokens, and lets owners vote in place of their delegates.
/// TRUST: nobody; a vote is counted by what the ledger and the wrapper say of a time that is over.
/// INVARIANTS: VOTE-1: of what was delegated to somebody, no more is ever counted, by whomever; in any order the same.
/// ASSUMPTIONS: past votes and delegations never change, and a delegate has at least the votes of what its owners say:
/// both are rounded down, its votes after the sum. No weight passes 2^96: all shares fit 89 bits.
abstract contract OverridableVotes is GovernanceParameters {
    /// @dev What an ordinary vote reads and changes is in the first slot. Seconds since 1970 fit 32 bits until 2106, as in
    /// the ledger.
    struct Tally {
        // 12 + 12 + 4 + 4 = 32 bytes; `lateAfter` is 0 before the first vote
        uint96 against;
        uint96 inFavour;
        uint32 lateAfter;
        uint32 prolonged;
        // 12 + 12 + 4 = 28 bytes
        uint96 abstaining;
        uint96 quorum;
        uint32 extension;
        mapping(address account => Receipt) receipts;
    }

    /// @dev 1 + 1 + 1 + 1 + 12 + 12 = 28 bytes. `cast`: 0, or how it voted and 1. `ownTokens`: in which tokens it overrode
    /// its delegates; `holdersTokens`: of a vault, in which of them holders voted; both as bits. `taken`: what others said
    /// themselves of its votes. `spoken`: of an adapter, what holders said through it.
    struct Receipt {
        uint8 cast;
        bool hasOverridden;
        uint8 ownTokens;
        uint8 holdersTokens;
        uint96 taken;
        uint96 spoken;
    }

    /// @dev Bits of tokens in a receipt.
    uint8 private constant KETH = 1;
    uint8 private constant WKETH = 2;
    bytes32 private constant OVERRIDE_BALLOT_TYPEHASH =
        keccak256(
            "OverrideBallot(uint256 proposalId,uint8 support,address voter,uint256 nonce,string reason)"
        );

    /* IMMUTABLES */

    /// @notice The pool's token with a fixed balance, whose shares vote too.
    IWrappedStakedEther public immutable wrapper;

    /* STORAGE */

    mapping(uint256 proposalId => Tally) private _tallies;

    modifier whileActive(uint256 proposalId) {
        _validateStateBitmap(proposalId, _encodeStateBitmap(ProposalState.Active));
        _;
    }

    /* CONSTRUCTOR */

    constructor(IWrappedStakedEther wrapper_) {
        require(address(wrapper_) != address(0), ZeroAddress());
        wrapper = wrapper_;
    }

    /* OWNERS */

    /// @inheritdoc IStakerGovernor
    function castOverrideVote(uint256 proposalId, uint8 support) external returns (uint256 weight) {
        weight = _castOverride(proposalId, msg.sender, support, "");
    }

    /// @inheritdoc IStakerGovernor
    function castOverrideVoteWithReason(
        uint256 proposalId,
        uint8 support,
        string calldata reason
    ) external returns (uint256 weight) {
        weight = _castOverride(proposalId, msg.sender, support, reason);
    }

    /// @inheritdoc IStakerGovernor
    function castOverrideVoteBySig(
        uint256 proposalId,
        uint8 support,
        address voter,
        string calldata reason,
        bytes calldata signature
    ) external returns (uint256 weight) {
        bytes32 structHash = keccak256(
            abi.encode(
                OVERRIDE_BALLOT_TYPEHASH,
                proposalId,
                support,
                voter,
                _useNonce(voter),
                keccak256(bytes(reason))
            )
        );
        require(
            OwnerSignature.isValid(voter, _hashTypedDataV4(structHash), signature),
            GovernorInvalidSignature(voter)
        );
        weight = _castOverride(proposalId, voter, support, reason);
    }

    /* VIEWS */

    /// @inheritdoc IGovernor
    function COUNTING_MODE() external pure returns (string memory) {
        return "support=bravo,override&quorum=for,abstain&overridable=true";
    }

    /// @inheritdoc IGovernor
    function hasVoted(uint256 proposalId, address account) external view returns (bool) {
        return _tallies[proposalId].receipts[account].cast != 0;
    }

    /// @inheritdoc IStakerGovernor
    function hasVotedOverride(uint256 proposalId, address account) external view returns (bool) {
        return _tallies[proposalId].receipts[account].hasOverridden;
    }

    /// @inheritdoc IStakerGovernor
    function votesTaken(uint256 proposalId, address delegate) external view returns (uint256) {
        return _tallies[proposalId].receipts[delegate].taken;
    }

    /// @inheritdoc IStakerGovernor
    function proposalVotes(uint256 proposalId) external view returns (uint256, uint256, uint256) {
        Tally storage tally = _tallies[proposalId];
        return (tally.against, tally.inFavour, tally.abstaining);
    }

    /// @inheritdoc IStakerGovernor
    function proposalQuorum(uint256 proposalId) external view returns (uint256) {
        return _tallies[proposalId].quorum;
    }

    /// @inheritdoc Governor
    function proposalDeadline(uint256 proposalId) public view virtual override returns (uint256) {
        return super.proposalDeadline(proposalId) + _tallies[proposalId].prolonged;
    }

    /* INTERNAL: votes */

    /// @dev Shares in the wrapper belong to the wrapper's holders: its own account in the ledger delegates to nobody.
    function _getVotes(
        address account,
        uint256 timepoint,
        bytes memory
    ) internal view override returns (uint256) {
        return
            ledger.getPastVotes(account, timepoint) +
            IShareLedger(address(wrapper)).getPastVotes(account, timepoint);
    }

    /// @dev Past votes, less what others have said themselves.
    function _countVote(
        uint256 proposalId,
        address account,
        uint8 support,
        uint256 totalWeight,
        bytes memory params
    ) internal override returns (uint256 weight) {
        // nothing has a meaning here
        if (params.length != 0) revert GovernorInvalidVoteParams();
        (Tally storage tally, bool mayProlong) = _begin(proposalId);
        Receipt storage receipt = tally.receipts[account];
        if (receipt.cast != 0) revert GovernorAlreadyCastVote(account);
        weight = totalWeight - receipt.taken;
        // it would fix the quorum, and the extension
        if (weight == 0) revert NothingToVote(proposalId, account);
        _add(tally, support, weight);
        // at most 2, as just added
        unchecked {
            receipt.cast = support + 1;
        }
        if (mayProlong) _prolong(proposalId, tally);
    }

    /// @dev Asks nothing of the ledger, which forgets: without a vote there is no quorum to reach.
    function _quorumReached(uint256 proposalId) internal view override returns (bool) {
        return _hasQuorum(_tallies[proposalId]);
    }

    /// @dev A tie is no majority.
    function _voteSucceeded(uint256 proposalId) internal view override returns (bool) {
        return _hasMajority(_tallies[proposalId]);
    }

    /* INTERNAL: tallies */

    /// @dev Before a tally changes. The first vote keeps the quorum: the ledger knows the shares of the snapshot now, and
    /// not for ever. `mayProlong`: it does not pass, and if it did, would leave the others too little time.
    function _begin(uint256 proposalId) internal returns (Tally storage tally, bool mayProlong) {
        tally = _tallies[proposalId];
        uint256 lateAfter = tally.lateAfter;
        if (lateAfter == 0) lateAfter = _open(proposalId, tally);
        mayProlong = block.timestamp > lateAfter && !_passes(tally);
    }

    /// @dev Adds to a side. The weight was taken from past votes.
    function _add(Tally storage tally, uint8 support, uint256 weight) internal {
        if (support == uint8(VoteType.Against)) tally.against += uint96(weight);
        else if (support == uint8(VoteType.For)) tally.inFavour += uint96(weight);
        else if (support == uint8(VoteType.Abstain)) tally.abstaining += uint96(weight);
        else revert GovernorInvalidVoteType();
    }

    /// @dev Takes up to `shares` out of the vote of `delegate`, cast or to come: as much as is left of what it had at the
    /// snapshot. No tally underflows, since what a delegate has cast is what was left, less what was taken since.
    function _take(
        uint256 proposalId,
        Tally storage tally,
        address delegate,
        address voter,
        uint256 shares
    ) internal returns (uint256 weight) {
        Receipt storage receipt = tally.receipts[delegate];
        uint256 taken = receipt.taken;
        weight = Math.min(shares, getVotes(delegate, proposalSnapshot(proposalId)) - taken);
        receipt.taken = uint96(taken + weight);
        uint256 cast = receipt.cast;
        if (cast != 0) {
            if (cast - 1 == uint8(VoteType.Against)) tally.against -= uint96(weight);
            else if (cast - 1 == uint8(VoteType.For)) tally.inFavour -= uint96(weight);
            else tally.abstaining -= uint96(weight);
        }
        emit VotesTaken(proposalId, delegate, voter, weight);
    }

    /// @dev After a tally changed, where `_begin` said so: up to the extension from now, and never beyond the extension from
    /// the regular end, so that votes that come and go cannot keep a proposal open.
    function _prolong(uint256 proposalId, Tally storage tally) internal {
        if (!_passes(tally)) return;
        uint256 regular = super.proposalDeadline(proposalId);
        uint256 extension = tally.extension;
        uint256 prolonged = Math.min(clock() + extension - regular, extension);
        if (prolonged == tally.prolonged) return;
        // an extension fits 32 bits
        tally.prolonged = uint32(prolonged);
        emit ProposalExtended(proposalId, uint64(regular + prolonged));
    }

    function _open(uint256 proposalId, Tally storage tally) private returns (uint256 lateAfter) {
        uint256 needed = quorum(proposalSnapshot(proposalId));
        uint32 extension = parameters().voteExtension;
        lateAfter = super.proposalDeadline(proposalId) - extension;
        (tally.quorum, tally.extension, tally.lateAfter) = (uint96(needed), extension, uint32(lateAfter));
        emit QuorumKept(proposalId, needed);
    }

    function _passes(Tally storage tally) private view returns (bool) {
        return _hasMajority(tally) && _hasQuorum(tally);
    }

    function _hasMajority(Tally storage tally) private view returns (bool) {
        return tally.inFavour > tally.against;
    }

    function _hasQuorum(Tally storage tally) private view returns (bool) {
        uint256 needed = tally.quorum;
        return needed != 0 && uint256(tally.inFavour) + tally.abstaining >= needed;
    }

    /* INTERNAL: holders of vaults */

    /// @dev Takes up to `shares` out of the vote of `adapter`: as much as is left of what `vault` had delegated to it.
    /// Nothing of a token in which the vault spoke itself, so that its shares never count twice, nor those of others that
    /// delegated to the adapter. An adapter has one vault on a proposal.
    function _takeOfVault(
        uint256 proposalId,
        Tally storage tally,
        address vault,
        address adapter,
        uint256 shares
    ) internal returns (uint256 weight) {
        Receipt storage owner = tally.receipts[vault];
        Receipt storage through = tally.receipts[adapter];
        uint256 lent = 0;
        uint8 tokens = 0;
        for (uint8 bit = KETH; bit <= WKETH; bit <<= 1) {
            if (owner.ownTokens & bit != 0) continue;
            (address delegate, uint256 delegated) = _delegation(bit, vault, proposalId);
            if (delegate != adapter) continue;
            lent += delegated;
            tokens |= bit;
        }
        uint256 spoken = through.spoken;
        weight = Math.min(shares, Math.saturatingSub(lent, spoken));
        weight = _take(proposalId, tally, adapter, msg.sender, weight);
        // no more than was lent
        through.spoken = uint96(spoken + weight);
        owner.holdersTokens |= tokens;
    }

    /* INTERNAL: owners */

    function _castOverride(
        uint256 proposalId,
        address voter,
        uint8 support,
        string memory reason
    ) private whileActive(proposalId) returns (uint256 weight) {
        (Tally storage tally, bool mayProlong) = _begin(proposalId);
        Receipt storage receipt = tally.receipts[voter];
        require(!receipt.hasOverridden, AlreadyOverridden(proposalId, voter));
        uint8 holders = receipt.holdersTokens;
        uint8 own = (KETH | WKETH) & ~holders;
        (receipt.hasOverridden, receipt.ownTokens) = (true, own);
        if (own & KETH != 0) weight = _takeDelegated(proposalId, tally, KETH, voter);
        if (own & WKETH != 0) weight += _takeDelegated(proposalId, tally, WKETH, voter);
        require(weight != 0 || holders == 0, HoldersSpoke(proposalId, voter));
        require(weight != 0, NothingToOverride(proposalId, voter));
        _add(tally, support, weight);
        if (mayProlong) _prolong(proposalId, tally);
        emit OverrideVoteCast(voter, proposalId, support, weight, reason);
    }

    /// @dev What `voter` had delegated to another, in one of the tokens.
    function _takeDelegated(
        uint256 proposalId,
        Tally storage tally,
        uint8 token,
        address voter
    ) private returns (uint256) {
        (address delegate, uint256 shares) = _delegation(token, voter, proposalId);
        if (delegate == address(0) || delegate == voter) return 0;
        return _take(proposalId, tally, delegate, voter, shares);
    }

    /// @dev To whom `account` had delegated how many shares of a token at the snapshot.
    function _delegation(
        uint8 token,
        address account,
        uint256 proposalId
    ) private view returns (address delegate, uint256 shares) {
        IShareLedger ledger_ = token == KETH ? ledger : IShareLedger(address(wrapper));
        return ledger_.getPastDelegation(account, proposalSnapshot(proposalId));
    }
}
