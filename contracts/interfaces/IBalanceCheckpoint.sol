// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BeaconValidator} from "../types/BeaconValidator.sol";
import {PendingDeposit, PendingDepositHead} from "../types/PendingDeposit.sol";
import {IBeaconVerifier} from "./IBeaconVerifier.sol";
import {IProvenBalances} from "./IProvenBalances.sol";
import {IValidatorRegistry} from "./IValidatorRegistry.sol";

/// @title IBalanceCheckpoint
/// @notice The whole pool's balances, proven under one root of the beacon chain, by anyone, in as many transactions as it
/// takes.
///
/// A checkpoint is opened at a root. Then, in any order: the balances of all validators of ours are shown (`showBalances`);
/// the list of pending deposits is shown from its head to the frontier, or to its end (`walk`); those among them that are
/// ours are shown to be so (`countDeposits`); what we deposited after the frontier is pending too, by the ledger's own
/// books, if one deposit before it is shown to be still untouched (`proveFrontier`). After a time in which anyone adds what
/// others left out, `complete` shows that no validator is missing, and `submit` hands the sum to the report oracle.
/// Batches of balances do not touch each other, and a deposit is not counted again, whoever shows it: nobody can spoil the
/// transaction of another.
interface IBalanceCheckpoint is IProvenBalances {
    /* TYPES */

    /// @notice A checkpoint; two slots of times and places, three of figures.
    /// @param root Of the beacon block.
    /// @param parkedHash Of the parked report that it is for; zero for one that was opened live.
    /// @param slot Of the block, or a later one without a block before the next.
    /// @param time When the execution chain was in the same moment, seconds since 1970.
    /// @param walkedAt When the walk ended, seconds since 1970; 0 before.
    /// @param completedAt When it was completed, seconds since 1970; 0 before.
    /// @param walked How many entries of the list of pending deposits were shown, from its head on.
    /// @param doubtful How many of these have our credentials, and were not shown to be ours.
    /// @param isUntouched Whether the frontier was proven.
    /// @param isWholeList Whether the walk ended at the list's end.
    /// @param frontierSlot Last slot of deposits that are shown one by one; 2^64 - 1 where all are.
    /// @param depositedGwei All ether that was ever sent to the deposit contract by `time`, in gwei.
    /// @param recentGwei That part of it which was sent after the frontier, in gwei.
    /// @param balancesGwei Sum of all balances; 0 before it is completed. @param pendingGwei Sum of the deposits counted so
    /// far.
    /// @param uncertainGwei How far apart the least and the most are that may be there, for keys that are not proven; 0
    /// before it is completed.
    /// @param withdrawalsReceived, rewardsReceived What the vaults ever received by `time`, in wei; 0 of one for a parked
    /// report.
    /// @param unprovenGwei The part of the deposits counted that is for keys which were not proven then; completed, with
    /// the most that may be so of what was deposited after the frontier: the sum may be too large by so much.
    /// @param boundaryGwei All ether sent to the deposit contract by the frame boundary before `time`, in gwei; 0 for a
    /// parked report.
    struct Checkpoint {
        bytes32 root;
        bytes32 parkedHash;
        uint64 slot;
        uint40 time;
        uint40 walkedAt;
        uint40 completedAt;
        uint32 walked;
        uint24 doubtful;
        bool isUntouched;
        bool isWholeList;
        uint64 frontierSlot;
        uint64 depositedGwei;
        uint64 recentGwei;
        uint64 balancesGwei;
        uint64 pendingGwei;
        uint64 uncertainGwei;
        uint128 withdrawalsReceived;
        uint128 rewardsReceived;
        uint64 unprovenGwei;
        uint64 boundaryGwei;
    }

    /// @notice A place in a commitment, and its key (see `IValidatorRegistry.Commitment`).
    /// @param signatureHash keccak256 of the signature that was committed. @param proof Branch of the place.
    struct KeyPlace {
        uint256 operatorId;
        bytes32 root;
        uint32 gindex;
        bytes32 signatureHash;
        bytes32[] proof;
    }

    /* EVENTS */

    /// @notice A checkpoint was opened. @param frontierFrame 0 where all pending deposits are to be shown.
    event CheckpointOpened(
        uint256 indexed id,
        bytes32 indexed root,
        bytes32 parkedHash,
        uint64 slot,
        uint256 frontierFrame,
        address opener
    );
    /// @notice The balances of a batch of `count` validators were shown: their sum, in gwei.
    event BalancesShown(uint256 indexed id, bytes32 indexed batch, uint256 count, uint256 balancesGwei);
    /// @notice The walk has come so far. @param doubtful See `Checkpoint`. @param ended Whether that is all.
    event DepositsWalked(uint256 indexed id, uint256 walked, uint256 doubtful, bool ended);
    /// @notice A pending deposit was counted: its place in the list, and its amount in gwei.
    event DepositCounted(uint256 indexed id, uint256 position, uint256 amountGwei);
    /// @notice A validator that was withdrawn has a balance (gwei), and must not be left out.
    event ValidatorDemanded(uint256 indexed id, uint256 indexed validatorIndex, uint256 balanceGwei);
    /// @notice What was deposited after the frontier is pending.
    event FrontierProven(uint256 indexed id, uint256 position);
    /// @notice No validator is missing: the sum of all balances and pending deposits, in gwei.
    event CheckpointCompleted(uint256 indexed id, bytes32 indexed root, uint256 beaconBalanceGwei);
    /// @notice The report oracle took it.
    event CheckpointSubmitted(uint256 indexed id);

    /* ERRORS */

    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);
    /// @notice No such checkpoint, or it is completed.
    error NotOpen(uint256 id);
    /// @notice The validator was not withdrawn, so it is asked for anyway.
    error NotWithdrawn(uint256 validatorIndex);
    /// @notice The validator has no balance under the root.
    error NothingThere(uint256 validatorIndex);
    /// @notice No report of that frame is known, or the block is not that of its reference slot.
    error NotBooked(uint256 frame, uint64 slot);
    /// @notice The checkpoint is for evidence alone.
    error NotAReport(uint256 id);
    /// @notice The checkpoint is not completed.
    error NotCompleted(uint256 id);
    /// @notice No report is parked, or not the one that the checkpoint is for.
    error NotParked(bytes32 reportHash);
    /// @notice Deposits were made since they were noted, or they were noted in this very block: note them again.
    error DepositsMoved(uint256 notedGwei, uint256 depositedGwei);
    /// @notice No report of this frame is known, or its boundary lies behind the root.
    error FrontierUnknown(uint256 frame);
    /// @notice The walk has not come so far: its next place is `walked`.
    error WalkHasGap(uint256 first, uint256 walked);
    /// @notice The deposit was made after the frontier: the books count it.
    error DepositAfterFrontier(uint256 position, uint64 slot, uint64 frontierSlot);
    /// @notice The key is not committed there, or reserves nothing.
    error KeyNotOurs(bytes32 commitmentId, uint256 gindex);
    /// @notice A key that is not proven has its predeposit alone: 1 ETH, under the signature that was committed, once.
    error NotThePredeposit(bytes32 commitmentId, uint256 gindex);
    /// @notice That deposit may have been put off: its slot is 0 or behind the frontier, or the validator is another one or
    /// exits.
    error NotUntouched(uint256 position);
    /// @notice What lies before the frontier, or all of it, was not shown to its end.
    error WalkNotEnded(uint256 id);
    /// @notice What was deposited after the frontier was not shown to be pending.
    error FrontierNotProven(uint256 id);
    /// @notice Others may add what is missing until then (seconds since 1970).
    error TooEarly(uint256 id, uint256 time);
    /// @notice No such batch of balances was shown.
    error NotShown(uint256 id, bytes32 batch);
    /// @notice The validator was withdrawn since, and is not among those given.
    error DepartedMissing(uint256 id, uint256 validatorIndex);
    /// @notice The place in the list of departures is behind one of before the checkpoint's time.
    error DeparturesSkipped(uint256 first);
    /// @notice What was shown reserves another stake than all validators do, in ETH: some are missing.
    error StakeMismatch(uint256 shownEth, uint256 totalEth);
    /// @notice Lists that belong together have different lengths.
    error LengthMismatch(uint256 given, uint256 needed);

    /* ANYONE: opening */

    /// @notice Notes what was deposited up to now, so that a checkpoint can be opened in a later block, before the next
    /// deposit: only then is each deposit known to the block under whose root it is opened.
    function noteDeposits() external;

    /// @notice Opens a checkpoint at the root of the block before this one.
    /// @param frontierFrame Frame of a report, up to whose boundary pending deposits are to be shown; 0 for all of them.
    function openLive(uint256 frontierFrame) external returns (uint256 id);

    /// @notice Opens a checkpoint at the root of the report that is parked. @param frontierFrame As above, of an earlier
    /// frame.
    function openParked(uint256 frontierFrame) external returns (uint256 id);

    /// @notice Opens a checkpoint at the root of a report that was booked: its sum is for evidence alone.
    /// @param frame Of the report. @param b Shows the root of its reference slot. @param frontierFrame As above, of an
    /// earlier frame.
    function openBooked(
        uint256 frame,
        IBeaconVerifier.BlockProof calldata b,
        uint256 frontierFrame
    ) external returns (uint256 id);

    /* ANYONE: counting */

    /// @notice Shows the balances of a batch of validators: whichever, in whatever order of batches. Batches do not know of
    /// each other; it is their union that is looked at in the end.
    /// @param indices Strictly increasing. @param chunks, proof See `IBeaconVerifier.verifyBalances`.
    function showBalances(
        uint256 id,
        uint256[] calldata indices,
        bytes32[] calldata chunks,
        bytes32[] calldata proof
    ) external;

    /// @notice Shows what stands in the list of pending deposits from place `first` on. It ends at the first deposit after
    /// the frontier, or at the list's end. An empty list is shown by no heads, and the proof for a leaf of zeros.
    /// @param first At most where the walk has come to. @param proof See `IBeaconVerifier.verifyPendingDeposits`.
    function walk(
        uint256 id,
        uint256 first,
        PendingDepositHead[] calldata heads,
        bytes32[] calldata proof
    ) external;

    /// @notice Counts pending deposits up to the frontier, wherever they stand: whatever is for a key that was proven, and
    /// the predeposit of one that was not, each as far as it was not counted before.
    /// @param positions Strictly increasing. @param keys Where the keys are committed.
    function countDeposits(
        uint256 id,
        uint256[] calldata positions,
        PendingDeposit[] calldata deposits,
        KeyPlace[] calldata keys,
        bytes32[] calldata proof
    ) external;

    /// @notice Shows that a deposit before the frontier was never put off, since its validator does not exit: so the beacon
    /// chain has not come to it, nor to anything after the frontier.
    /// @param validatorIndex Of the validator whose key it is for.
    function proveFrontier(
        uint256 id,
        uint256 position,
        PendingDepositHead calldata head,
        bytes32[] calldata proof,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata validatorProof
    ) external;

    /// @notice Demands that a validator of ours which was withdrawn be among those of `complete`: it has a balance under
    /// the root, by a deposit that came late.
    /// @param chunk, proof See `IBeaconVerifier.verifyBalances`.
    function demand(uint256 id, uint40 index, bytes32 chunk, bytes32[] calldata proof) external;

    /* ANYONE: the end */

    /// @notice Completes a checkpoint: no validator that was not withdrawn at its time is missing.
    /// @param indices All validators of ours, and those that were withdrawn since its time; strictly increasing.
    /// @param sizes How many of them, one after the other, make a batch that was shown.
    /// @param words Where keys are that had their predeposit and are no validators, all of them.
    /// @param firstDeparture Place in the registry's list of departures of the first one at or after the checkpoint's time.
    function complete(
        uint256 id,
        uint256[] calldata indices,
        uint256[] calldata sizes,
        IValidatorRegistry.KeyWord[] calldata words,
        uint256 firstDeparture
    ) external;

    /// @notice Hands a completed checkpoint to the report oracle, which may refuse it.
    function submit(uint256 id) external;

    /* VIEWS */

    /// @notice A checkpoint; zeros if there is none.
    function checkpoint(uint256 id) external view returns (Checkpoint memory);

    /// @notice The sum of balances and pending deposits of a completed checkpoint, in gwei. Reverts with `NotCompleted`.
    function beaconBalanceGwei(uint256 id) external view returns (uint64);

    /// @notice How many checkpoints were opened: their ids begin with 1.
    function count() external view returns (uint256);

    /// @notice Whether this batch was shown, and the sum of its balances, in gwei.
    function batchOf(
        uint256 id,
        uint256[] calldata indices
    ) external view returns (bool isShown, uint64 sumGwei);

    /// @notice Whether the pending deposit at this place of the list was counted.
    function isDepositCounted(uint256 id, uint256 position) external view returns (bool);

    /// @notice What was deposited when it was noted last, in gwei, and in which block.
    function notedDeposits() external view returns (uint256 gwei_, uint256 blockNumber);

    /// @notice How long anyone may add what is missing after the end of the walk, in seconds; four times as long where
    /// something is doubtful.
    function settleSeconds() external view returns (uint256);
}
