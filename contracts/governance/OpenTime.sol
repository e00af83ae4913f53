// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {PausableUntil} from "../access/PausableUntil.sol";
import {IExitWindowTimelock} from "../interfaces/IExitWindowTimelock.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";

/// @title OpenTime
/// @notice Mixin of the timelock: counts the seconds in which the queue could finalise.
/// TRUST: nobody; anyone observes, and whoever does so while finalisations are shut takes that time out.
/// INVARIANTS: GOV-3.
/// ASSUMPTIONS: the queue keeps the end of its last pause and of its last row of holds, and of suspensions only whether one
/// lasts.
abstract contract OpenTime is IExitWindowTimelock {
    /* IMMUTABLES */

    /// @notice Where tickets wait.
    IWithdrawalQueue public immutable withdrawalQueue;
    /// @notice The longest time between two observations that counts, in seconds.
    uint256 public immutable observationGap;

    /* STORAGE */

    // one slot: 6 + 6 + 1 = 13 bytes; seconds fit 48 bits
    uint48 private _openSeconds;
    uint48 private _observedAt;
    bool private _suspended;

    /* CONSTRUCTOR */

    constructor(IWithdrawalQueue queue, uint256 gap) {
        require(address(queue) != address(0), AddressIsZero());
        require(gap >= 1 minutes && gap <= 3 days, ParameterOutOfBounds("observationGap", gap));
        withdrawalQueue = queue;
        observationGap = gap;
        (_observedAt, _suspended) = (uint48(block.timestamp), queue.isSuspended());
    }

    /* ANYONE */

    /// @inheritdoc IExitWindowTimelock
    function observe() external {
        _observe();
    }

    /* VIEWS */

    /// @inheritdoc IExitWindowTimelock
    function openTime() external view returns (uint256 openSeconds, uint256 observedAt, bool suspended) {
        return (_openSeconds, _observedAt, _suspended);
    }

    /* INTERNAL */

    /// @dev Returns the open time counted up to now.
    function _observe() internal returns (uint48 openSeconds) {
        bool suspended = withdrawalQueue.isSuspended();
        openSeconds = _openSeconds;
        uint256 last = _observedAt;
        if (!suspended && !_suspended && block.timestamp <= last + observationGap) {
            uint256 from = Math.max(last, _shutUntil());
            // no more than the time that went by: the sum fits as times do
            if (from < block.timestamp) openSeconds += uint48(block.timestamp - from);
        }
        (_openSeconds, _observedAt, _suspended) = (openSeconds, uint48(block.timestamp), suspended);
        emit Observed(openSeconds, suspended);
    }

    function _openTime() internal view returns (uint256) {
        return _openSeconds;
    }

    /// @dev No pause and no hold reaches beyond it. A pause begins when the one before it is over, and so does a row of
    /// holds, so the ends of the last ones are the latest; ended early, a pause ends at that moment. A hold that a report
    /// ended early counts to the end of its row.
    function _shutUntil() private view returns (uint256) {
        (, uint256 heldUntil) = withdrawalQueue.heldUntil();
        return Math.max(PausableUntil(address(withdrawalQueue)).pausedUntil(), heldUntil);
    }
}
