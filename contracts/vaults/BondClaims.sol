// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBondVault} from "../interfaces/IBondVault.sol";
import {OperatorBonds} from "./OperatorBonds.sol";

/// @title BondClaims
/// @notice Mixin of the bond vault: how managers take back what nothing needs.
/// TRUST: a manager takes no more than neither locks nor stake need. INVARIANTS: BND-1. ASSUMPTIONS: none.
abstract contract BondClaims is OperatorBonds {
    /* MANAGERS */

    /// @inheritdoc IBondVault
    function claim(uint256 operatorId, uint256 shares, address to) external {
        operatorRegistry.requireManager(operatorId, msg.sender);
        require(shares > 0, ZeroShares());
        releaseOverdue(operatorId);
        uint256 free = _free(operatorId);
        require(shares <= free, SharesLocked(operatorId, shares, free));
        _lockShares(operatorId, shares);
        requireBacked(operatorId);
        emit BondClaimed(operatorId, to, shares);
        _sendLocked(operatorId, to, shares);
    }
}
