// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../access/Guarded.sol";
import {PausableUntil} from "../access/PausableUntil.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {Checkpoint, WithdrawalCheckpoints} from "../libraries/WithdrawalCheckpoints.sol";
import {TicketToken} from "./TicketToken.sol";

/// @title Finalization
/// @notice Mixin of the queue: tickets become ether in their order, by a report, and between reports by anyone; and all
/// that may stop it for a time.
/// TRUST: `ACCOUNTING` says up to which ticket, and suspends while a report is parked; `EXIT_HOLDER` delays it, for three
/// frames of four at most; `PAUSER` for the length of a pause.
/// INVARIANTS: QUE-1, QUE-2, SLA-2.
/// ASSUMPTIONS: the queue's account in the ledger is closed to transfers by others, so its shares are those of
/// unfinalised tickets.
abstract contract Finalization is TicketToken, PausableUntil {
    using WithdrawalCheckpoints for WithdrawalCheckpoints.Trace;
    using WithdrawalCheckpoints for Checkpoint;

    /// @dev Shares are counted in 1e-9 of a share, so that a ticket fits a slot.
    uint256 internal constant GRAIN = 1e9;
    /// @notice The most frames in a row for which finalisations are held.
    uint256 public constant MAX_HELD_FRAMES = 3;
    /// @inheritdoc IWithdrawalQueue
    uint256 public constant NAMED_FRAMES = 2;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @dev A frame, in seconds.
    uint256 internal immutable _frameSeconds;

    /* STORAGE */

    // slot 0, behind the end of the pause: 5 + 5 + 5 + 5 + 4 + 4 + 3 + 1 = 32 bytes. A trillion tickets, or finalisations,
    // of 28,000 gas each would fill all blocks for longer than a century; times end in 2106; the longest cooldown is 30
    // days.
    uint40 internal _lastTicketId;
    uint40 internal _checkpointCount;
    /// @dev What the last report named, and the time of its reference slot.
    uint40 private _namedTicketId;
    uint32 private _namedRefTime;
    uint32 private _heldAt;
    uint24 internal _cooldown;
    bool private _suspended;

    WithdrawalCheckpoints.Trace internal _checkpoints;
    uint256 private _heldFrom;

    /* CONSTRUCTOR */

    constructor(IAuthority authority_, IStakedEther ledger_) Guarded(authority_) {
        require(address(ledger_) != address(0), ZeroAddress());
        ledger = ledger_;
        _frameSeconds = ledger_.parameters().frameSeconds;
    }

    /* BRAINS */

    /// @inheritdoc IWithdrawalQueue
    function finalize(
        uint256 lastTicketId_,
        uint256 refTime
    ) external onlyRole(Roles.ACCOUNTING) returns (uint256 shares, uint256 amount) {
        require(lastTicketId_ <= _lastTicketId, TicketUnknown(lastTicketId_));
        (uint256 readyAt, uint256 upTo) = _ticket(lastTicketId_);
        require(readyAt <= refTime, TicketNotReady(lastTicketId_, readyAt, refTime));
        bool suspended = _suspended;
        uint256 count = _checkpointCount;
        if (block.timestamp >= pausedUntil && !_isHeld(refTime))
            (shares, amount, count) = _finalizeUpTo(upTo, lastTicketId_, count);
        // named also where nothing was finalised: anyone may do it when the pause or the hold is over
        _checkpointCount = uint40(count);
        (_namedTicketId, _namedRefTime, _suspended) = (uint40(lastTicketId_), uint32(refTime), false);
        if (suspended) emit SuspensionEnded(msg.sender);
    }

    /// @inheritdoc IWithdrawalQueue
    function suspend() external onlyRole(Roles.ACCOUNTING) {
        _suspended = true;
        emit Suspended(msg.sender);
    }

    /// @inheritdoc IWithdrawalQueue
    function endSuspension() external onlyRole(Roles.ACCOUNTING) {
        if (!_suspended) return;
        _suspended = false;
        emit SuspensionEnded(msg.sender);
    }

    /// @inheritdoc IWithdrawalQueue
    function hold() external onlyRole(Roles.EXIT_HOLDER) {
        // those of a row and of the frame after it count as one: in every fourth frame at least nothing is held
        if (block.timestamp >= _heldFrom + (MAX_HELD_FRAMES + 1) * _frameSeconds) _heldFrom = block.timestamp;
        _heldAt = uint32(block.timestamp);
        emit Held(block.timestamp, _holdEnd());
    }

    /// @notice Takes the ether of burnt shares from the ledger.
    receive() external payable {
        require(msg.sender == address(ledger), NotTheLedger(msg.sender));
    }

    /* ANYONE */

    /// @inheritdoc IWithdrawalQueue
    function finalizeNamed() external whenNotPaused returns (uint256 shares, uint256 amount) {
        require(!_suspended, FinalizationSuspended());
        uint256 refTime = _namedRefTime;
        if (_isHeld(refTime)) revert FinalizationHeld(_heldAt, _holdEnd());
        uint256 until = refTime + NAMED_FRAMES * _frameSeconds;
        require(block.timestamp < until, ReportTooOld(refTime, until));
        uint256 named_ = _namedTicketId;
        (, uint256 upTo) = _ticket(named_);
        uint256 count = _checkpointCount;
        (shares, amount, count) = _finalizeUpTo(upTo, named_, count);
        require(shares > 0, NothingToFinalize(named_));
        _checkpointCount = uint40(count);
    }

    /* VIEWS */

    /// @inheritdoc IWithdrawalQueue
    function isSuspended() external view returns (bool) {
        return _suspended;
    }

    /// @inheritdoc IWithdrawalQueue
    function named() external view returns (uint256 ticketId, uint256 refTime) {
        return (_namedTicketId, _namedRefTime);
    }

    /// @inheritdoc IWithdrawalQueue
    function heldUntil() external view returns (uint256 refTime, uint256 endsAt) {
        if (_heldAt > 0) (refTime, endsAt) = (_heldAt, _holdEnd());
    }

    /// @inheritdoc IWithdrawalQueue
    function lastTicketId() external view returns (uint256) {
        return _lastTicketId;
    }

    /// @inheritdoc IWithdrawalQueue
    function checkpointCount() external view returns (uint256) {
        return _checkpointCount;
    }

    /// @inheritdoc IWithdrawalQueue
    function totals() external view returns (uint256 requested, uint256 finalized, uint256 amount) {
        (, requested) = _ticket(_lastTicketId);
        Checkpoint last = _checkpoints.list[_checkpointCount];
        return (requested, last.sharesOf(), last.amountOf());
    }

    /* INTERNAL */

    /// @dev Burns the shares from those finalised last to `upTo`, as far as the buffer goes. Returns the count of
    /// checkpoints that the caller writes.
    function _finalizeUpTo(
        uint256 upTo,
        uint256 lastTicketId_,
        uint256 count
    ) private returns (uint256 shares, uint256 amount, uint256 newCount) {
        Checkpoint last = _checkpoints.list[count];
        uint256 done = last.sharesOf();
        if (upTo <= done) return (0, 0, count);

        // the ledger sends the ether in this call and calls nobody else
        (shares, amount) = ledger.redeem((upTo - done) * GRAIN, GRAIN);
        if (shares == 0) return (0, 0, count);
        // a count fits 40 bits; shares fit 64, as `upTo` does, and ids 40; ether fits 87 bits each time
        unchecked {
            newCount = count + 1;
            done += shares / GRAIN;
            _checkpoints.list[newCount] = WithdrawalCheckpoints.pack(
                done,
                done == upTo ? lastTicketId_ : last.ticketOf(),
                last.amountOf() + amount
            );
        }
        emit Finalized(newCount, lastTicketId_, shares, amount);
        emit BatchMetadataUpdate(last.ticketOf() + 1, lastTicketId_);
    }

    /// @dev A report later than the fault has booked its loss, and whoever leaves bears it.
    function _isHeld(uint256 refTime) private view returns (bool) {
        return refTime <= _heldAt && block.timestamp < _holdEnd();
    }

    function _holdEnd() private view returns (uint256) {
        return _heldFrom + MAX_HELD_FRAMES * _frameSeconds;
    }
}
