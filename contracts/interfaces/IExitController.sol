// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BeaconValidator} from "../types/BeaconValidator.sol";
import {BundledRequest} from "../types/RequestBundle.sol";
import {IBeaconVerifier} from "./IBeaconVerifier.sol";

/// @title IExitController
/// @notice What must leave the beacon chain to pay withdrawal tickets, triggered by anyone. The deficit is what
/// unfinalised tickets ask, less the ether that is there or coming. While it is large enough anyone may trigger
/// requests (EIP-7002): of what a validator has above 32 ETH at once, and exits by a fixed rule later.
///
/// A request that was triggered counts as coming for some epochs. The beacon chain drops some without a word: those
/// count no more after these epochs, and may be sent again. Blocks and proofs are those of `IBeaconVerifier`, whose
/// errors pass through.
interface IExitController {
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

    /// @notice Where a request stands.
    /// @param proven In which queue: of those that were sent, or of validators that were proven to exit.
    /// @param position Of its bundle. @param place In its bundle, below 4.
    struct Place {
        bool proven;
        uint32 position;
        uint8 place;
    }

    /* EVENTS */

    /// @notice Exits were triggered by `rule`, and count as coming up to `lastEpoch`. The requests stand, in their
    /// order, from the first place of the bundle at `position` on.
    event ExitsTriggered(
        address indexed caller,
        Rule indexed rule,
        uint256[] validatorIndices,
        uint256 position,
        uint256 lastEpoch
    );
    /// @notice A withdrawal of what a validator has above 32 ETH was triggered; its request stands alone at `position`.
    event PartialTriggered(
        address indexed caller,
        uint256 indexed validatorIndex,
        uint256 amountGwei,
        uint256 position,
        uint256 lastEpoch
    );
    /// @notice A validator was proven to exit; its balance counts as coming up to `lastEpoch`, at `position` of that
    /// queue.
    event ComingProven(
        uint256 indexed validatorIndex,
        uint256 effectiveBalanceGwei,
        uint256 position,
        uint256 lastEpoch
    );
    /// @notice A request counts no more, before its epochs were over or out of turn.
    event RequestSettled(uint256 indexed validatorIndex);
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
    /// @notice The block is too old (seconds since 1970), or one that has not come, or behind `historical_summaries`.
    error RootTooOld(uint256 timestamp, uint256 oldest);
    /// @notice The validator is none of ours.
    error NotOurs(uint256 validatorIndex);
    /// @notice The validator exits already.
    error AlreadyExiting(uint256 validatorIndex, uint256 exitEpoch);
    /// @notice The validator has not been active for long enough.
    error TooYoung(uint256 validatorIndex, uint256 possibleFromEpoch);
    /// @notice The validator has nothing that could come.
    error NothingThere(uint256 validatorIndex);
    /// @notice A request for this validator counts as coming already.
    error RequestLive(uint256 validatorIndex);
    /// @notice The operator is neither jailed nor retired.
    error OperatorNotStopped(uint256 validatorIndex, uint256 operatorId);
    /// @notice The operator's stake, less what exits bring already, is not above the cap (ETH).
    error OperatorBelowCap(uint256 validatorIndex, uint256 operatorId, uint256 stakeEth, uint256 capEth);
    /// @notice The validator's rank is not below the threshold.
    error NotDrawn(uint256 validatorIndex, uint256 rank, uint256 threshold);
    /// @notice The validator has less above 32 ETH than what is worth a request (gwei).
    error ExcessTooSmall(uint256 validatorIndex, uint256 balanceGwei, uint256 minimumGwei);
    /// @notice The validator does not exit, or what it had has come by now.
    error NotComing(uint256 validatorIndex, uint256 exitEpoch, uint256 lastEpoch);
    /// @notice The validator is to be merged into another one: what it has does not come.
    error Consolidating(uint256 validatorIndex);
    /// @notice No request stands at this place.
    error NoRequestThere(Place place);
    /// @notice The request at this place is of another validator.
    error AnotherValidator(uint256 validatorIndex, uint256 found);
    /// @notice The request still counts.
    error NotOver(uint256 validatorIndex, uint256 lastEpoch);
    /// @notice The caller refused what it had paid too much.
    error RefundRefused(address caller);

    /* ANYONE */

    /// @notice Takes requests that are over off the count, and notes whether there is a deficit. A note that nobody
    /// renews for a day lapses.
    function note() external;

    /// @notice Triggers exits. The ether sent pays the fee of each request; the rest comes back to the caller. Each
    /// validator is ours, active for long enough, not exiting, and without a request that counts.
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

    /// @notice Triggers the withdrawal of what a validator has above 32 ETH, or of as much of it as the deficit needs
    /// with the least one on top, at least 1 ETH. The ether sent pays, as above.
    /// @param chunk, balanceProof See `IBeaconVerifier.verifyBalance`.
    function triggerPartial(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        bytes32 chunk,
        bytes32[] calldata balanceProof
    ) external payable;

    /// @notice Proves that a validator of ours exits, whoever made it: its effective balance counts as coming until it is
    /// withdrawable and the sweep has come round.
    /// @param place Where its request stands among those that were sent; not looked at if it has none.
    function proveComing(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        Place calldata place
    ) external;

    /// @notice Takes a request off the count whose epochs are over, or whose validator is known as withdrawn.
    function settle(Place calldata place) external;

    /* VIEWS */

    /// @notice What tickets ask beyond what is there and coming, and the least for which anything is triggered, in
    /// wei. What is over counts as coming until a call takes it off.
    function deficit() external view returns (uint256 amount, uint256 minimum);

    /// @notice Ether that counts as coming, in wei.
    function coming() external view returns (uint256);

    /// @notice Whether a request for this validator counts.
    function isLive(uint256 validatorIndex) external view returns (bool);

    /// @notice What exits of the rule `AboveCap` bring of an operator's stake, in wei.
    function aboveCapOf(uint256 operatorId) external view returns (uint256);

    /// @notice The request at a place, and the last epoch in which it counts. Reverts where there is none.
    function requestAt(
        Place calldata place
    ) external view returns (BundledRequest memory request, uint256 lastEpoch);

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
