// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";

/// @title StakeBook
/// @notice Mixin: what each operator has at stake, in ETH.
/// TRUST: none. INVARIANTS: VAL-3: the total is the sum of all operators. ASSUMPTIONS: none.
abstract contract StakeBook is IValidatorRegistry {
    /// @notice Stake that a predeposit reserves, in ETH: what its validator needs to become active.
    uint256 public constant RESERVED_ETH = 32;

    /* STORAGE */

    mapping(uint256 operatorId => Stake) internal _stakes;
    /// @inheritdoc IValidatorRegistry
    uint256 public totalStake;

    /* VIEWS */

    /// @inheritdoc IValidatorRegistry
    function stakeOf(uint256 operatorId) external view returns (Stake memory) {
        return _stakes[operatorId];
    }

    /* INTERNAL */

    function _reserve(uint256 operatorId, uint256 eth) internal {
        _stakes[operatorId].eth += uint64(eth);
        totalStake += eth;
    }

    function _release(uint256 operatorId, uint256 eth) internal {
        _stakes[operatorId].eth -= uint64(eth);
        totalStake -= eth;
    }
}
