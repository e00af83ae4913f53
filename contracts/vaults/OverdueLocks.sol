// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {OperatorBonds} from "./OperatorBonds.sol";

/// @title OverdueLocks
/// @notice Mixin of the bond vault: what is locked for predeposits that are overdue, until they are proven or given up.
/// TRUST: none: the registry says which keys are overdue, and anyone marks them. INVARIANTS: BND-1, BND-2.
/// ASSUMPTIONS: the registry counts as overdue the keys that were marked here, until they are proven or lost.
abstract contract OverdueLocks is OperatorBonds {
    using SafeCast for uint256;

    /// @dev What the pool loses by a predeposit that comes to nothing.
    uint256 private constant PREDEPOSIT = 1 ether;

    /* STORAGE */

    mapping(uint256 operatorId => OverdueLock) private _overdue;

    /* ANYONE */

    /// @inheritdoc IBondVault
    function lockOverdue(uint256 operatorId, bytes32 root, uint32[] calldata gindices) external {
        releaseOverdue(operatorId);
        validatorRegistry.markOverdue(operatorId, root, gindices);
        (uint256 shares, uint256 uncovered) = _lockWorth(operatorId, gindices.length * PREDEPOSIT, 1);
        OverdueLock storage o = _overdue[operatorId];
        o.shares += shares.toUint128();
        o.keys += gindices.length.toUint32();
        emit OverdueLocked(operatorId, gindices.length, shares, uncovered);
    }

    /// @inheritdoc IBondVault
    function burnOverdue(uint256 operatorId, bytes32 root, uint32[] calldata gindices) external {
        releaseOverdue(operatorId);
        validatorRegistry.markLost(operatorId, root, gindices);
        // at the rate and from the bond of today, whatever could be locked then
        _unlockKeys(operatorId, gindices.length);
        (uint256 shares, uint256 uncovered) = _lockWorth(operatorId, gindices.length * PREDEPOSIT, 1);
        totalUncovered += uncovered;
        emit OverdueBurnt(operatorId, gindices.length, shares);
        _burnLocked(operatorId, shares);
    }

    /// @inheritdoc IBondVault
    function releaseOverdue(uint256 operatorId) public override returns (uint256 shares) {
        // what was given up as foreign is burnt by whoever proved it, from the bond: here it is free
        uint256 held = _overdue[operatorId].keys;
        if (held == 0) return 0;
        uint256 still = validatorRegistry.stakeOf(operatorId).overdueKeys;
        if (still >= held) return 0;
        shares = _unlockKeys(operatorId, held - still);
        emit OverdueReleased(operatorId, held - still, shares);
    }

    /* VIEWS */

    /// @inheritdoc IBondVault
    function overdueOf(uint256 operatorId) external view returns (OverdueLock memory) {
        return _overdue[operatorId];
    }

    /* INTERNAL */

    /// @dev Unlocks the part that stands for `keys` of them, rounded up; all of it for all.
    function _unlockKeys(uint256 operatorId, uint256 keys) private returns (uint256 shares) {
        OverdueLock storage o = _overdue[operatorId];
        shares = Math.ceilDiv(uint256(o.shares) * keys, o.keys);
        o.shares -= uint128(shares);
        o.keys -= uint32(keys);
        _unlock(operatorId, shares);
    }
}
