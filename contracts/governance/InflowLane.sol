// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PausableUntil} from "../access/PausableUntil.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IExitWindowTimelock} from "../interfaces/IExitWindowTimelock.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";

/// @title InflowLane
/// @notice Mixin of the timelock: which calls only keep ether or stake from coming in.
/// TRUST: nobody; the list is code.
/// INVARIANTS: GOV-3.
/// ASSUMPTIONS: what these calls do ends by itself or can be taken back, and nobody who leaves needs its opposite. A
/// standing is not among them: whoever is jailed may be made to exit, which nothing takes back.
abstract contract InflowLane is IExitWindowTimelock {
    /* IMMUTABLES */

    /// @notice Who holds which role.
    IAuthority public immutable authority;
    /// @notice Where stakes come in.
    IStakedEther public immutable ledger;
    /// @notice Which operators governance knows.
    IOperatorRegistry public immutable operatorRegistry;
    /// @dev The queue: its `pauseFor` stops finalisations.
    address private immutable _neverPaused;

    /* CONSTRUCTOR */

    constructor(IAuthority authority_, IStakedEther ledger_, IOperatorRegistry operators, address queue) {
        require(
            address(authority_) != address(0) &&
                address(ledger_) != address(0) &&
                address(operators) != address(0),
            AddressIsZero()
        );
        authority = authority_;
        ledger = ledger_;
        operatorRegistry = operators;
        _neverPaused = queue;
    }

    /* VIEWS */

    /// @inheritdoc IExitWindowTimelock
    function isInflowOnly(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads
    ) public view returns (bool) {
        uint256 count = targets.length;
        if (count == 0 || values.length != count || payloads.length != count) return false;
        for (uint256 i = 0; i < count; ++i) {
            if (!_onlyKeepsOut(targets[i], values[i], payloads[i])) return false;
        }
        return true;
    }

    /* INTERNAL */

    function _onlyKeepsOut(address target, uint256 value, bytes calldata data) internal view returns (bool) {
        if (value != 0) return false;
        // one argument each: for how long
        if (data.length == 36) {
            bytes4 selector = bytes4(data[:4]);
            if (target == address(ledger)) return selector == IStakedEther.pauseStaking.selector;
            return
                selector == PausableUntil.pauseFor.selector &&
                target != _neverPaused &&
                authority.hasRole(Roles.DEPOSITOR, target);
        }
        // an operator, and `false`
        return
            data.length == 68 &&
            target == address(operatorRegistry) &&
            bytes4(data[:4]) == IOperatorRegistry.setCurated.selector &&
            bytes32(data[36:]) == 0;
    }
}
