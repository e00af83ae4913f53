// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IConsolidator} from "../interfaces/IConsolidator.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IWithdrawalVault} from "../interfaces/IWithdrawalVault.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";
import {BeaconRequests} from "../withdrawals/BeaconRequests.sol";

/// @title Consolidator
/// @notice Merges validators of one operator, at its manager's wish. It holds and remembers nothing: it is replaced, with
/// its verifier, by moving its role.
/// TRUST: the verifier of the beacon chain; a manager may merge its own validators alone.
/// INVARIANTS: VAL-3.
/// ASSUMPTIONS: a validator that does not exit by a block has no consolidation that the beacon chain took before it
/// (process_consolidation_request sets the exit epoch at once).
contract Consolidator is IConsolidator, BeaconRequests {
    /* IMMUTABLES */

    /// @notice What is known of our validators.
    IValidatorRegistry public immutable validatorRegistry;
    /// @notice Who runs them.
    IOperatorRegistry public immutable operatorRegistry;
    /// @notice Where requests are made.
    IWithdrawalVault public immutable withdrawalVault;
    /// @notice Our withdrawal credentials.
    bytes32 public immutable withdrawalCredentials;
    /// @inheritdoc IConsolidator
    uint256 public immutable committeePeriod;

    /* CONSTRUCTOR */

    constructor(
        IBeaconVerifier verifier_,
        IStakedEther ledger,
        IValidatorRegistry validators,
        IOperatorRegistry operators,
        IWithdrawalVault withdrawals,
        uint256 committeePeriod_
    ) BeaconRequests(verifier_) {
        require(committeePeriod_ <= 65_536, ParameterOutOfBounds("committeePeriod", committeePeriod_));
        validatorRegistry = validators;
        operatorRegistry = operators;
        withdrawalVault = withdrawals;
        withdrawalCredentials = ledger.withdrawalCredentials();
        committeePeriod = committeePeriod_;
    }

    /* OPERATORS */

    /// @inheritdoc IConsolidator
    function consolidate(
        IBeaconVerifier.BlockProof calldata b,
        uint40 source,
        uint40 target,
        BeaconValidator[] calldata validators,
        bytes32[] calldata proof
    ) external payable {
        uint256 operatorId = validatorRegistry.noteConsolidation(source, target);
        operatorRegistry.requireManager(operatorId, msg.sender);
        operatorRegistry.requireStakeable(operatorId);

        _requireRecent(b);
        uint256[] memory indices = new uint256[](2);
        (indices[0], indices[1]) = source < target ? (source, target) : (target, source);
        verifier.verifyValidators(b, indices, validators, proof);
        BeaconValidator calldata from = validators[source < target ? 0 : 1];
        BeaconValidator calldata to = validators[source < target ? 1 : 0];
        _requireStaying(source, from);
        _requireStaying(target, to);
        _requireActive(source, from, committeePeriod);
        _requireActive(target, to, 0);

        uint256 fee = withdrawalVault.consolidationFee();
        emit ConsolidationRequested(operatorId, source, target, fee);
        uint256 cost = _costOf(fee, 1);
        withdrawalVault.requestConsolidation{value: cost}(from.pubkey, to.pubkey);
        _returnRest(msg.value - cost);
    }

    /* ANYONE */

    /// @inheritdoc IConsolidator
    function drop(
        IBeaconVerifier.BlockProof calldata b,
        uint40 source,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external {
        _verify(b, source, v, proof);
        _requireStaying(source, v);
        validatorRegistry.dropConsolidation(source);
    }

    /* INTERNAL */

    function _requireStaying(uint256 index, BeaconValidator calldata v) private view {
        require(
            v.withdrawalCredentials == withdrawalCredentials,
            WrongCredentials(index, v.withdrawalCredentials, withdrawalCredentials)
        );
        require(!v.slashed, ValidatorSlashed(index));
        require(v.exitEpoch == BeaconProofs.FAR_FUTURE_EPOCH, ValidatorExiting(index, v.exitEpoch));
    }

    function _requireActive(uint256 index, BeaconValidator calldata v, uint256 epochs) private view {
        uint256 from = uint256(v.activationEpoch) + epochs;
        require(_epoch() >= from, TooYoung(index, from));
    }
}
