// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BeaconValidator} from "../types/BeaconValidator.sol";
import {IBeaconDepositor} from "./IBeaconDepositor.sol";
import {IBeaconVerifier} from "./IBeaconVerifier.sol";
import {IExitController} from "./IExitController.sol";

/// @title IKeeperJobs
/// @notice The same calls that anyone may make of the protocol's contracts, paid: whoever makes them here gets shares from
/// the keepers' budget. The pay of each rises from zero, from when the call was due by what the chain says, to a fixed
/// figure of gas times the base fee. Where the budget is empty, or the call was not due, nothing is paid and the call is
/// made all the same. What a call reverts with is what the contract behind it reverts with.
interface IKeeperJobs {
    /// @notice What is fixed. Figures of gas are for a whole transaction, and for each further item of a batch.
    /// @param maxBaseFee Base fee above which pay does not grow, in wei per gas.
    /// @param rise Seconds until all of a call's pay is due.
    /// @param minFinalize, minSettle, minTrigger Ether that must move to be paid for, in wei: what is set aside for
    /// tickets, is burnt of a bond, or is asked back with each validator.
    struct Parameters {
        uint64 maxBaseFee;
        uint32 rise;
        uint32 finalizeGas;
        uint32 proveGas;
        uint32 proveMoreGas;
        uint32 withdrawnGas;
        uint32 settleGas;
        uint32 triggerGas;
        uint32 triggerMoreGas;
        uint96 minFinalize;
        uint96 minSettle;
        uint96 minTrigger;
    }

    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);
    /// @notice Ether that no call brought with it.
    error NotTheExits(address sender);
    /// @notice The caller does not take its ether back.
    error RefundRefused(address caller);

    /// @notice See `IWithdrawalQueue.finalizeNamed`. Due since the last report, or the last paid call of this; paid where
    /// it moves `minFinalize` wei or more.
    /// @return shares Shares burnt. @return amount Ether set aside, in wei.
    function finalize() external returns (uint256 shares, uint256 amount);

    /// @notice See `IBeaconDepositor.proveAndTopUpOne`. Due as `IValidatorRegistry.proofDueFrom` says: operators have until
    /// then to prove their keys themselves.
    function proveOne(
        IBeaconDepositor.OneValidator calldata v,
        bytes calldata pubkey,
        bytes32[] calldata proof,
        bytes32[] calldata keyProof
    ) external;

    /// @notice See `IBeaconDepositor.proveAndTopUp`. Each key is due by itself; the first `MAX_ITEMS` are paid for.
    function prove(
        IBeaconDepositor.ValidatorProof calldata p,
        IBeaconDepositor.KeyProof calldata k,
        uint64[] calldata amountsGwei
    ) external;

    /// @notice See `ISlashingOracle.proveState`. Due since the epoch from which the validator's balance may be withdrawn;
    /// paid where it was not known to be withdrawn, and now is: once for each.
    function proveWithdrawn(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external;

    /// @notice See `ISlashingOracle.settle`. Due since the last report; paid where it burns shares worth `minSettle` or
    /// more.
    function settle(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        bytes32 chunk,
        bytes32[] calldata balanceProof
    ) external;

    /// @notice See `IExitController.trigger`. Due since the rule opened; paid for as many validators as were not in doubt,
    /// or as often as `minTrigger` is asked for, whichever is less. Exits of stopped operators are not paid for. What is
    /// given back of fees and ether goes to the caller.
    function trigger(
        IExitController.Rule rule,
        IBeaconVerifier.BlockProof calldata b,
        uint256[] calldata validatorIndices,
        BeaconValidator[] calldata validators,
        bytes32[] calldata proof
    ) external payable;

    /// @notice See `IExitController.triggerPartial`. Due since the deficit was noted; nothing while it is not. Paid as
    /// `trigger` is.
    function triggerPartial(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        bytes32 chunk,
        bytes32[] calldata balanceProof
    ) external payable;

    /// @notice What is fixed.
    function parameters() external view returns (Parameters memory);
}
