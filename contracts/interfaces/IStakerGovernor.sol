// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IStakerGovernor
/// @notice What the vote of stakers has beyond OpenZeppelin's `IGovernor`: its parameters, votes of owners against their
/// delegates, and votes through vaults. Weights are shares (18 decimals), times are seconds since 1970. `support` is 0
/// against, 1 for, 2 abstain.
///
/// A vote weighs what was delegated to the voter, in kETH and wkETH together, at the snapshot of the proposal. Each share is
/// counted once: what an owner, or a holder behind a vault, says for itself is taken out of its delegate's vote, whichever
/// of them votes first.
interface IStakerGovernor {
    /// @notice What the numbers of `support` mean.
    enum VoteType {
        Against,
        For,
        Abstain
    }

    /// @notice What governance sets.
    /// @param votingDelay Seconds from a proposal to its snapshot.
    /// @param votingPeriod Seconds from there to the end of its vote.
    /// @param voteExtension Seconds that are left for votes, at least, after a proposal began to pass. Its vote ends later
    /// by this at most.
    /// @param proposalThresholdBp Votes that a proposer needs, in 1/10,000 of all shares.
    /// @param quorumBp Votes for a proposal, or abstaining, that it needs to pass, in 1/10,000 of all shares.
    struct Parameters {
        uint32 votingDelay;
        uint32 votingPeriod;
        uint32 voteExtension;
        uint16 proposalThresholdBp;
        uint16 quorumBp;
    }

    /// @notice The parameters changed.
    event ParametersSet(Parameters oldParameters, Parameters newParameters);
    /// @notice Holders of `vault` may vote through `adapter`; nobody may where it is zero.
    event AdapterSet(address indexed adapter, address indexed vault);
    /// @notice The first vote on a proposal came: this is the quorum that it needs, for good.
    event QuorumKept(uint256 indexed proposalId, uint256 quorum);
    /// @notice `weight` no longer counts, or will not count, in the vote of `delegate`: `voter` said itself.
    event VotesTaken(
        uint256 indexed proposalId,
        address indexed delegate,
        address indexed voter,
        uint256 weight
    );
    /// @notice An owner voted with what it had delegated to others.
    event OverrideVoteCast(
        address indexed voter,
        uint256 proposalId,
        uint8 support,
        uint256 weight,
        string reason
    );
    /// @notice A holder voted with what it had in the vault behind `adapter`.
    event ThroughVoteCast(
        address indexed voter,
        address indexed adapter,
        uint256 proposalId,
        uint8 support,
        uint256 weight
    );
    /// @notice A proposal began to pass shortly before the end of its vote, which is now `extendedDeadline`.
    event ProposalExtended(uint256 indexed proposalId, uint64 extendedDeadline);

    /// @notice A parameter is out of its bounds, or changes by more than a factor of two.
    error ParameterOutOfBounds(bytes32 name, uint256 value);
    /// @notice The parameters were set less than a voting period ago: from `nextAt` on they may be set again.
    error ParametersSetTooSoon(uint256 nextAt);
    /// @notice A contract was constructed with the zero address, or one was named as an adapter.
    error ZeroAddress();
    /// @notice Before the first report nobody knows how many shares there are.
    error NoReportBooked();
    /// @notice At the snapshot nothing was delegated to `voter`, or the owners of all of it have said themselves.
    error NothingToVote(uint256 proposalId, address voter);
    /// @notice `voter` has voted with what it had delegated to others.
    error AlreadyOverridden(uint256 proposalId, address voter);
    /// @notice At the snapshot `voter` had delegated nothing to others, or others have voted with all of it.
    error NothingToOverride(uint256 proposalId, address voter);
    /// @notice Holders of `vault` have voted with what it had delegated in that token, and it has delegated no other: it has
    /// no say of its own on this proposal.
    error HoldersSpoke(uint256 proposalId, address vault);
    /// @notice An adapter is no vault of its own.
    error NotAVault(address vault);
    /// @notice `adapter` is not registered.
    error NotAnAdapter(address adapter);
    /// @notice `voter` has voted through `adapter`.
    error AlreadyVotedThrough(uint256 proposalId, address adapter, address voter);
    /// @notice `adapter` knew nothing of `voter` at the snapshot, or others have voted with all that was delegated to it.
    error NothingToVoteThrough(uint256 proposalId, address adapter, address voter);
    /// @notice The governor calls nobody but its timelock.
    error RelayIsClosed();
    /// @notice The timelock is fixed: another one comes with another governor.
    error TimelockIsFixed();

    /// @notice The caller votes with its own shares that it had delegated to others at the snapshot, in kETH and wkETH.
    /// They are taken out of the delegates' votes, cast or to come. Once for each proposal; votes that others delegated to
    /// the caller, or it to itself, are for `castVote`. Reverts while the proposal is not active.
    /// @return weight Shares counted.
    function castOverrideVote(uint256 proposalId, uint8 support) external returns (uint256 weight);

    /// @notice `castOverrideVote` with a reason, which is told and not kept.
    function castOverrideVoteWithReason(
        uint256 proposalId,
        uint8 support,
        string calldata reason
    ) external returns (uint256 weight);

    /// @notice `castOverrideVoteWithReason` for `voter`, whose signature anyone brings: EIP-712, with the nonce of all its
    /// ballots (`nonces`), of the type
    /// `OverrideBallot(uint256 proposalId,uint8 support,address voter,uint256 nonce,string reason)`. A ballot ends with the
    /// vote that it is for.
    /// @param signature 65-byte ECDSA signature, or whatever the `isValidSignature` of a contract takes (ERC-1271).
    function castOverrideVoteBySig(
        uint256 proposalId,
        uint8 support,
        address voter,
        string calldata reason,
        bytes calldata signature
    ) external returns (uint256 weight);

    /// @notice The caller votes with what it had in a vault at the snapshot, as the vault's adapter says; at most what is
    /// left of what the vault had delegated to the adapter, and nothing of a token in which the vault has voted itself
    /// (`castOverrideVote`): holders ask for a vault that cannot. Once for each proposal and adapter; reverts while the
    /// proposal is not active.
    /// @return weight Shares counted.
    function castVoteThrough(
        address adapter,
        uint256 proposalId,
        uint8 support
    ) external returns (uint256 weight);

    /// @notice Sets the parameters. Caller: governance, by a vote. Each changes by a factor of two at most, within its
    /// bounds, and not earlier than a voting period (of before) after the last time. The period and the delay of a proposal
    /// are those of its making, its extension that of its first vote, and its quorum follows the fraction at its snapshot.
    function setParameters(Parameters calldata newParameters) external;

    /// @notice Lets holders of `vault` vote through an adapter, or nobody any more (zero). Caller: governance, by a vote.
    /// What was voted stays, and a proposal on which somebody voted through it keeps its vault.
    function setAdapter(address adapter, address vault) external;

    /// @notice The parameters.
    function parameters() external view returns (Parameters memory);

    /// @notice Whose holders may vote through `adapter`; zero for nobody.
    function vaultOf(address adapter) external view returns (address);

    /// @notice Shares against, for and abstaining.
    function proposalVotes(
        uint256 proposalId
    ) external view returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes);

    /// @notice What a proposal needs of votes for it and abstaining, kept at its first vote; 0 before. `quorum(timepoint)`
    /// says it beforehand, and reverts where the ledger no longer knows all shares of then.
    function proposalQuorum(uint256 proposalId) external view returns (uint256);

    /// @notice Of what was delegated to `delegate`, the shares that owners or holders have voted with themselves.
    function votesTaken(uint256 proposalId, address delegate) external view returns (uint256);

    /// @notice Whether `account` voted with what it had delegated to others.
    function hasVotedOverride(uint256 proposalId, address account) external view returns (bool);

    /// @notice Whether `account` voted through `adapter`.
    function hasVotedThrough(
        uint256 proposalId,
        address adapter,
        address account
    ) external view returns (bool);
}
