// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBalanceCheckpoint} from "../interfaces/IBalanceCheckpoint.sol";
import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IProvenBalances} from "../interfaces/IProvenBalances.sol";
import {IProvenReports} from "../interfaces/IProvenReports.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {BeaconRoots} from "../libraries/BeaconRoots.sol";
import {PendingWalk} from "./PendingWalk.sol";

/// @title BalanceCheckpoint
/// @notice The balances of all validators of ours, under one root, by proof: the second opinion on a parked report, and the
/// report where the committee is silent.
/// TRUST: the verifier of the beacon chain; that of `PendingWalk`; that keys whose validators exist are proven in time,
/// since only validators that the registry knows are counted.
/// INVARIANTS: CHK-1, CHK-2.
/// ASSUMPTIONS: VAL-3: what validators and keys reserve is the registry's total, and each reserves something, so that a set
/// of them which reserves all of it leaves none out. Withdrawals of a block are credited after its transactions (EIP-4895),
/// and its deposits are in the state of its own slot (EIP-6110): so during a block the execution chain is where the beacon
/// chain was with the block before.
contract BalanceCheckpoint is PendingWalk {
    /// @notice Shortest time for adding what is missing, in seconds.
    uint256 public constant MIN_SETTLE = 1 minutes;
    /// @notice How many times as long it is where something is doubtful. Even then it is at most a frame: a proof that is
    /// older than a frame and a half lets nobody leave.
    uint256 public constant DOUBT_FACTOR = 4;
    uint256 private constant RESERVED_ETH = 32;
    /// @dev Above 64 bits of gwei.
    uint256 private constant SHOWN = 1 << 64;

    bytes32 private constant EVIDENCE_ALONE = keccak256("kedge.checkpoint.EVIDENCE");

    /// @dev What was proven under a root: 1 + 8 bytes.
    struct Proven {
        bool isKnown;
        uint64 balanceGwei;
    }

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice Where completed checkpoints go.
    IProvenReports public immutable reports;
    /// @inheritdoc IBalanceCheckpoint
    uint256 public immutable settleSeconds;
    address private immutable _withdrawalVault;
    address private immutable _rewardsVault;
    uint256 private immutable _genesisTime;
    uint256 private immutable _secondsPerSlot;
    uint256 private immutable _slotsPerFrame;

    /* STORAGE */

    /// @inheritdoc IBalanceCheckpoint
    uint256 public count;
    // 16 + 16 = 32 bytes
    uint128 private _notedGwei;
    uint128 private _notedBlock;
    /// @dev The sum of a batch's balances in gwei, and `SHOWN`.
    mapping(uint256 id => mapping(bytes32 batch => uint256)) private _batches;

    mapping(bytes32 blockRoot => Proven) private _provenBalances;
    /// @dev Validators that were withdrawn, and have a balance again: at most as many as were ever ours.
    mapping(uint256 id => uint256[]) private _demanded;
    mapping(uint256 id => mapping(uint256 index => bool)) private _isDemanded;

    /* CONSTRUCTOR */

    /// @notice All of it is fixed for ever.
    /// @param settleSeconds_ See `IBalanceCheckpoint.settleSeconds`.
    constructor(
        IBeaconVerifier verifier_,
        IStakedEther ledger_,
        IValidatorRegistry registry,
        address withdrawalVault,
        address rewardsVault,
        IProvenReports reports_,
        uint256 settleSeconds_
    ) PendingWalk(verifier_, registry, ledger_.withdrawalCredentials()) {
        uint256 frameSeconds = ledger_.parameters().frameSeconds;
        require(
            settleSeconds_ >= MIN_SETTLE && settleSeconds_ * DOUBT_FACTOR <= frameSeconds,
            ParameterOutOfBounds("settleSeconds", settleSeconds_)
        );
        ledger = ledger_;
        reports = reports_;
        settleSeconds = settleSeconds_;
        _withdrawalVault = withdrawalVault;
        _rewardsVault = rewardsVault;
        _genesisTime = verifier_.genesisTime();
        _secondsPerSlot = verifier_.secondsPerSlot();
        _slotsPerFrame = frameSeconds / _secondsPerSlot;
    }

    /* ANYONE: opening */

    /// @inheritdoc IBalanceCheckpoint
    function noteDeposits() external {
        uint256 total = ledger.totalDepositedGwei();
        // an earlier note of the same sum is better: nobody makes it younger
        if (total == _notedGwei && _notedBlock != 0) return;
        _notedGwei = SafeCast.toUint128(total);
        // no chain has so many blocks
        _notedBlock = uint128(block.number);
    }

    /// @inheritdoc IBalanceCheckpoint
    function openLive(uint256 frontierFrame) external returns (uint256 id) {
        uint256 depositedGwei = ledger.totalDepositedGwei();
        // a deposit of this very block is in no state that can be shown
        require(
            _notedGwei == depositedGwei && _notedBlock < block.number,
            DepositsMoved(_notedGwei, depositedGwei)
        );
        Checkpoint memory c;
        c.root = BeaconRoots.parentRoot(block.timestamp);
        // the last slot that begins before this block's
        c.slot = uint64((block.timestamp - _genesisTime - 1) / _secondsPerSlot);
        IStakedEther.Books memory books = ledger.booksAt(c.slot / _slotsPerFrame);
        c.boundaryGwei = SafeCast.toUint64(books.depositedGwei);
        c.time = uint40(block.timestamp);
        c.depositedGwei = SafeCast.toUint64(depositedGwei);
        c.withdrawalsReceived = SafeCast.toUint128(_withdrawalVault.balance + books.sweptWithdrawals);
        c.rewardsReceived = SafeCast.toUint128(_rewardsVault.balance + books.sweptRewards);
        return _start(c, frontierFrame);
    }

    /// @inheritdoc IBalanceCheckpoint
    function openParked(uint256 frontierFrame) external returns (uint256 id) {
        (bytes32 reportHash, bytes32 root, uint64 refSlot, uint256 depositedGwei) = reports.parked();
        require(reportHash != 0 && root != 0, NotParked(reportHash));
        Checkpoint memory c;
        c.root = root;
        c.parkedHash = reportHash;
        c.slot = refSlot;
        c.time = SafeCast.toUint40(_genesisTime + refSlot * _secondsPerSlot);
        c.depositedGwei = SafeCast.toUint64(depositedGwei);
        return _start(c, frontierFrame);
    }

    /// @inheritdoc IBalanceCheckpoint
    function openBooked(
        uint256 frame,
        IBeaconVerifier.BlockProof calldata b,
        uint256 frontierFrame
    ) external returns (uint256 id) {
        (uint64 slot, bytes32 root) = verifier.verifyRoot(b);
        (uint256 booked, uint256 depositedGwei) = ledger.reportOf(frame);
        require(booked != 0 && slot == frame * _slotsPerFrame, NotBooked(frame, slot));
        Checkpoint memory c;
        c.root = root;
        // no report has this hash, so nobody takes the sum for one
        c.parkedHash = EVIDENCE_ALONE;
        c.slot = slot;
        c.time = SafeCast.toUint40(_genesisTime + slot * _secondsPerSlot);
        c.depositedGwei = SafeCast.toUint64(depositedGwei);
        return _start(c, frontierFrame);
    }

    /* ANYONE: counting */

    /// @inheritdoc IBalanceCheckpoint
    function showBalances(
        uint256 id,
        uint256[] calldata indices,
        bytes32[] calldata chunks,
        bytes32[] calldata proof
    ) external {
        Checkpoint storage c = _open(id);
        bytes32 batch = _batchOf(indices);
        // others came first: there is nothing left to show
        if (_batches[id][batch] != 0) return;
        (uint256[] memory balances, ) = verifier.verifyBalances(c.slot, c.root, indices, chunks, proof);
        uint256 sum = 0;
        for (uint256 i = 0; i < balances.length; ++i) sum += balances[i];
        _batches[id][batch] = SHOWN | SafeCast.toUint64(sum);
        emit BalancesShown(id, batch, indices.length, sum);
    }

    /// @inheritdoc IBalanceCheckpoint
    function demand(uint256 id, uint40 index, bytes32 chunk, bytes32[] calldata proof) external {
        Checkpoint storage c = _open(id);
        require(
            validatorRegistry.validator(index).state == IValidatorRegistry.ValidatorState.Withdrawn,
            NotWithdrawn(index)
        );
        if (_isDemanded[id][index]) return;
        uint256[] memory indices = new uint256[](1);
        bytes32[] memory chunks = new bytes32[](1);
        (indices[0], chunks[0]) = (index, chunk);
        (uint256[] memory balances, ) = verifier.verifyBalances(c.slot, c.root, indices, chunks, proof);
        require(balances[0] > 0, NothingThere(index));
        _isDemanded[id][index] = true;
        _demanded[id].push(index);
        emit ValidatorDemanded(id, index, balances[0]);
    }

    /* ANYONE: the end */

    /// @inheritdoc IBalanceCheckpoint
    function complete(
        uint256 id,
        uint256[] calldata indices,
        uint256[] calldata sizes,
        IValidatorRegistry.KeyWord[] calldata words,
        uint256 firstDeparture
    ) external {
        Checkpoint storage c = _open(id);
        _requireWalked(c, id);
        uint256 end = c.walkedAt + settleSeconds * (c.doubtful > 0 ? DOUBT_FACTOR : 1);
        require(block.timestamp >= end, TooEarly(id, end));
        uint256 sum = _sumOf(id, indices, sizes);
        _requireDeparted(id, indices, firstDeparture, c.time);
        uint256[] storage demanded = _demanded[id];
        for (uint256 i = 0; i < demanded.length; ++i) _requireAmong(id, indices, demanded[i]);
        // all of them ours, none twice
        uint256 keys = validatorRegistry.reservedKeys(words);
        uint256 shown = validatorRegistry.reservedOf(indices) + RESERVED_ETH * keys;
        uint256 total = validatorRegistry.totalStake();
        require(shown == total, StakeMismatch(shown, total));

        c.completedAt = uint40(block.timestamp);
        c.balancesGwei = SafeCast.toUint64(sum);
        // what waits may be lost, or be credited and not pending any more
        uint256 waiting = keys * 1e9;
        c.unprovenGwei += uint64(Math.min(c.recentGwei, waiting));
        c.uncertainGwei = SafeCast.toUint64(waiting + c.unprovenGwei);
        // what is pending may yet come to nothing, or to another. One that shows more stands
        Proven memory before = _provenBalances[c.root];
        if (!before.isKnown || before.balanceGwei < sum)
            _provenBalances[c.root] = Proven(true, c.balancesGwei);
        emit CheckpointCompleted(id, c.root, _sum(c));
    }

    /// @inheritdoc IBalanceCheckpoint
    function submit(uint256 id) external {
        Checkpoint memory c = _checkpoints[id];
        uint64 sum = beaconBalanceGwei(id);
        emit CheckpointSubmitted(id);
        if (c.parkedHash == 0) {
            reports.applyProven(
                IProvenReports.ProvenBalances({
                    blockRoot: c.root,
                    slot: c.slot,
                    time: c.time,
                    beaconBalanceGwei: sum,
                    depositedGwei: c.depositedGwei,
                    boundaryGwei: c.boundaryGwei,
                    withdrawalsReceived: c.withdrawalsReceived,
                    rewardsReceived: c.rewardsReceived
                })
            );
            return;
        }
        require(c.parkedHash != EVIDENCE_ALONE, NotAReport(id));
        (bytes32 reportHash, , , ) = reports.parked();
        require(reportHash == c.parkedHash, NotParked(reportHash));
        reports.resolveParked(sum - c.unprovenGwei, c.uncertainGwei);
    }

    /* VIEWS */

    /// @inheritdoc IBalanceCheckpoint
    function checkpoint(uint256 id) external view returns (Checkpoint memory) {
        return _checkpoints[id];
    }

    /// @inheritdoc IBalanceCheckpoint
    function beaconBalanceGwei(uint256 id) public view returns (uint64) {
        Checkpoint storage c = _checkpoints[id];
        require(c.completedAt != 0, NotCompleted(id));
        return _sum(c);
    }

    /// @inheritdoc IProvenBalances
    function provenBalance(bytes32 blockRoot) external view returns (bool isKnown, uint64 balanceGwei) {
        Proven memory p = _provenBalances[blockRoot];
        return (p.isKnown, p.balanceGwei);
    }

    /// @inheritdoc IBalanceCheckpoint
    function batchOf(
        uint256 id,
        uint256[] calldata indices
    ) external view returns (bool isShown, uint64 sumGwei) {
        uint256 found = _batches[id][_batchOf(indices)];
        // the sum has 64 bits
        return (found != 0, uint64(found));
    }

    /// @inheritdoc IBalanceCheckpoint
    function notedDeposits() external view returns (uint256 gwei_, uint256 blockNumber) {
        return (_notedGwei, _notedBlock);
    }

    /* INTERNAL */

    /// @dev With what the books say of the frontier.
    function _start(Checkpoint memory c, uint256 frontierFrame) private returns (uint256 id) {
        c.frontierSlot = type(uint64).max;
        if (frontierFrame != 0) {
            (uint256 booked, uint256 beforeGwei) = ledger.reportOf(frontierFrame);
            uint256 slot = frontierFrame * _slotsPerFrame;
            require(booked != 0 && slot <= c.slot, FrontierUnknown(frontierFrame));
            // below the checkpoint's slot
            c.frontierSlot = uint64(slot);
            c.recentGwei = SafeCast.toUint64(c.depositedGwei - beforeGwei);
        }
        id = ++count;
        _checkpoints[id] = c;
        emit CheckpointOpened(id, c.root, c.parkedHash, c.slot, frontierFrame, msg.sender);
    }

    /// @dev The balances of all `indices`, which are those of batches that were shown, one after the other.
    function _sumOf(
        uint256 id,
        uint256[] calldata indices,
        uint256[] calldata sizes
    ) private view returns (uint256 sum) {
        uint256 from = 0;
        for (uint256 i = 0; i < sizes.length; ++i) {
            uint256 to = from + sizes[i];
            require(to <= indices.length, LengthMismatch(to, indices.length));
            bytes32 batch = _batchOf(indices[from:to]);
            uint256 found = _batches[id][batch];
            require(found != 0, NotShown(id, batch));
            // the sum has 64 bits
            sum += uint64(found);
            from = to;
        }
        require(from == indices.length, LengthMismatch(from, indices.length));
    }

    /// @dev Those that were withdrawn since reserve nothing now, and had a balance then.
    function _requireDeparted(
        uint256 id,
        uint256[] calldata indices,
        uint256 first,
        uint256 time
    ) private view {
        uint256 from = first > 0 ? first - 1 : 0;
        IValidatorRegistry.Departure[] memory list = validatorRegistry.departuresFrom(from);
        // the one before the first was earlier: so were all before it
        if (first > 0) require(list.length > 0 && list[0].time < time, DeparturesSkipped(first));
        for (uint256 i = first - from; i < list.length; ++i) {
            _requireAmong(id, indices, list[i].index);
        }
    }

    /// @dev In order, as the registry sees to.
    function _requireAmong(uint256 id, uint256[] calldata indices, uint256 index) private pure {
        (uint256 low, uint256 high) = (0, indices.length);
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (indices[middle] < index) low = middle + 1;
            else high = middle;
        }
        require(low < indices.length && indices[low] == index, DepartedMissing(id, index));
    }

    function _batchOf(uint256[] calldata indices) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(indices));
    }

    function _sum(Checkpoint storage c) private view returns (uint64) {
        return SafeCast.toUint64(uint256(c.balancesGwei) + c.pendingGwei + c.recentGwei);
    }
}
