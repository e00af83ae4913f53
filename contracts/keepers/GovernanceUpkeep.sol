// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {OpenTime} from "../governance/OpenTime.sol";
import {IExitWindowTimelock} from "../interfaces/IExitWindowTimelock.sol";
import {UpkeepContracts} from "./UpkeepContracts.sol";

/// @title GovernanceUpkeep
/// @notice Mixin of the upkeep: the time in which decisions wait. It executes none: what a decision calls may revert for
/// reasons of its own, and no view can tell.
/// TRUST: none. INVARIANTS: UPK-1. ASSUMPTIONS: none.
abstract contract GovernanceUpkeep is UpkeepContracts {
    /* IMMUTABLES */

    uint256 private immutable _observeSeconds;
    uint256 private immutable _shelfLife;

    /* CONSTRUCTOR */

    constructor(Contracts memory c) {
        _observeSeconds = OpenTime(address(c.timelock)).observationGap() / 2;
        _shelfLife = c.timelock.SHELF_LIFE();
    }

    /* INTERNAL */

    /// @dev Whether the call would not revert now.
    function _mayForGovernance(Job job, uint256 subject) internal view returns (bool) {
        if (job == Job.Observe) return true;
        IExitWindowTimelock.Readiness memory r = timelock.readiness(bytes32(subject));
        if (r.queuedAt == 0 || r.lane != IExitWindowTimelock.Lane.Ordinary) return false;
        if (job == Job.CloseWindow) return !r.windowClosed && block.timestamp >= r.windowEndsAt;
        // Later a note would only lengthen its life. Until then one that was noted expires earlier than one that was not.
        uint256 last = Math.max(r.delayEndsAt, r.endsAt);
        return r.ready && block.timestamp < last && r.expiresAt == last + _shelfLife;
    }

    /// @dev Whether it is also worth it.
    function _needsForGovernance(Job job, uint256 subject) internal view returns (bool) {
        if (job != Job.Observe) return _mayForGovernance(job, subject);
        (, uint256 observedAt, bool suspended) = timelock.openTime();
        return block.timestamp >= observedAt + _observeSeconds || suspended != withdrawalQueue.isSuspended();
    }

    function _doForGovernance(Job job, uint256 subject) internal {
        if (job == Job.Observe) timelock.observe();
        else if (job == Job.CloseWindow) timelock.closeWindow(bytes32(subject));
        else timelock.noteReady(bytes32(subject));
    }
}
