// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BeaconValidator} from "../types/BeaconValidator.sol";
import {IBeaconVerifier} from "./IBeaconVerifier.sol";
import {IBeaconRequests} from "./IBeaconRequests.sol";

/// @title IExitController
/// @notice What must leave the beacon chain to pay withdrawal tickets, triggered by anyone. The deficit is what
/// unfinalised tickets ask, less the ether that is there or coming. While it is large enough anyone may trigger
/// requests (EIP-7002): of what a validator has above 32 ETH at once, and exits by a fixed rule later.
///
/// A request that serves the deficit counts as coming for some epochs. The beacon chain drops some without a word: those
/// count no more after these epochs, and may be sent again. Few epochs it is for validators of which a partial withdrawal
/// was ever asked, which may be waiting still, and for those that are to be merged: the beacon chain drops such exits. What
/// is proven to be on its way takes the place of what was asked (`proveComing`, `provePartial`), or ends it (`proveMerged`).
/// Exits of stopped operators count from their proofs on. Blocks and proofs are those of `IBeaconVerifier`, whose errors
/// pass through.
interface IExitController is IBeaconRequests {
    /* TYPES */

    /// @notice Why a validator may be made to exit. `Stopped`: its operator is jailed or retired; at any time, deficit
    /// or not. `AboveCap`: its operator has more stake than the cap, less what such exits bring already. `Drawn`: its
    /// rank is below the threshold.
    enum Rule {
        Stopped,
        AboveCap,
        Drawn
    }

    /// @notice What is fixed when the contract is deployed.
    /// @param minDeficit Least deficit that anything is triggered for, in wei.
    /// @param minDeficitBp The same as a part of what tickets ask, in 1/10,000; the larger of the two counts.
    /// @param comingEpochs Epochs that a request counts as coming for.
    /// @param sweepEpochs Epochs that a withdrawable validator still counts for: the sweep takes that long to come round.
    /// @param patienceEpochs Epochs from the note of a deficit to exits above the cap, and from there to the draw.
    /// @param committeePeriod SHARD_COMMITTEE_PERIOD: epochs that a validator must have been active for.
    /// @param capBp Most stake of an operator before its validators exit first, in 1/10,000 of all stake.
    /// @param capFloorEth The cap is never lower than this, in ETH.
    /// @param doublingSeconds Seconds in which the threshold of the draw doubles.
    struct Parameters {
        uint96 minDeficit;
        uint16 minDeficitBp;
        uint32 comingEpochs;
        uint32 sweepEpochs;
        uint32 patienceEpochs;
        uint32 committeePeriod;
        uint16 capBp;
        uint32 capFloorEth;
        uint32 doublingSeconds;
    }

    /// @notice What is to come of a validator.
    /// @param units Amount in 1/32 ETH, rounded down; 0 if nothing is to come.
    /// @param lastEpoch Last epoch in which it is to come. It counts until it is settled.
    /// @param aboveCap Whether it counts against what its operator has above the cap: asked by that rule, or a proven exit.
    /// @param inDoubt Whether the beacon chain may well drop what is asked of the validator: a partial withdrawal was
    /// asked of it before, and may be on its way, or what was asked was shown to be in vain. A proven record in doubt is
    /// of a partial.
    /// @param proven Whether it was proven that the validator exits, or that the partial withdrawal is on its way.
    struct Coming {
        uint16 units;
        uint24 lastEpoch;
        bool aboveCap;
        bool inDoubt;
        bool proven;
    }

    /* EVENTS */

    /// @notice Exits were triggered by `rule`, and are to come up to `lastEpoch` at the latest: 0 where they count from
    /// their proofs on.
    event ExitsTriggered(
        address indexed caller,
        Rule indexed rule,
        uint256[] validatorIndices,
        uint256 lastEpoch
    );
    /// @notice Exits of a stopped operator were triggered by the places of keys in a commitment.
    event KeysTriggered(address indexed caller, bytes32 indexed commitmentId, uint32[] gindices);
    /// @notice A withdrawal of what a validator has above 32 ETH was triggered, and is to come up to `lastEpoch`.
    event PartialTriggered(
        address indexed caller,
        uint256 indexed validatorIndex,
        uint256 amountGwei,
        uint256 lastEpoch
    );
    /// @notice A validator was proven to exit, or a partial withdrawal to be on its way; it is to come up to `lastEpoch`.
    event ComingProven(uint256 indexed validatorIndex, uint256 amountGwei, uint256 lastEpoch);
    /// @notice What was recorded of a validator is over, or does not come, and counts no more.
    event ComingSettled(uint256 indexed validatorIndex);
    /// @notice The fee that a caller paid was not given back: the budget refused (wei).
    event NotRefunded(address indexed caller, uint256 fee);
    /// @notice A deficit was first seen (wei).
    event DeficitNoted(uint256 deficit);
    /// @notice The deficit that was noted is gone.
    event DeficitGone();

    /* ERRORS */

    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);
    /// @notice The deficit is too small for anything to be triggered (wei).
    error DeficitTooSmall(uint256 deficit, uint256 minimum);
    /// @notice The requests of this call serve the deficit without this one.
    error DeficitServed(uint256 validatorIndex);
    /// @notice Exits by this rule begin at `possibleFrom` (seconds since 1970) if the deficit lasts; 0 if none was noted.
    error RuleNotOpen(Rule rule, uint256 possibleFrom);
    /// @notice A call triggers at least one exit and at most `maximum`.
    error CountOutOfBounds(uint256 count, uint256 maximum);
    /// @notice As many indices as validators are needed.
    error CountMismatch(uint256 indices, uint256 validators);
    /// @notice The validator is none of ours.
    error NotOurs(uint256 validatorIndex);
    /// @notice The validator exits already.
    error AlreadyExiting(uint256 validatorIndex, uint256 exitEpoch);
    /// @notice The validator has not been active for long enough.
    error TooYoung(uint256 validatorIndex, uint256 possibleFromEpoch);
    /// @notice The validator has nothing that could come.
    error NothingThere(uint256 validatorIndex);
    /// @notice Something is to come of this validator already: settle it if it is over.
    error RequestLive(uint256 validatorIndex);
    /// @notice The operator of this validator is neither jailed nor retired.
    error OperatorNotStopped(uint256 validatorIndex, uint256 operatorId);
    /// @notice The operator's stake, less what exits bring already, is not above the cap (ETH).
    error OperatorBelowCap(uint256 validatorIndex, uint256 operatorId, uint256 stakeEth, uint256 capEth);
    /// @notice The validator's rank is not below the threshold.
    error NotDrawn(uint256 validatorIndex, uint256 rank, uint256 threshold);
    /// @notice The validator has less above 32 ETH than what is worth a request, or a record (gwei).
    error ExcessTooSmall(uint256 validatorIndex, uint256 balanceGwei, uint256 minimumGwei);
    /// @notice The validator does not exit, or what it had has come by now.
    error NotComing(uint256 validatorIndex, uint256 exitEpoch, uint256 lastEpoch);
    /// @notice The validator is to be merged into another one: what it has does not come.
    error Consolidating(uint256 validatorIndex);
    /// @notice The validator is slashed, and so it is not merged.
    error SourceSlashed(uint256 validatorIndex);
    /// @notice Nothing is recorded as coming of the validator.
    error NothingComing(uint256 validatorIndex);
    /// @notice There is no contract at the address of the budget: refunds would make requests fail.
    error NotABudget(address budget);
    /// @notice What is to come of the validator is not over.
    error NotOver(uint256 validatorIndex, uint256 lastEpoch);
    /// @notice Public keys have 48 bytes each, as many as there are places.
    error PubkeysMismatch(uint256 given, uint256 needed);
    /// @notice The key at this place was not proven to be a validator of ours.
    error KeyNotProven(bytes32 commitmentId, uint256 gindex);
    /// @notice The commitment has other keys at these places, or the proof is of others.
    error KeysNotCommitted(bytes32 commitmentId);
    /// @notice The operator is neither jailed nor retired.
    error OperatorInGoodStanding(uint256 operatorId);
    /// @notice The operator is jailed or retired: its validators exit whole.
    error OperatorStopped(uint256 validatorIndex, uint256 operatorId);

    /* ANYONE */

    /// @notice Notes whether there is a deficit. A note that nobody renews for an hour lapses. What is over counts as
    /// coming: settle it first.
    function note() external;

    /// @notice Takes what is over off the count: its last epoch has gone, or the registry knows the validator as withdrawn.
    /// Passes over validators of which nothing is to come.
    function settle(uint256[] calldata validatorIndices) external;

    /// @notice Triggers exits. The ether sent pays the fee of each request; the rest comes back to the caller. Each
    /// validator is ours, active for long enough, not exiting, and (but by the rule `Stopped`) none of which something
    /// is to come. Exits by the rule `Stopped` count from their proofs on; who asks again pays again.
    /// @param b A block of the last ten minutes.
    /// @param validatorIndices Strictly increasing, at most 16.
    /// @param validators What the state holds at these indices. @param proof See `IBeaconVerifier.verifyValidators`.
    function trigger(
        Rule rule,
        IBeaconVerifier.BlockProof calldata b,
        uint256[] calldata validatorIndices,
        BeaconValidator[] calldata validators,
        bytes32[] calldata proof
    ) external payable;

    /// @notice Triggers exits of one operator that is jailed or retired, by its keys alone: nothing of the beacon chain is
    /// shown or looked at, and nothing written. A request that the beacon chain drops, as that for a validator that is too
    /// young or exits already, is paid for nothing. The ether sent pays, as above.
    /// @param root Of the commitment that has the keys.
    /// @param gindices Strictly decreasing places in it, at most 16. @param pubkeys The keys at these places, 48 bytes each.
    /// @param signatureHashes Hashes of their committed signatures. @param proof See `KeyTree.verifyMany`.
    function triggerByKeys(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices,
        bytes calldata pubkeys,
        bytes32[] calldata signatureHashes,
        bytes32[] calldata proof
    ) external payable;

    /// @notice Triggers the withdrawal of what a validator has above 32 ETH, or of as much of it as the deficit needs
    /// with the least one on top, at least 1 ETH. Not of validators of stopped operators, which should exit: the beacon
    /// chain drops the exit of a validator that has a withdrawal on its way. The ether sent pays, as above.
    /// @param chunk, balanceProof See `IBeaconVerifier.verifyBalance`.
    function triggerPartial(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        bytes32 chunk,
        bytes32[] calldata balanceProof
    ) external payable;

    /// @notice Proves that a validator of ours exits, whoever made it: its effective balance is to come until it is
    /// withdrawable and the sweep has come round. Takes the place of what was recorded. Of one that is slashed, and locked
    /// up for longer than requests count, nothing is to come before that time: what was recorded ends.
    function proveComing(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external;

    /// @notice Proves that a partial withdrawal of a validator of ours, which does not exit, is on its way: its amount is to
    /// come until it may be paid, and some epochs more; again where it was not paid by then. Takes the place of what was
    /// asked, and of a smaller one that was proven. Of one that is too small to count, or of a validator with less than 32
    /// ETH, nothing comes, and what was asked of the validator is dropped for it: its record ends.
    /// @param p, pendingProof See `IBeaconVerifier.verifyPendingPartial`.
    function provePartial(
        IBeaconVerifier.BlockProof calldata b,
        IBeaconVerifier.PendingPartial calldata p,
        bytes32[] calldata pendingProof,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external;

    /// @notice Proves that a validator of ours, which is not slashed, is being merged into another one: what was recorded
    /// of it ends, for the beacon chain drops what was asked. @param merger, mergerProof See
    /// `IBeaconVerifier.verifyPendingConsolidation`. @param v, proof The source.
    function proveMerged(
        IBeaconVerifier.BlockProof calldata b,
        IBeaconVerifier.PendingConsolidation calldata merger,
        bytes32[] calldata mergerProof,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external;

    /* VIEWS */

    /// @notice What tickets ask beyond what is there and coming, and the least for which anything is triggered, in
    /// wei. What is over counts as coming until it is settled.
    function deficit() external view returns (uint256 amount, uint256 minimum);

    /// @notice Ether that counts as coming, in wei.
    function coming() external view returns (uint256);

    /// @notice What exits of the rule `AboveCap`, and others that were proven, bring of an operator's stake, in wei.
    function aboveCapOf(uint256 operatorId) external view returns (uint256);

    /// @notice What is recorded of a validator.
    function comingOf(uint256 validatorIndex) external view returns (Coming memory);

    /// @notice When the deficit was first seen, and last (seconds since 1970); zeros if there is none or its note has
    /// lapsed.
    function noted() external view returns (uint256 firstSeen, uint256 lastSeen);

    /// @notice From when on exits by this rule may be triggered (seconds since 1970), if the deficit lasts; 0 if none
    /// was noted.
    function openFrom(Rule rule) external view returns (uint256);

    /// @notice Rank of a validator in the draw, below 2^64; it changes with each report.
    function rankOf(uint256 validatorIndex) external view returns (uint256);

    /// @notice Ranks below this are drawn now, at most 2^64; 0 before the draw is open.
    function threshold() external view returns (uint256);

    /// @notice What was fixed when the contract was deployed.
    function parameters() external view returns (Parameters memory);
}
