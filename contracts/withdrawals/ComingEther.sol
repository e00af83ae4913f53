// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IExitController} from "../interfaces/IExitController.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";
import {ExitParameters} from "./ExitParameters.sol";
import {RecentState} from "./RecentState.sol";

/// @title ComingEther
/// @notice Mixin of the exit controller: ether that is to come from the beacon chain, one record for each validator. A
/// record begins with a request that serves the deficit, or with the proof that its validator exits, and ends when
/// anyone settles it: nothing ends by itself, so that no call depends on how many there are.
/// TRUST: none.
/// INVARIANTS: EXIT-2: the total is the sum of the records.
/// ASSUMPTIONS: none.
abstract contract ComingEther is ExitParameters, RecentState {
    /// @dev Amounts are counted in 1/32 ETH, so that 2,048 ETH nearly fit 16 bits.
    uint256 internal constant UNIT = 1 ether / 32;
    uint256 private constant GWEI_PER_UNIT = 1e9 / 32;
    /// @dev Bits of a record.
    uint256 private constant LANE = 42;

    /* IMMUTABLES */

    /// @notice What is known of our validators.
    IValidatorRegistry public immutable validatorRegistry;

    /* STORAGE */

    /// @dev Records by index on the beacon chain, six to a slot:
    /// `last epoch (24) | amount in 1/32 ETH (16) | above cap (1) | proven (1)`. One without an amount is none.
    mapping(uint256 word => uint256) private _records;
    /// @dev What operators have coming that counts against their stake above the cap, in units.
    mapping(uint256 operatorId => uint256) internal _aboveCapUnits;
    // slot 2: 8 bytes, and 8 of the note of a deficit
    uint64 private _units;

    /* CONSTRUCTOR */

    constructor(IValidatorRegistry validators) {
        validatorRegistry = validators;
    }

    /* ANYONE */

    /// @inheritdoc IExitController
    function proveComing(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external {
        _verify(b, validatorIndex, v, proof);
        IValidatorRegistry.Validator memory known = validatorRegistry.validator(validatorIndex);
        require(known.operatorId != 0, NotOurs(validatorIndex));
        uint256 lastEpoch = uint256(v.withdrawableEpoch) + _sweepEpochs;
        require(
            v.exitEpoch != BeaconProofs.FAR_FUTURE_EPOCH &&
                v.effectiveBalance > 0 &&
                // a root of ten minutes ago may still tell of what has come since
                known.state != IValidatorRegistry.ValidatorState.Withdrawn &&
                _epoch() <= lastEpoch &&
                // what is locked up for long pays nobody, and must not keep others from being asked
                (!v.slashed || lastEpoch <= _epoch() + _comingEpochs),
            NotComing(validatorIndex, v.exitEpoch, lastEpoch)
        );
        // merged into another validator, it brings nothing
        require(
            v.slashed || !validatorRegistry.isConsolidating(validatorIndex),
            Consolidating(validatorIndex)
        );
        Coming memory sent = comingOf(validatorIndex);
        require(!sent.proven, RequestLive(validatorIndex));
        Coming memory c = _coming(v.effectiveBalance, lastEpoch, sent.aboveCap, true);
        _record(validatorIndex, known.operatorId, c);
        emit ComingProven(validatorIndex, v.effectiveBalance, lastEpoch);
    }

    /// @inheritdoc IExitController
    function settle(uint256[] calldata validatorIndices) external {
        Coming memory nothing;
        for (uint256 i = 0; i < validatorIndices.length; ++i) {
            uint256 index = validatorIndices[i];
            Coming memory c = comingOf(index);
            if (c.units == 0) continue;
            IValidatorRegistry.Validator memory v = validatorRegistry.validator(index);
            bool isOver = c.lastEpoch < _epoch() || v.state == IValidatorRegistry.ValidatorState.Withdrawn;
            require(isOver, NotOver(index, c.lastEpoch));
            _record(index, v.operatorId, nothing);
            emit ComingSettled(index);
        }
    }

    /* VIEWS */

    /// @inheritdoc IExitController
    function coming() public view returns (uint256) {
        return _units * UNIT;
    }

    /// @inheritdoc IExitController
    function comingOf(uint256 validatorIndex) public view returns (Coming memory c) {
        uint256 record = _records[validatorIndex / 6] >> ((validatorIndex % 6) * LANE);
        // the casts take the fields
        c.lastEpoch = uint24(record >> 18);
        c.units = uint16(record >> 2);
        c.aboveCap = record & 2 != 0;
        c.proven = record & 1 != 0;
    }

    /// @inheritdoc IExitController
    function aboveCapOf(uint256 operatorId) external view returns (uint256) {
        return _aboveCapUnits[operatorId] * UNIT;
    }

    /* INTERNAL */

    function _operatorOf(uint256 validatorIndex) internal view returns (uint256 operatorId) {
        operatorId = validatorRegistry.validator(validatorIndex).operatorId;
        require(operatorId != 0, NotOurs(validatorIndex));
    }

    function _requireNothingComing(uint256 validatorIndex) internal view {
        require(comingOf(validatorIndex).units == 0, RequestLive(validatorIndex));
    }

    /// @dev Amounts are rounded down, and cut to what fits, like epochs.
    function _coming(
        uint256 amountGwei,
        uint256 lastEpoch,
        bool aboveCap,
        bool proven
    ) internal pure returns (Coming memory) {
        uint256 units = amountGwei / GWEI_PER_UNIT;
        if (units > type(uint16).max) units = type(uint16).max;
        if (lastEpoch > type(uint24).max) lastEpoch = type(uint24).max;
        return Coming(uint16(units), uint24(lastEpoch), aboveCap, proven);
    }

    /// @dev In place of what was recorded of the validator.
    function _record(uint256 validatorIndex, uint256 operatorId, Coming memory c) internal {
        Coming memory old = comingOf(validatorIndex);
        _units = _units + c.units - old.units;
        if (c.aboveCap || old.aboveCap) {
            uint256 added = c.aboveCap ? c.units : 0;
            _aboveCapUnits[operatorId] = _aboveCapUnits[operatorId] + added - (old.aboveCap ? old.units : 0);
        }
        uint256 shift = (validatorIndex % 6) * LANE;
        uint256 record = (uint256(c.lastEpoch) << 18) |
            (uint256(c.units) << 2) |
            (c.aboveCap ? 2 : 0) |
            (c.proven ? 1 : 0);
        uint256 others = _records[validatorIndex / 6] & ~(((1 << LANE) - 1) << shift);
        _records[validatorIndex / 6] = others | (record << shift);
    }
}
