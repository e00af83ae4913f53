// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../access/Roles.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {OperatorBonds} from "./OperatorBonds.sol";

/// @title HeldBonds
/// @notice Mixin of the bond vault: what is held for claims on operators that may be contested, until it is freed or burnt.
/// TRUST: `BOND_LOCKER` holds, frees and burns; it can send nothing. INVARIANTS: BND-1, BND-2. ASSUMPTIONS: none.
abstract contract HeldBonds is OperatorBonds {
    /* STORAGE */

    /// @inheritdoc IBondVault
    mapping(uint256 operatorId => uint256) public heldOf;

    /* BRAINS */

    /// @inheritdoc IBondVault
    function hold(
        uint256 operatorId,
        uint256 amount
    ) external onlyRole(Roles.BOND_LOCKER) returns (uint256 shares, uint256 uncovered) {
        releaseOverdue(operatorId);
        (shares, uncovered) = _lockWorth(operatorId, amount, 1);
        heldOf[operatorId] += shares;
        emit BondHeld(operatorId, shares, amount, uncovered);
    }

    /// @inheritdoc IBondVault
    function release(uint256 operatorId, uint256 shares) external onlyRole(Roles.BOND_LOCKER) {
        _endHold(operatorId, shares);
        _unlock(operatorId, shares);
        emit HeldReleased(operatorId, shares);
    }

    /// @inheritdoc IBondVault
    function burnHeld(
        uint256 operatorId,
        uint256 shares
    ) external onlyRole(Roles.BOND_LOCKER) returns (uint256 amount) {
        _endHold(operatorId, shares);
        amount = _burnLocked(operatorId, shares);
        emit HeldBurnt(operatorId, shares, amount);
    }

    /* INTERNAL */

    /// @dev What is held is part of what is locked; locks for other faults are out of its reach.
    function _endHold(uint256 operatorId, uint256 shares) private {
        uint256 held = heldOf[operatorId];
        require(shares <= held, NotHeld(operatorId, shares, held));
        heldOf[operatorId] = held - shares;
    }
}
