// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BeaconValidator} from "../types/BeaconValidator.sol";
import {DepositSignature} from "../libraries/DepositSignature.sol";
import {IBeaconVerifier} from "./IBeaconVerifier.sol";

/// @title ISlashingOracle
/// @notice What the beacon chain already knows of our validators, proven by anyone: how far each has come, that one was
/// slashed, that a key has foreign credentials. The operator's bond pays.
/// Blocks and proofs are those of `IBeaconVerifier`, whose errors pass through.
interface ISlashingOracle {
    /// @notice What a fault costs.
    /// @param penaltyQuotient The initial penalty of a slashing is the effective balance divided by this: 4,096
    /// (MIN_SLASHING_PENALTY_QUOTIENT_ELECTRA).
    /// @param provisionBp What is locked beside it for the losses that follow, in 1/10,000 of the balance at stake.
    /// @param bountyBp Part of the initial penalty that whoever proves it gets from the bond, in 1/10,000.
    /// @param foreignFine What a key with foreign credentials costs beside its predeposit, in wei.
    /// @param foreignBounty What whoever proves that gets from the bond, in wei.
    /// @param slashingsVector EPOCHS_PER_SLASHINGS_VECTOR: 8,192, or 64 in the minimal preset.
    /// @param genesisForkVersion GENESIS_FORK_VERSION: 0x00000000 on mainnet.
    struct Parameters {
        uint64 penaltyQuotient;
        uint16 provisionBp;
        uint16 bountyBp;
        uint64 foreignFine;
        uint64 foreignBounty;
        uint32 slashingsVector;
        bytes4 genesisForkVersion;
    }

    /// @notice A slashed validator under a block of the epoch of its slashing.
    struct Slashed {
        IBeaconVerifier.BlockProof b;
        BeaconValidator v;
        bytes32[] proof;
    }

    /// @notice A validator that is about to be merged into another (EIP-7251), under the last block before.
    /// @param entry It and its target, see `IBeaconVerifier.verifyPendingConsolidation`. @param v, proof The validator.
    /// @param chunk, balanceProof Its balance, see `IBeaconVerifier.verifyBalance`.
    struct Merge {
        IBeaconVerifier.BlockProof b;
        IBeaconVerifier.PendingConsolidation entry;
        bytes32[] entryProof;
        BeaconValidator v;
        bytes32[] proof;
        bytes32 chunk;
        bytes32[] balanceProof;
    }

    /// @notice What a slashed validator lost up to `slot` was burnt from the bond. `last`: nothing is locked for it any
    /// more.
    event SlashingSettled(uint256 indexed validatorIndex, uint256 slot, uint256 balanceGwei, bool last);
    /// @notice A key of an operator was proven to have foreign credentials.
    event ForeignCredentialsProven(
        uint256 indexed operatorId,
        bytes32 indexed pubkeyHash,
        address indexed prover,
        bytes32 credentials
    );

    /// @notice A key that had a predeposit was proven to be a validator of ours already, under another commitment.
    event DuplicateProven(uint256 indexed operatorId, bytes32 indexed pubkeyHash, uint256 validatorIndex);

    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);
    /// @notice The validator is none of ours.
    error NotOurs(uint256 validatorIndex);
    /// @notice The validator is not slashed.
    error NotSlashed(uint256 validatorIndex);
    /// @notice The validator is slashed: prove that first.
    error SlashingNotProven(uint256 validatorIndex);
    /// @notice No report has booked what was lost up to this slot.
    error NotBookedYet(uint256 slot, uint256 lastRefSlot);
    /// @notice The block is of a later epoch than the slashing: what was at stake is not seen any more.
    error AfterEpochOfSlashing(uint256 epoch, uint256 withdrawableEpoch);
    /// @notice The validator may have been paid out at this epoch: its balance says nothing.
    error AfterWithdrawable(uint256 epoch, uint256 withdrawableEpoch);
    /// @notice The base may have what this slot's balance has not, see `proveArrival`.
    error BeforeBase(uint256 slot, uint256 fromSlot);
    /// @notice The source is slashed: the beacon chain moves nothing of it.
    error SourceSlashed(uint256 source);
    /// @notice The block is not surely the last one before the source's balance moves, at `arrivalSlot`.
    error MergeAhead(uint256 slot, uint256 arrivalSlot);
    /// @notice What arrives so late is in no balance that may be settled.
    error ArrivalTooLate(uint256 arrivalSlot, uint256 withdrawableEpoch);
    /// @notice The key's validator has our credentials.
    error CredentialsAreOurs(bytes32 pubkeyHash);
    /// @notice The signature is not that of the key under the predeposit: its ether may have gone nowhere.
    error SignatureInvalid(bytes32 pubkeyHash);

    /// @notice Proves how far a validator of ours has come. Reverts with `NothingNew` where that is known.
    function proveState(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external;

    /// @notice Proves that a validator of ours was slashed: stops its operator, locks the initial penalty and a provision of
    /// its bond, and pays the caller a bounty. Once for each validator. Best under a block of the epoch of the slashing: a
    /// later one tells no exact base, and costs some 30,000 gas more.
    function proveSlashed(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external;

    /// @notice Corrects the base of a lock. The end of an epoch lowers the effective balance of a large validator by an ETH
    /// for its initial penalty alone, so a slashing that is proven later would have a base that the penalty lies above.
    /// Anyone may, at any time before the last settlement, under the root of a block of the epoch of the slashing.
    function raiseBase(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external;

    /// @notice Adds to the base of a lock what another validator of ours brought when it was merged into a slashed one: else
    /// losses up to that amount would hide behind it. Anyone may, before the last settlement, once for each source.
    ///
    /// The merge is at the end of the epoch before the source is withdrawable, and moves its balance, the effective one at
    /// most (process_pending_consolidations). The block of `m` must be the last one before: its slot is told as the last of
    /// that epoch, or a later one. From then on only balances from `ARRIVAL_MARGIN` epochs after the merge are settled.
    /// @param slashed The target, which tells the base without the arrival.
    function proveArrival(Slashed calldata slashed, Merge calldata m) external;

    /// @notice Burns bond against what a slashed validator has lost, as far as a report has booked it. Once the penalty for
    /// correlated slashings is over (half the slashings vector before it is withdrawable) it is the last time, and the
    /// rest is unlocked. The block must be before the validator is withdrawable, not after the last report's reference
    /// slot, and not before what the base tells of (`BeforeBase`).
    /// @param chunk, balanceProof See `IBeaconVerifier.verifyBalance`.
    function settle(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        bytes32 chunk,
        bytes32[] calldata balanceProof
    ) external;

    /// @notice Proves that a key which had a predeposit has foreign credentials: its operator is stopped, its bond pays the
    /// predeposit and a fine, and the caller gets a bounty. Once for each key, at any time: where the predeposit was given
    /// up before, the bond was charged for it then, and pays the fine and the bounty alone.
    /// @param gindex, signatureHash, keyProof The key in its operator's commitment: see `IValidatorRegistry.markForeign`.
    function proveForeign(
        uint256 operatorId,
        bytes32 root,
        uint32 gindex,
        bytes32 signatureHash,
        bytes32[] calldata keyProof,
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external;

    /// @notice Proves that a key which had a predeposit is a validator of ours already, proven under another commitment: an
    /// operator may copy the keys that another has published. The key is given up, its stake and its lock are free, and
    /// nobody pays: the ether lies with a validator of ours. Under a signature that is no good it went nowhere, so the
    /// signature is checked (EIP-2537). Where the key was given up before, what was burnt stays burnt, and what the bond did
    /// not cover is uncovered no more.
    /// @param y Y coordinates of key and signature, see `DepositSignature`.
    function proveDuplicate(
        uint256 operatorId,
        bytes32 root,
        uint32 gindex,
        bytes calldata signature,
        bytes32[] calldata keyProof,
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        DepositSignature.YCoordinates calldata y
    ) external;

    /// @notice What was fixed when the contract was deployed.
    function parameters() external view returns (Parameters memory);
}
