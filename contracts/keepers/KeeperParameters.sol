// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKeeperJobs} from "../interfaces/IKeeperJobs.sol";

/// @title KeeperParameters
/// @notice Mixin of the paid calls: what is fixed, within bounds.
/// TRUST: none. INVARIANTS: none. ASSUMPTIONS: none.
abstract contract KeeperParameters is IKeeperJobs {
    /// @notice Highest that `maxBaseFee` may be, in wei per gas.
    uint256 public constant MAX_BASE_FEE = 1_000 gwei;
    /// @notice Shortest rise of pay, in seconds: keepers must be able to outwait each other.
    uint256 public constant MIN_RISE = 60;
    /// @notice Longest rise of pay, in seconds.
    uint256 public constant MAX_RISE = 7 days;
    /// @notice Largest figure of gas of a call.
    uint256 public constant MAX_GAS = 1_000_000;
    /// @notice Largest figure of gas of a further item.
    uint256 public constant MAX_MORE_GAS = 200_000;

    /* IMMUTABLES */

    uint256 internal immutable _maxBaseFee;
    uint256 internal immutable _rise;
    uint256 internal immutable _finalizeGas;
    uint256 internal immutable _proveGas;
    uint256 internal immutable _proveMoreGas;
    uint256 internal immutable _withdrawnGas;
    uint256 internal immutable _settleGas;
    uint256 internal immutable _triggerGas;
    uint256 internal immutable _triggerMoreGas;
    uint256 internal immutable _minFinalize;
    uint256 internal immutable _minSettle;
    uint256 internal immutable _minTrigger;

    /* CONSTRUCTOR */

    constructor(Parameters memory p) {
        _require("maxBaseFee", p.maxBaseFee, 0, MAX_BASE_FEE);
        _require("rise", p.rise, MIN_RISE, MAX_RISE);
        _require("finalizeGas", p.finalizeGas, 0, MAX_GAS);
        _require("proveGas", p.proveGas, 0, MAX_GAS);
        _require("proveMoreGas", p.proveMoreGas, 0, MAX_MORE_GAS);
        _require("withdrawnGas", p.withdrawnGas, 0, MAX_GAS);
        _require("settleGas", p.settleGas, 0, MAX_GAS);
        _require("triggerGas", p.triggerGas, 0, MAX_GAS);
        _require("triggerMoreGas", p.triggerMoreGas, 0, MAX_MORE_GAS);
        // what can be made for nothing is never paid for
        _require("minFinalize", p.minFinalize, 0.01 ether, type(uint96).max);
        _require("minSettle", p.minSettle, 0.001 ether, type(uint96).max);
        _require("minTrigger", p.minTrigger, 1 ether, type(uint96).max);
        _maxBaseFee = p.maxBaseFee;
        _rise = p.rise;
        _finalizeGas = p.finalizeGas;
        _proveGas = p.proveGas;
        _proveMoreGas = p.proveMoreGas;
        _withdrawnGas = p.withdrawnGas;
        _settleGas = p.settleGas;
        _triggerGas = p.triggerGas;
        _triggerMoreGas = p.triggerMoreGas;
        _minFinalize = p.minFinalize;
        _minSettle = p.minSettle;
        _minTrigger = p.minTrigger;
    }

    /* VIEWS */

    /// @inheritdoc IKeeperJobs
    function parameters() external view returns (Parameters memory) {
        // as they came
        return
            Parameters({
                maxBaseFee: uint64(_maxBaseFee),
                rise: uint32(_rise),
                finalizeGas: uint32(_finalizeGas),
                proveGas: uint32(_proveGas),
                proveMoreGas: uint32(_proveMoreGas),
                withdrawnGas: uint32(_withdrawnGas),
                settleGas: uint32(_settleGas),
                triggerGas: uint32(_triggerGas),
                triggerMoreGas: uint32(_triggerMoreGas),
                minFinalize: uint96(_minFinalize),
                minSettle: uint96(_minSettle),
                minTrigger: uint96(_minTrigger)
            });
    }

    /* INTERNAL */

    function _require(bytes32 name, uint256 value, uint256 minimum, uint256 maximum) private pure {
        require(value >= minimum && value <= maximum, ParameterOutOfBounds(name, value));
    }
}
