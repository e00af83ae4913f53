// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {OperatorBonds} from "./OperatorBonds.sol";

/// @title OverdueLocks
/// @notice Mixin of the bond vault: what is locked for predeposits that are overdue, until they are proven or given up; and
/// what bonds did not have for those that were given up, until they come back.
/// TRUST: none: the registry says which keys are overdue, and anyone marks them. INVARIANTS: BND-1, BND-2, BND-4.
/// ASSUMPTIONS: the registry counts as overdue the keys that were marked here, until they are proven, lost or foreign; and
/// as lost those that were given up here, until their predeposits come back.
abstract contract OverdueLocks is OperatorBonds {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @dev What the pool loses by a predeposit that comes to nothing.
    uint256 private constant PREDEPOSIT = 1 ether;

    /* STORAGE */

    // slot 0: 16 + 4 + 4 = 24 bytes; slot 1: 16 bytes
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
        _overdue[operatorId].lostKeys += gindices.length.toUint32();
        _owe(operatorId, uncovered.toInt256());
        emit OverdueBurnt(operatorId, gindices.length, shares);
        _burnLocked(operatorId, shares);
    }

    /// @inheritdoc IBondVault
    function releaseOverdue(uint256 operatorId) public override returns (uint256 shares) {
        OverdueLock storage o = _overdue[operatorId];
        (uint256 held, uint256 lost) = (o.keys, o.lostKeys);
        if (held > 0 || lost > 0) {
            IValidatorRegistry.Stake memory still = validatorRegistry.stakeOf(operatorId);
            if (still.lostKeys < lost) _takeBack(operatorId, lost - still.lostKeys);
            // what was given up as foreign is burnt by whoever proved it, or owed
            if (still.overdueKeys < held) {
                shares = _unlockKeys(operatorId, held - still.overdueKeys);
                emit OverdueReleased(operatorId, held - still.overdueKeys, shares);
            }
        }
        uint256 owed = _owedOf(operatorId);
        if (owed > 0) _collect(operatorId, owed);
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

    /// @dev 1 ETH each, whatever the bond paid for them: for all its keys it is to pay what the pool lost in the end.
    function _takeBack(uint256 operatorId, uint256 keys) private {
        _overdue[operatorId].lostKeys -= uint32(keys);
        int256 owed = _owe(operatorId, -(keys * PREDEPOSIT).toInt256());
        emit PredepositsReturned(operatorId, keys, owed);
    }

    /// @dev What the bond had not when keys were lost, it pays as soon as it has it: locks end, and bonds are added to.
    function _collect(uint256 operatorId, uint256 owed) private {
        uint256 shares = Math.min(_sharesUp(owed), _free(operatorId));
        if (shares == 0) return;
        _lockShares(operatorId, shares);
        uint256 value = Math.min(ledger.getPooledEthByShares(shares), owed);
        _owe(operatorId, -value.toInt256());
        emit OwedBurnt(operatorId, shares, value);
        _burnLocked(operatorId, shares);
    }

    /// @dev See `OperatorBonds`.
    function _owe(uint256 operatorId, int256 change) internal override returns (int256 owed) {
        OverdueLock storage o = _overdue[operatorId];
        int256 before = o.owed;
        owed = before + change;
        o.owed = owed.toInt128();
        // what was owed before is in the total already
        totalUncovered = totalUncovered + _uncovered(owed) - _uncovered(before);
    }

    /// @dev See `OperatorBonds`.
    function _owedOf(uint256 operatorId) internal view override returns (uint256) {
        return _uncovered(_overdue[operatorId].owed);
    }

    function _uncovered(int256 owed) private pure returns (uint256) {
        return uint256(SignedMath.max(owed, 0));
    }
}
