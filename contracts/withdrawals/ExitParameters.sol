// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IExitController} from "../interfaces/IExitController.sol";

/// @title ExitParameters
/// @notice Mixin of the exit controller: what is fixed when it is deployed, and within which bounds.
/// TRUST: none.
/// INVARIANTS: none by name.
/// ASSUMPTIONS: none.
abstract contract ExitParameters is IExitController {
    uint256 internal constant BP = 10_000;

    /* IMMUTABLES */

    uint96 internal immutable _minDeficit;
    uint16 internal immutable _minDeficitBp;
    uint32 internal immutable _comingEpochs;
    uint32 internal immutable _sweepEpochs;
    uint32 internal immutable _patienceEpochs;
    uint32 internal immutable _committeePeriod;
    uint16 internal immutable _capBp;
    uint32 internal immutable _capFloorEth;
    uint32 internal immutable _doublingSeconds;

    /* CONSTRUCTOR */

    constructor(Parameters memory p) {
        _require(p.minDeficit <= 32 ether, "minDeficit", p.minDeficit);
        _require(p.minDeficitBp <= 500, "minDeficitBp", p.minDeficitBp);
        _require(p.comingEpochs >= 4 && p.comingEpochs <= 16_384, "comingEpochs", p.comingEpochs);
        _require(p.sweepEpochs <= 8_192, "sweepEpochs", p.sweepEpochs);
        _require(p.patienceEpochs <= 675, "patienceEpochs", p.patienceEpochs);
        _require(p.committeePeriod <= 65_536, "committeePeriod", p.committeePeriod);
        _require(p.capBp > 0 && p.capBp <= BP, "capBp", p.capBp);
        bool doubles = p.doublingSeconds >= 12 && p.doublingSeconds <= 1 days;
        _require(doubles, "doublingSeconds", p.doublingSeconds);
        _minDeficit = p.minDeficit;
        _minDeficitBp = p.minDeficitBp;
        _comingEpochs = p.comingEpochs;
        _sweepEpochs = p.sweepEpochs;
        _patienceEpochs = p.patienceEpochs;
        _committeePeriod = p.committeePeriod;
        _capBp = p.capBp;
        _capFloorEth = p.capFloorEth;
        _doublingSeconds = p.doublingSeconds;
    }

    /* VIEWS */

    /// @inheritdoc IExitController
    function parameters() external view returns (Parameters memory) {
        return
            Parameters({
                minDeficit: _minDeficit,
                minDeficitBp: _minDeficitBp,
                comingEpochs: _comingEpochs,
                sweepEpochs: _sweepEpochs,
                patienceEpochs: _patienceEpochs,
                committeePeriod: _committeePeriod,
                capBp: _capBp,
                capFloorEth: _capFloorEth,
                doublingSeconds: _doublingSeconds
            });
    }

    /* INTERNAL */

    function _require(bool condition, bytes32 name, uint256 value) private pure {
        require(condition, ParameterOutOfBounds(name, value));
    }
}
