// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {SteppedParameters} from "../access/SteppedParameters.sol";
import {IStakeAllocator} from "../interfaces/IStakeAllocator.sol";

/// @title AllocationParameters
/// @notice Mixin of the allocator: what governance sets, and how far.
/// TRUST: `PARAMETER_MANAGER` moves each parameter by a factor of two in a period, within the bounds below.
/// INVARIANTS: none by name.
/// ASSUMPTIONS: none.
abstract contract AllocationParameters is IStakeAllocator, Guarded, SteppedParameters {
    /// @notice A lot is a multiple of this, in ETH.
    uint256 public constant LOT_UNIT = 32;
    /// @notice Most that `lotEth` may be.
    uint256 public constant MAX_LOT_ETH = 32_768;
    /// @notice Least that `capBp` may be.
    uint256 public constant MIN_CAP_BP = 100;
    /// @notice Most that `capBp` may be.
    uint256 public constant MAX_CAP_BP = 5_000;
    /// @notice Most that `capFloorEth` may be; the least is a lot.
    uint256 public constant MAX_CAP_FLOOR_ETH = 131_072;
    /// @notice Least that `weightLife` may be, in seconds.
    uint256 public constant MIN_WEIGHT_LIFE = 1 hours;
    /// @notice Least that `allotmentLife` may be, in seconds.
    uint256 public constant MIN_ALLOTMENT_LIFE = 1 hours;
    /// @notice Most that `allotmentLife` may be, in seconds.
    uint256 public constant MAX_ALLOTMENT_LIFE = 180 days;

    /* IMMUTABLES */

    /// @notice Most that `weightLife` may be, in seconds: less than the delay of claims of bonds, so that no share of a bond
    /// counts in the weights of two operators.
    uint256 public immutable maxWeightLife;

    /* STORAGE */

    // 4 + 2 + 4 + 4 + 4 = 18 bytes
    Parameters private _parameters;

    /* CONSTRUCTOR */

    constructor(Parameters memory first, uint256 claimDelay) {
        maxWeightLife = claimDelay - 1;
        _requireBounds(first);
        emit ParametersSet(Parameters(0, 0, 0, 0, 0), first);
        _parameters = first;
    }

    /* GOVERNANCE */

    /// @inheritdoc IStakeAllocator
    function setParameters(Parameters calldata newParameters) external onlyRole(Roles.PARAMETER_MANAGER) {
        Parameters memory old = _parameters;
        _requireBounds(newParameters);
        _scale("lotEth", old.lotEth, newParameters.lotEth, 0);
        _scale("capBp", old.capBp, newParameters.capBp, 0);
        _scale("capFloorEth", old.capFloorEth, newParameters.capFloorEth, 0);
        _scale("weightLife", old.weightLife, newParameters.weightLife, 0);
        _scale("allotmentLife", old.allotmentLife, newParameters.allotmentLife, 0);
        emit ParametersSet(old, newParameters);
        _parameters = newParameters;
    }

    /* VIEWS */

    /// @inheritdoc IStakeAllocator
    function parameters() public view returns (Parameters memory) {
        return _parameters;
    }

    /* INTERNAL */

    function _requireBounds(Parameters memory p) private view {
        require(p.lotEth % LOT_UNIT == 0, ParameterOutOfBounds("lotEth", p.lotEth));
        _requireWithin("lotEth", p.lotEth, LOT_UNIT, MAX_LOT_ETH);
        _requireWithin("capBp", p.capBp, MIN_CAP_BP, MAX_CAP_BP);
        _requireWithin("capFloorEth", p.capFloorEth, p.lotEth, MAX_CAP_FLOOR_ETH);
        _requireWithin("weightLife", p.weightLife, MIN_WEIGHT_LIFE, maxWeightLife);
        _requireWithin("allotmentLife", p.allotmentLife, MIN_ALLOTMENT_LIFE, MAX_ALLOTMENT_LIFE);
    }

    function _requireWithin(bytes32 name, uint256 value, uint256 least, uint256 most) private pure {
        require(value >= least && value <= most, ParameterOutOfBounds(name, value));
    }
}
