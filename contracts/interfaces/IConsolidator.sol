// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BeaconValidator} from "../types/BeaconValidator.sol";
import {IBeaconVerifier} from "./IBeaconVerifier.sol";
import {IBeaconRequests} from "./IBeaconRequests.sol";

/// @title IConsolidator
/// @notice Has the beacon chain merge validators of one operator (EIP-7251): the source exits, and its effective balance
/// goes to the target, within the pool. The sum of our balances stays as it is, and so does the operator's stake.
///
/// The beacon chain takes or drops a request by itself (consensus specification, `process_consolidation_request`): source
/// and target are two validators, active and not exiting, with credentials of the caller, the target with compounding
/// ones; the source is active for the committee period, and has no pending partial withdrawal; the queue of pending
/// consolidations is not full, and their churn above 32 ETH. What can be seen here of that is asked here too, so that a
/// fee buys something; the last two and pending withdrawals cannot, and the request may be dropped in silence for them.
/// A source that is slashed before it is withdrawable is not merged (`process_pending_consolidations`).
/// Blocks and proofs are those of `IBeaconVerifier`, whose errors pass through, as do those of `IValidatorRegistry` and
/// `IWithdrawalVault`.
interface IConsolidator is IBeaconRequests {
    /// @notice The beacon chain was asked to merge `source` into `target`, for `fee` wei.
    event ConsolidationRequested(
        uint256 indexed operatorId,
        uint256 indexed source,
        uint256 indexed target,
        uint256 fee
    );

    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);
    /// @notice The validator's credentials are not our compounding ones.
    error WrongCredentials(uint256 validatorIndex, bytes32 credentials, bytes32 ours);
    /// @notice The validator is slashed.
    error ValidatorSlashed(uint256 validatorIndex);
    /// @notice The validator exits.
    error ValidatorExiting(uint256 validatorIndex, uint256 exitEpoch);
    /// @notice The validator is not active, or not for long enough: not before `epoch`.
    error TooYoung(uint256 validatorIndex, uint256 epoch);

    /// @notice Asks to merge a validator into another. Caller: the manager of the operator of both, which must not be jailed
    /// or retired (such an operator's validators exit). The fee of EIP-7251 comes with the call; the rest goes back.
    /// Both are active and do not exit, the source has been active for the committee period. May be called again where the
    /// beacon chain dropped the request; for another target after `drop`.
    /// @param b A block of the last ten minutes.
    /// @param source Index of the validator that ends. @param target Index of the one that gets its balance.
    /// @param validators Containers of both, by increasing index. @param proof See `IBeaconVerifier.verifyValidators`.
    function consolidate(
        IBeaconVerifier.BlockProof calldata b,
        uint40 source,
        uint40 target,
        BeaconValidator[] calldata validators,
        bytes32[] calldata proof
    ) external payable;

    /// @notice Proves that a request was dropped: a day after it was made last the source does not exit. Anyone may.
    function drop(
        IBeaconVerifier.BlockProof calldata b,
        uint40 source,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external;

    /// @notice Epochs that a source must have been active (SHARD_COMMITTEE_PERIOD).
    function committeePeriod() external view returns (uint256);
}
