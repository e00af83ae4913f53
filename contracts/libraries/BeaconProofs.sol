// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";
import {SSZ} from "./SSZ.sol";

/// @title BeaconProofs
/// @notice What the beacon chain says, proven under the root of one of its blocks.
/// Functions that are given no generalized index know the layout of Electra and Fulu (consensus specification,
/// electra/beacon-chain.md), which is the same for the minimal preset: contracts that use them are replaced when a later
/// fork has another one. The others are told where a field stands, by its generalized index under the block root.
library BeaconProofs {
    /// @notice The proof does not lead to the block root.
    error ProofInvalid(bytes32 computed, bytes32 blockRoot);
    /// @notice The length of a public key is not 48.
    error PubkeyLength(uint256 length);
    /// @notice As many indices as elements are needed, at least one.
    error CountMismatch(uint256 indices, uint256 elements);
    /// @notice Where the length of a list belongs stands something else: the state is of another layout.
    error NotALength(bytes32 found);

    uint64 internal constant FAR_FUTURE_EPOCH = type(uint64).max;
    /// @dev From the data root of `validators` up: length mix-in (left: 0), field 11 of 64, state_root = field 3 of 8.
    uint256 internal constant VALIDATORS_GINDEX = ((((8 + 3) << 6) | 11) << 1);
    /// @dev finalized_checkpoint = field 20 of 64, epoch = its left half.
    uint256 internal constant FINALIZED_EPOCH_GINDEX = ((((8 + 3) << 6) | 20) << 1);
    /// @dev Levels of the data tree of `balances`: 2^40 of them, four to a chunk.
    uint256 internal constant BALANCES_DEPTH = SSZ.DEPTH - 2;
    /// @dev Levels of the data tree of `historical_summaries`: HISTORICAL_ROOTS_LIMIT = 2^24.
    uint256 internal constant SUMMARIES_DEPTH = 24;
    /// @dev Levels of the data tree of `pending_deposits`: PENDING_DEPOSITS_LIMIT = 2^27 in both presets.
    uint256 internal constant DEPOSITS_DEPTH = 27;
    /// @dev state_root = field 3 of 8 of the block header.
    uint256 internal constant STATE_ROOT_GINDEX = 8 + 3;
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
        verifyValidatorsAt(VALIDATORS_GINDEX, blockRoot, indices, validators, proof);
    }

    /// @notice As `verifyValidators`, with the data tree of `validators` at `gindex`.
    function verifyValidatorsAt(
        uint256 gindex,
        bytes32 blockRoot,
        uint256[] memory indices,
        BeaconValidator[] calldata validators,
        bytes32[] calldata proof
    ) internal view {
        bytes32[] memory leaves = new bytes32[](validators.length);
        for (uint256 i = 0; i < leaves.length; ++i) leaves[i] = validatorRoot(validators[i]);
        verifyElements(gindex, SSZ.DEPTH, blockRoot, indices, leaves, proof);
    }

    /// @notice As `verifyValidators`, for one whose container hashes to `leaf`.
    function verifyValidator(
        bytes32 blockRoot,
        uint256 index,
        bytes32 leaf,
        bytes32[] calldata proof
    ) internal view {
        verifyElement(VALIDATORS_GINDEX, SSZ.DEPTH, blockRoot, index, leaf, proof);
    }

    /// @notice Proves that the list whose data tree of `depth` levels is at `gindex` has `leaf` at `index`.
    function verifyElement(
        uint256 gindex,
        uint256 depth,
        bytes32 blockRoot,
        uint256 index,
        bytes32 leaf,
        bytes32[] calldata proof
    ) internal view {
        bytes32 computed = SSZ.listBranchRoot(leaf, index, 0, depth, gindex, proof);
        require(computed == blockRoot, ProofInvalid(computed, blockRoot));
    }

    /// @notice As above, for `leaves` at `indices`, which are strictly increasing; both are overwritten.
    function verifyElements(
        uint256 gindex,
        uint256 depth,
        bytes32 blockRoot,
        uint256[] memory indices,
        bytes32[] memory leaves,
        bytes32[] calldata proof
    ) internal view {
        uint256 count = leaves.length;
        require(count > 0 && indices.length == count, CountMismatch(indices.length, count));
        bytes32 computed = SSZ.listRoot(indices, leaves, depth, gindex, proof);
        require(computed == blockRoot, ProofInvalid(computed, blockRoot));
    }

    /// @notice The length of the list through which a verified `proof` leads: the first hash above the data tree at
    /// `gindex`.
    ///
    /// A length has 24 bytes of zeros, which no hash has. So a proof that holds because a state of another layout happens
    /// to have some node at the same place is refused, wherever the specification has no length there.
    function listLength(uint256 gindex, bytes32[] calldata proof) internal pure returns (uint256) {
        uint256 above = Math.log2(gindex);
        require(proof.length >= above, SSZ.WrongProofLength(proof.length, above));
        bytes32 found = proof[proof.length - above];
        require(uint256(found) << 64 == 0, NotALength(found));
        return SSZ.uint64At(found, 0);
    }

    /// @notice Proves that `root` is that of the last block at or before a slot, through `historical_summaries`, whose data
    /// tree is at `gindex`, of the later block of `blockRoot`.
    /// @param place The slot modulo `1 << levels`, the number of roots in a summary. @param index Of that summary.
    /// @param proof `levels` hashes among the block roots, the root of the summary's state roots, then those of the list.
    function verifyPastRoot(
        uint256 gindex,
        uint256 levels,
        bytes32 blockRoot,
        uint256 index,
        uint256 place,
        bytes32 root,
        bytes32[] calldata proof
    ) internal view {
        uint256 inside = levels + 1;
        require(proof.length >= inside, SSZ.WrongProofLength(proof.length, inside));
        // block_summary_root is the left one of the two fields
        bytes32 summary = SSZ.branchRoot(root, (1 << inside) | place, proof[:inside]);
        verifyElement(gindex, SUMMARIES_DEPTH, blockRoot, index, summary, proof[inside:]);
    }

    /// @notice Proves that `leaf` stands at `gindex` under `blockRoot`.
    function verifyLeaf(
        uint256 gindex,
        bytes32 blockRoot,
        bytes32 leaf,
        bytes32[] calldata proof
    ) internal view {
        bytes32 computed = SSZ.branchRoot(leaf, gindex, proof);
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
        verifyLeaf(FINALIZED_EPOCH_GINDEX, blockRoot, SSZ.chunk(epoch), proof);
    }

    /// @notice Proves that the block of `blockRoot` is of `slot`.
    function verifySlot(bytes32 blockRoot, uint64 slot, bytes32[] calldata proof) internal view {
        verifyLeaf(SLOT_GINDEX, blockRoot, SSZ.chunk(slot), proof);
    }

    /// @notice hash_tree_root of a PendingPartialWithdrawal (electra/beacon-chain.md): three fields, two levels.
    function pendingPartialRoot(
        uint64 validatorIndex,
        uint64 amountGwei,
        uint64 withdrawableEpoch
    ) internal view returns (bytes32) {
        return
            SSZ.hash(
                SSZ.hash(SSZ.chunk(validatorIndex), SSZ.chunk(amountGwei)),
                SSZ.hash(SSZ.chunk(withdrawableEpoch), 0)
            );
    }

    /// @notice hash_tree_root of a PendingConsolidation (electra/beacon-chain.md): two fields.
    function pendingConsolidationRoot(uint64 source, uint64 target) internal view returns (bytes32) {
        return SSZ.hash(SSZ.chunk(source), SSZ.chunk(target));
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
