// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IExitController} from "../interfaces/IExitController.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";
import {ExitParameters} from "./ExitParameters.sol";
import {BeaconRequests} from "./BeaconRequests.sol";

/// @title ComingEther
/// @notice Mixin of the exit controller: ether that is to come from the beacon chain, one record for each validator. A
/// record begins with a request that serves the deficit, or with the proof that its validator exits or that a partial
/// withdrawal is on its way, and ends when anyone settles it: nothing ends by itself, so that no call depends on how many
/// there are.
///
/// A partial withdrawal waits in the queue of exits, and its validator does not tell of it, nor does anything tell that none
/// waits. While one does, the beacon chain drops exits of the validator. So a validator of which one was ever asked stays in
/// doubt, and what is asked of it counts for a little only, within which it is to be proven; so does what is asked of one
/// that is to be merged. What is proven takes the place of what was asked.
/// TRUST: none.
/// INVARIANTS: EXIT-2: the total is the sum of the records.
/// ASSUMPTIONS: what is on its way on the beacon chain is shown by somebody who wants others to be asked, or not to be.
abstract contract ComingEther is ExitParameters, BeaconRequests {
    /// @dev Amounts are counted in 1/32 ETH, so that 2,048 ETH nearly fit 16 bits.
    uint256 internal constant UNIT = 1 ether / 32;
    uint256 private constant GWEI_PER_UNIT = 1e9 / 32;
    uint256 internal constant MIN_ACTIVATION_GWEI = 32e9;
    /// @dev Bits of a record, and of its last epoch.
    uint256 private constant LANE = 42;
    uint256 private constant MAX_EPOCH = (1 << 23) - 1;
    /// @notice Epochs that a request counts for where it may well be dropped, and a partial withdrawal once it may be paid.
    uint256 public constant BRIEF_EPOCHS = 8;

    /* IMMUTABLES */

    /// @notice What is known of our validators.
    IValidatorRegistry public immutable validatorRegistry;

    /* STORAGE */

    /// @dev Records by index on the beacon chain, six to a slot:
    /// `last epoch (23) | amount in 1/32 ETH (16) | above cap (1) | in doubt (1) | proven (1)`.
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
        // what is locked up for long pays nobody, and must not keep others from being asked
        bool isLockedUp = v.slashed && lastEpoch > _epoch() + _comingEpochs;
        Coming memory sent = comingOf(validatorIndex);
        require(
            v.exitEpoch != BeaconProofs.FAR_FUTURE_EPOCH &&
                v.effectiveBalance > 0 &&
                // a root of ten minutes ago may still tell of what has come since
                known.state != IValidatorRegistry.ValidatorState.Withdrawn &&
                _epoch() <= lastEpoch &&
                (!isLockedUp || sent.units > 0),
            NotComing(validatorIndex, v.exitEpoch, lastEpoch)
        );
        // merged into another validator, it brings nothing
        require(
            v.slashed || !validatorRegistry.isConsolidating(validatorIndex),
            Consolidating(validatorIndex)
        );
        if (isLockedUp) return _end(validatorIndex, known.operatorId, true);
        Coming memory c = _coming(v.effectiveBalance, lastEpoch);
        // whoever made it exit, its operator has so much less above the cap; and nothing can be asked of it any more
        (c.aboveCap, c.inDoubt, c.proven) = (true, false, true);
        _record(validatorIndex, known.operatorId, c);
        emit ComingProven(validatorIndex, v.effectiveBalance, lastEpoch);
    }

    /// @inheritdoc IExitController
    function provePartial(
        IBeaconVerifier.BlockProof calldata b,
        IBeaconVerifier.PendingPartial calldata p,
        bytes32[] calldata pendingProof,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external {
        verifier.verifyPendingPartial(b, p, pendingProof);
        // in the state, and so one of the list's 2^40
        uint40 validatorIndex = uint40(p.validatorIndex);
        _verify(b, validatorIndex, v, proof);
        uint256 operatorId = _operatorOf(validatorIndex);
        require(v.exitEpoch == BeaconProofs.FAR_FUTURE_EPOCH, AlreadyExiting(validatorIndex, v.exitEpoch));
        uint256 from = p.withdrawableEpoch > _epoch() ? p.withdrawableEpoch : _epoch();
        Coming memory c = _coming(p.amountGwei, from + BRIEF_EPOCHS);
        Coming memory sent = comingOf(validatorIndex);
        // get_expected_withdrawals: of one that has less than 32 ETH none is paid, but what was asked is dropped for it
        if (c.units == 0 || v.effectiveBalance < MIN_ACTIVATION_GWEI) {
            bool isInVain = sent.units > 0 && !sent.proven;
            require(isInVain, ExcessTooSmall(validatorIndex, p.amountGwei, GWEI_PER_UNIT));
            return _end(validatorIndex, operatorId, true);
        }
        // again where it was not paid in time; of two that wait, the larger; never in place of an exit
        bool isBetter = !sent.proven || sent.lastEpoch < _epoch() || (sent.inDoubt && c.units > sent.units);
        require(isBetter, RequestLive(validatorIndex));
        (c.inDoubt, c.proven) = (true, true);
        _record(validatorIndex, operatorId, c);
        emit ComingProven(validatorIndex, p.amountGwei, c.lastEpoch);
    }

    /// @inheritdoc IExitController
    function proveMerged(
        IBeaconVerifier.BlockProof calldata b,
        IBeaconVerifier.PendingConsolidation calldata merger,
        bytes32[] calldata mergerProof,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external {
        verifier.verifyPendingConsolidation(b, merger, mergerProof);
        // in the state, and so one of the list's 2^40
        uint40 source = uint40(merger.source);
        _verify(b, source, v, proof);
        uint256 operatorId = _operatorOf(source);
        // process_pending_consolidations: of a slashed one nothing goes there
        require(!v.slashed, SourceSlashed(source));
        Coming memory sent = comingOf(source);
        require(sent.units > 0, NothingComing(source));
        _end(source, operatorId, true);
    }

    /// @inheritdoc IExitController
    function settle(uint256[] calldata validatorIndices) external {
        for (uint256 i = 0; i < validatorIndices.length; ++i) {
            uint256 index = validatorIndices[i];
            Coming memory c = comingOf(index);
            if (c.units == 0) continue;
            IValidatorRegistry.Validator memory v = validatorRegistry.validator(index);
            bool isWithdrawn = v.state == IValidatorRegistry.ValidatorState.Withdrawn;
            require(isWithdrawn || c.lastEpoch < _epoch(), NotOver(index, c.lastEpoch));
            _end(index, v.operatorId, c.inDoubt && !isWithdrawn);
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
        c.lastEpoch = uint24((record >> 19) & MAX_EPOCH);
        c.units = uint16(record >> 3);
        c.aboveCap = record & 4 != 0;
        c.inDoubt = record & 2 != 0;
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

    /// @dev What begins with a request now: how long it counts, and the mark that the validator has. In doubt is, too,
    /// what is to be merged: if it was by now, the beacon chain drops the request.
    function _requested(
        uint256 validatorIndex,
        uint256 amountGwei,
        bool isConsolidating
    ) internal view returns (Coming memory c, bool isInDoubt) {
        Coming memory old = comingOf(validatorIndex);
        require(old.units == 0, RequestLive(validatorIndex));
        isInDoubt = old.inDoubt || isConsolidating;
        uint256 epochs = isInDoubt && _comingEpochs > BRIEF_EPOCHS ? BRIEF_EPOCHS : _comingEpochs;
        c = _coming(amountGwei, _epoch() + epochs);
        c.inDoubt = old.inDoubt;
    }

    /// @dev Amounts are rounded down, and cut to what fits, like epochs.
    function _coming(uint256 amountGwei, uint256 lastEpoch) private pure returns (Coming memory c) {
        uint256 units = amountGwei / GWEI_PER_UNIT;
        c.units = units > type(uint16).max ? type(uint16).max : uint16(units);
        c.lastEpoch = uint24(lastEpoch > MAX_EPOCH ? MAX_EPOCH : lastEpoch);
    }

    /// @dev Nothing is to come of the validator any more, but it may stay in doubt.
    function _end(uint256 validatorIndex, uint256 operatorId, bool inDoubt) private {
        Coming memory left;
        left.inDoubt = inDoubt;
        _record(validatorIndex, operatorId, left);
        emit ComingSettled(validatorIndex);
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
        uint256 record = (uint256(c.lastEpoch) << 19) |
            (uint256(c.units) << 3) |
            (c.aboveCap ? 4 : 0) |
            (c.inDoubt ? 2 : 0) |
            (c.proven ? 1 : 0);
        uint256 others = _records[validatorIndex / 6] & ~(((1 << LANE) - 1) << shift);
        _records[validatorIndex / 6] = others | (record << shift);
    }
}
