// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DepositSignature} from "../libraries/DepositSignature.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";

/// @title IBeaconDepositor
/// @notice Turns buffered ether and committed keys into validators: 1 ETH first, the rest once the beacon chain has been
/// shown to know the key with our credentials. Anyone may call: what is not committed, proven or free is refused.
interface IBeaconDepositor {
    /// @notice What is fixed with a depositor.
    /// @param genesisForkVersion Of the beacon chain: it makes the domain under which deposits are signed.
    /// @param checksCurated Whether operators that governance knows must show that their signatures are good.
    /// @param checksOthers Whether all other operators must.
    /// @param credentialsPrefix Of new keys' credentials: the ledger's own (0x02), or a greater one that a fork brought.
    struct Parameters {
        bytes4 genesisForkVersion;
        bool checksCurated;
        bool checksOthers;
        bytes1 credentialsPrefix;
    }

    /// @notice Validators of the beacon state, proven under one block root.
    /// @param timestamp Timestamp of an execution block at most `MAX_ROOT_AGE` old; the root is that of its parent.
    /// @param indices Validator indices, strictly increasing.
    /// @param validators Their containers, in the same order.
    /// @param proof See `SSZ.listRoot`.
    struct ValidatorProof {
        uint64 timestamp;
        uint256[] indices;
        BeaconValidator[] validators;
        bytes32[] proof;
    }

    /// @notice Where the keys of validators stand in an operator's commitment.
    /// @param gindices The keys' places in the commitment, strictly decreasing.
    /// @param positions For each of them, where the validator stands in `validators`.
    /// @param signatureHashes For each of them, keccak256 of the committed deposit signature.
    /// @param proof See `KeyTree.verifyMany`.
    struct KeyProof {
        uint256 operatorId;
        bytes32 root;
        uint32[] gindices;
        uint256[] positions;
        bytes32[] signatureHashes;
        bytes32[] proof;
    }

    /// @notice One validator, and where its key stands: the fields of `ValidatorProof` and `KeyProof`.
    struct OneValidator {
        uint64 timestamp;
        uint40 validatorIndex;
        uint64 effectiveBalance;
        uint64 activationEligibilityEpoch;
        uint64 activationEpoch;
        uint64 amountGwei;
        uint32 gindex;
        uint256 operatorId;
        bytes32 root;
        bytes32 signatureHash;
    }

    /// @notice The free buffer (what unfinalised requests leave) is too small (wei).
    error FreeBufferTooSmall(uint256 free, uint256 needed);
    /// @notice The root is too old, or of the future (seconds since 1970).
    error RootTooOld(uint256 timestamp, uint256 oldest);
    /// @notice The validator's withdrawal credentials are not ours.
    error WrongCredentials(uint256 validatorIndex, bytes32 credentials, bytes32 ours);
    /// @notice The validator is slashed.
    error ValidatorSlashed(uint256 validatorIndex);
    /// @notice The validator exits.
    error ValidatorExiting(uint256 validatorIndex, uint256 exitEpoch);
    /// @notice A depositor with another prefix than the ledger's must check all signatures: keys may have been committed
    /// that were signed for the former one.
    error SignaturesMustBeChecked(bytes1 prefix);
    /// @notice The operator is of a class whose signatures are checked: see `predepositChecked`.
    error SignaturesUnchecked(uint256 operatorId);
    /// @notice The beacon chain would not accept this key's deposit: the signature is not that of the key under 1 ETH with
    /// our credentials, or one of the two is no point of its subgroup, or the Y coordinates are not theirs.
    error SignatureInvalid(bytes pubkey);
    /// @notice Lists that belong together have different lengths.
    error LengthMismatch(uint256 given, uint256 needed);

    /// @notice Sends 1 ETH of the buffer to the deposit contract for each key. See `IValidatorRegistry.predeposit`. The
    /// operator's stake grows by 32 ETH for each: its bond must back that (`IBondVault.requireBacked`), and its standing
    /// allotment must hold it (`IStakeAllocator.spend`: `AllotmentTooSmall`, `AllotmentEnded`).
    /// @param pubkeys BLS public keys, 48 bytes each. @param signatures BLS signatures of their deposits of 1 ETH with
    /// our credentials, 96 bytes each. They are not looked at: an operator whose class is checked (`isChecked`) is refused
    /// here (`SignaturesUnchecked`).
    function predeposit(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices,
        bytes calldata pubkeys,
        bytes calldata signatures,
        bytes32[] calldata proof
    ) external;

    /// @notice As `predeposit`, for operators of every class, with every signature checked, at some 174,000 gas for each.
    /// One that the beacon chain would not accept is refused (`SignatureInvalid`), and with it the whole call. A transaction
    /// (EIP-7825) has room for some 70 keys.
    /// @param yCoordinates Of each key and signature, in their order: what their compressed forms leave out.
    function predepositChecked(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices,
        bytes calldata pubkeys,
        bytes calldata signatures,
        bytes32[] calldata proof,
        DepositSignature.YCoordinates[] calldata yCoordinates
    ) external;

    /// @notice Proves that predeposited keys became validators of ours, and tops them up. What a validator gets beyond 32
    /// ETH in all, the bond must back and an allotment must hold; so too the 32 ETH of a key that was lost before, whose
    /// stake was given up. Up to 32 ETH neither is asked: that was settled with the predeposit, whatever became of the
    /// allotment since.
    /// @param amountsGwei Top-up of each validator, in the order of `p.validators`: whole ETH, in gwei; 0 for none.
    function proveAndTopUp(
        ValidatorProof calldata p,
        KeyProof calldata k,
        uint64[] calldata amountsGwei
    ) external;

    /// @notice As `proveAndTopUp`, for one validator, at less gas: what must be so is taken as given. A validator
    /// with other credentials, slashed or exiting, leads to another root (`ProofInvalid`). One that has the ledger's prefix,
    /// where the depositor has another, goes by `proveAndTopUp`.
    /// @param pubkey 48 bytes. @param proof See `SSZ.listRoot`. @param keyProof Branch of the key in the commitment.
    function proveAndTopUpOne(
        OneValidator calldata v,
        bytes calldata pubkey,
        bytes32[] calldata proof,
        bytes32[] calldata keyProof
    ) external;

    /// @notice Tops up validators proven before; each needs a fresh proof again. Beyond 32 ETH as in `proveAndTopUp`.
    function topUp(ValidatorProof calldata p, uint64[] calldata amountsGwei) external;

    /// @notice Ether that may be deposited: the buffer less the value of all unfinalised withdrawal requests, in wei.
    function freeBuffer() external view returns (uint256);

    /// @notice Whether the operator is of a class whose signatures are checked. Reverts for an unknown one only where the
    /// classes differ.
    function isChecked(uint256 operatorId) external view returns (bool);
}
