// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BeaconValidator} from "../types/BeaconValidator.sol";
import {SSZ} from "./SSZ.sol";

/// @title BeaconProofs
/// @notice What the beacon chain says, proven under the root of one of its blocks.
/// The layout is that of Electra and Fulu (consensus specification, electra/beacon-chain.md); it is the same for the
/// minimal preset. A later fork has another layout: contracts that use this library are replaced for it.
library BeaconProofs {
    /// @notice The proof does not lead to the block root.
    error ProofInvalid(bytes32 computed, bytes32 blockRoot);
    /// @notice The length of a public key is not 48.
    error PubkeyLength(uint256 length);
    /// @notice As many indices as validators are needed, at least one.
    error CountMismatch(uint256 indices, uint256 validators);

    uint64 internal constant FAR_FUTURE_EPOCH = type(uint64).max;
    /// @dev From the data root of `validators` up: length mix-in (left: 0), field 11 of 64, state_root = field 3 of 8.
    uint256 internal constant VALIDATORS_GINDEX = ((((8 + 3) << 6) | 11) << 1);
    /// @dev finalized_checkpoint = field 20 of 64, epoch = its left half.
    uint256 internal constant FINALIZED_EPOCH_GINDEX = ((((8 + 3) << 6) | 20) << 1);
    /// @dev slot = field 0 of 8 of the block header.
    uint256 internal constant SLOT_GINDEX = 8;

    /// @notice Proves that the beacon state under `blockRoot` holds `validators` at `indices`.
    /// @param indices Validator indices, strictly increasing.
    /// @param proof Hashes in the order of `SSZ.listRoot`; for a single validator as many as a list of that length has
    /// levels, and 10.
    function verifyValidators(
        bytes32 blockRoot,
        uint256[] memory indices,
        BeaconValidator[] calldata validators,
        bytes32[] calldata proof
    ) internal view {
        uint256 count = validators.length;
        require(count > 0 && indices.length == count, CountMismatch(indices.length, count));
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) leaves[i] = validatorRoot(validators[i]);
        bytes32 computed = SSZ.listRoot(indices, leaves, VALIDATORS_GINDEX, proof);
        require(computed == blockRoot, ProofInvalid(computed, blockRoot));
    }

    /// @notice As `verifyValidators`, for one whose container hashes to `leaf`.
    function verifyValidator(
        bytes32 blockRoot,
        uint256 index,
        bytes32 leaf,
        bytes32[] calldata proof
    ) internal view {
        bytes32 computed = SSZ.listBranchRoot(leaf, index, 0, VALIDATORS_GINDEX, proof);
        require(computed == blockRoot, ProofInvalid(computed, blockRoot));
    }

    /// @notice hash_tree_root of a validator that is neither slashed nor exiting.
    /// @param pubkey 48 bytes; the length is checked.
    function liveValidatorRoot(
        bytes calldata pubkey,
        bytes32 credentials,
        uint64 effectiveBalance,
        uint64 activationEligibilityEpoch,
        uint64 activationEpoch
    ) internal view returns (bytes32) {
        require(pubkey.length == 48, PubkeyLength(pubkey.length));
        bytes32 never = SSZ.chunk(FAR_FUTURE_EPOCH);
        bytes32 left = SSZ.hash(
            SSZ.hash(SSZ.pubkeyRoot(pubkey), credentials),
            SSZ.hash(SSZ.chunk(effectiveBalance), 0)
        );
        bytes32 right = SSZ.hash(
            SSZ.hash(SSZ.chunk(activationEligibilityEpoch), SSZ.chunk(activationEpoch)),
            SSZ.hash(never, never)
        );
        return SSZ.hash(left, right);
    }

    /// @notice Proves that the beacon state under `blockRoot` has finalised `epoch`.
    function verifyFinalizedEpoch(bytes32 blockRoot, uint64 epoch, bytes32[] calldata proof) internal view {
        bytes32 computed = SSZ.branchRoot(SSZ.chunk(epoch), FINALIZED_EPOCH_GINDEX, proof);
        require(computed == blockRoot, ProofInvalid(computed, blockRoot));
    }

    /// @notice Proves that the block of `blockRoot` is of `slot`.
    function verifySlot(bytes32 blockRoot, uint64 slot, bytes32[] calldata proof) internal view {
        bytes32 computed = SSZ.branchRoot(SSZ.chunk(slot), SLOT_GINDEX, proof);
        require(computed == blockRoot, ProofInvalid(computed, blockRoot));
    }

    /// @notice hash_tree_root of a validator: eight fields, three levels.
    function validatorRoot(BeaconValidator calldata v) internal view returns (bytes32) {
        require(v.pubkey.length == 48, PubkeyLength(v.pubkey.length));
        bytes32 left = SSZ.hash(
            SSZ.hash(SSZ.pubkeyRoot(v.pubkey), v.withdrawalCredentials),
            SSZ.hash(SSZ.chunk(v.effectiveBalance), SSZ.chunk(v.slashed))
        );
        bytes32 right = SSZ.hash(
            SSZ.hash(SSZ.chunk(v.activationEligibilityEpoch), SSZ.chunk(v.activationEpoch)),
            SSZ.hash(SSZ.chunk(v.exitEpoch), SSZ.chunk(v.withdrawableEpoch))
        );
        return SSZ.hash(left, right);
    }
}
