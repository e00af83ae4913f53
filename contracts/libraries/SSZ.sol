// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title SSZ
/// @notice Merkle hashing and proofs of SimpleSerialize (consensus specification, ssz/merkle-proofs.md).
library SSZ {
    /// @notice The proof has `given` hashes where the shape of the tree asks for `needed`.
    error WrongProofLength(uint256 given, uint256 needed);
    /// @notice Indices must be strictly increasing and below the size of the tree.
    error IndexOutOfOrder(uint256 index);

    /// @notice SHA-256 of two nodes.
    function hash(bytes32 left, bytes32 right) internal view returns (bytes32 node) {
        // scratch space only; the precompile at 0x02 cannot fail with enough gas, and without gas nothing goes on
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            if iszero(staticcall(gas(), 0x02, 0x00, 0x40, 0x00, 0x20)) {
                revert(0x00, 0x00)
            }
            node := mload(0x00)
        }
    }

    /// @notice A uint64 as a chunk: little-endian, padded with zeros.
    function chunk(uint64 value) internal pure returns (bytes32) {
        uint256 v = value;
        v = ((v & 0x00FF00FF00FF00FF) << 8) | ((v & 0xFF00FF00FF00FF00) >> 8);
        v = ((v & 0x0000FFFF0000FFFF) << 16) | ((v & 0xFFFF0000FFFF0000) >> 16);
        v = (v << 32) | (v >> 32);
        return bytes32(v << 192);
    }

    /// @notice A boolean as a chunk.
    function chunk(bool value) internal pure returns (bytes32) {
        return value ? bytes32(uint256(1) << 248) : bytes32(0);
    }

    /// @notice hash_tree_root of a 48-byte vector (a public key). The length is the caller's to check.
    function pubkeyRoot(bytes calldata pubkey) internal view returns (bytes32) {
        return hash(bytes32(pubkey[0:32]), bytes32(pubkey[32:48]));
    }

    /// @notice The root to which `leaf` at generalized index `gindex` leads by `proof` (leaf first).
    function branchRoot(bytes32 leaf, uint256 gindex, bytes32[] calldata proof) internal view returns (bytes32 node) {
        node = leaf;
        uint256 i = 0;
        for (; gindex > 1; gindex >>= 1) {
            require(i < proof.length, WrongProofLength(proof.length, i + 1));
            node = gindex & 1 == 1 ? hash(proof[i], node) : hash(node, proof[i]);
            ++i;
        }
        require(i == proof.length, WrongProofLength(proof.length, i));
    }

    /// @notice The root of a list's data tree of `depth` levels in which the leaves at `indices` are `nodes`, and then
    /// on through the branch at `gindex` above it. One shape for given indices: no flags, nothing to choose.
    ///
    /// Level by level, left to right: two known neighbours are hashed together, a node without one takes the next
    /// hash of `proof`. When all known nodes have met and the list's root is reached, the branch takes the rest.
    /// @param indices Strictly increasing, below 2^depth. Overwritten, like `nodes`.
    function multiBranchRoot(
        uint256[] memory indices,
        bytes32[] memory nodes,
        uint256 depth,
        uint256 gindex,
        bytes32[] calldata proof
    ) internal view returns (bytes32) {
        uint256 count = indices.length;
        for (uint256 i = 0; i < count; ++i) {
            bool ordered = i == 0 || indices[i] > indices[i - 1];
            require(ordered && indices[i] >> depth == 0, IndexOutOfOrder(indices[i]));
        }
        uint256 used = 0;
        for (uint256 level = 0; level < depth; ++level) {
            uint256 out = 0;
            for (uint256 i = 0; i < count; ++i) {
                uint256 index = indices[i];
                bytes32 node = nodes[i];
                if (index & 1 == 0 && i + 1 < count && indices[i + 1] == index + 1) {
                    node = hash(node, nodes[++i]);
                } else {
                    require(used < proof.length, WrongProofLength(proof.length, used + 1));
                    bytes32 sibling = proof[used++];
                    node = index & 1 == 1 ? hash(sibling, node) : hash(node, sibling);
                }
                indices[out] = index >> 1;
                nodes[out++] = node;
            }
            count = out;
        }
        return branchRoot(nodes[0], gindex, proof[used:]);
    }
}
