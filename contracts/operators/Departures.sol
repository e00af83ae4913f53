// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";

/// @title Departures
/// @notice Mixin: which validators were proven to be withdrawn, in the order of the proofs. Who counts what the pool had at
/// some moment finds here those that have left the books since.
/// TRUST: none. INVARIANTS: CHK-1. ASSUMPTIONS: a validator is withdrawn once.
abstract contract Departures is IValidatorRegistry {
    /* STORAGE */

    /// @dev Three to a slot.
    Departure[] private _departures;

    /* VIEWS */

    /// @inheritdoc IValidatorRegistry
    function departureCount() external view returns (uint256) {
        return _departures.length;
    }

    /// @inheritdoc IValidatorRegistry
    function departuresFrom(uint256 first) external view returns (Departure[] memory list) {
        uint256 count = _departures.length;
        if (first >= count) return list;
        list = new Departure[](count - first);
        for (uint256 i = first; i < count; ++i) list[i - first] = _departures[i];
    }

    /* INTERNAL */

    function _noteDeparture(uint256 validatorIndex) internal {
        // an index of the beacon chain, and seconds for the next 34,000 years
        _departures.push(Departure(uint40(validatorIndex), uint40(block.timestamp)));
    }
}
