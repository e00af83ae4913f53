// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PausableUntil} from "../access/PausableUntil.sol";
import {IExitController} from "../interfaces/IExitController.sol";
import {IProtocolLens} from "../interfaces/IProtocolLens.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";

/// @title ProtocolLens
/// @notice Answers made of many contracts' views. It keeps nothing and may nothing.
/// TRUST: nobody.
/// INVARIANTS: none.
/// ASSUMPTIONS: an estimate is no promise; see `IProtocolLens`.
contract ProtocolLens is IProtocolLens {
    uint256 private constant GRAIN = 1e9;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice The way out.
    IWithdrawalQueue public immutable withdrawalQueue;
    /// @notice Who knows what is coming.
    IExitController public immutable exitController;
    /// @notice Where withdrawals from the beacon chain arrive.
    address public immutable withdrawalVault;
    /// @notice Where priority fees and MEV arrive.
    address public immutable rewardsVault;

    uint256 private immutable _genesisTime;
    uint256 private immutable _frameSeconds;
    /// @dev How long anyone may finalise what a report named, in seconds from its boundary.
    uint256 private immutable _namedSeconds;
    /// @dev The longest time, in seconds, for which the exit controller counts something as coming.
    uint256 private immutable _comingSeconds;

    /* CONSTRUCTOR */

    /// @notice Nothing can be changed later: another exit controller takes another lens.
    /// @param epochSeconds Length of an epoch of the beacon chain.
    constructor(
        IStakedEther ledger_,
        IWithdrawalQueue queue,
        IExitController exits,
        address withdrawals,
        address rewards,
        uint256 epochSeconds
    ) {
        ledger = ledger_;
        withdrawalQueue = queue;
        exitController = exits;
        withdrawalVault = withdrawals;
        rewardsVault = rewards;
        IStakedEther.Parameters memory p = ledger_.parameters();
        _genesisTime = p.genesisTime;
        _frameSeconds = p.frameSeconds;
        _namedSeconds = queue.NAMED_FRAMES() * p.frameSeconds;
        _comingSeconds = exits.parameters().comingEpochs * epochSeconds;
    }

    /* VIEWS */

    /// @inheritdoc IProtocolLens
    function readyAt(uint256 ticketId) external view returns (Estimate memory e) {
        IWithdrawalQueue.Ticket memory t = withdrawalQueue.ticket(ticketId);
        e.readyAt = t.readyAt;
        e.isFinalized = t.finalized;
        _line(e, ticketId);
        e.buffer = address(ledger).balance;
        e.inVaults = withdrawalVault.balance + rewardsVault.balance;
        e.coming = exitController.coming();
        _obstacles(e, ticketId);
        e.estimate = _estimate(e);
    }

    /* INTERNAL */

    /// @dev What is before the ticket, and what it takes to finalise all up to it.
    function _line(Estimate memory e, uint256 ticketId) private view {
        (uint256 from, uint256 upTo) = withdrawalQueue.placeOf(ticketId);
        (, uint256 done, ) = withdrawalQueue.totals();
        if (from > done) e.sharesBefore = (from - done) * GRAIN;
        if (upTo > done) e.needed = ledger.getPooledEthByShares((upTo - done) * GRAIN);
    }

    /// @dev Which report may finalise it, and what stands in its way.
    function _obstacles(Estimate memory e, uint256 ticketId) private view {
        (uint256 named, uint256 refTime) = withdrawalQueue.named();
        e.isNamed = ticketId <= named && block.timestamp < refTime + _namedSeconds;
        e.isSuspended = withdrawalQueue.isSuspended();
        e.pausedUntil = PausableUntil(address(withdrawalQueue)).pausedUntil();
        uint256 frame = ledger.lastReportFrame();
        uint256 last = ledger.frameTime(frame);
        e.delay = ledger.lastReportTime() - last;
        e.boundary = e.isNamed ? refTime : _boundary(e.readyAt > last ? e.readyAt : last + 1);
        (e.heldAt, e.heldUntil) = withdrawalQueue.heldUntil();
    }

    function _estimate(Estimate memory e) private view returns (uint256 time) {
        if (e.isFinalized) return block.timestamp;
        if (e.needed > e.buffer + e.inVaults + e.coming) return type(uint256).max;
        time = block.timestamp;
        uint256 boundary = e.boundary;
        // reports bring in what the vaults hold, and name tickets
        if (!e.isNamed || e.isSuspended || e.needed > e.buffer) {
            if (e.isNamed) boundary += 1;
            if (e.needed > e.buffer + e.inVaults)
                boundary = _later(boundary, block.timestamp + _comingSeconds);
            // one that is overdue by that is taken to be missed
            if (block.timestamp > e.delay) boundary = _later(boundary, block.timestamp - e.delay);
            boundary = _boundary(boundary);
            time = _later(time, boundary + e.delay);
        }
        if (boundary <= e.heldAt) time = _later(time, e.heldUntil);
        time = _later(time, e.pausedUntil);
    }

    /// @dev The first frame boundary at or after `time`.
    function _boundary(uint256 time) private view returns (uint256) {
        uint256 frames = (time - _genesisTime + _frameSeconds - 1) / _frameSeconds;
        return _genesisTime + frames * _frameSeconds;
    }

    function _later(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}
