// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @title KeyTree
/// @notice The binary Merkle tree of an operator's keys. Every node has a generalized index (consensus specification,
/// ssz/merkle-proofs.md): 1 is the root, 2g and 2g + 1 are the children of g. A branch is hashed left and right by the bits
/// of the index, so that under one root a place holds one key. The `count` leaves of a tree stand at `count` to
/// `2 * count - 1`, the first key at the highest place, as in the arrays of OpenZeppelin's library for such trees.
///
/// A leaf is the hash of two hashes of 48 and 96 bytes, a node that of two hashes of 64: neither can pass for the other.
library KeyTree {
    /// @notice The leaf of a key: keccak256 of the hashes of its public key and of its deposit signature.
    function leaf(bytes32 pubkeyHash, bytes32 signatureHash) internal pure returns (bytes32) {
        return Hashes.efficientKeccak256(pubkeyHash, signatureHash);
    }

    /// @notice Whether `node` stands at `gindex` of the tree of `root`. `proof`: the siblings on its way up.
    function verify(
        bytes32 root,
        uint256 gindex,
        bytes32 node,
        bytes32[] calldata proof
    ) internal pure returns (bool) {
        for (uint256 i = 0; i < proof.length; ++i) {
            node = _parent(gindex, node, proof[i]);
            gindex >>= 1;
        }
        return gindex == 1 && node == root;
    }

    /// @notice Whether all `nodes` stand at their `gindices` of the tree of `root`.
    /// @param gindices Strictly decreasing, at least one. Overwritten, like `nodes`.
    /// @param proof The siblings that are not among the nodes or their parents, from the highest index down.
    function verifyMany(
        bytes32 root,
        uint256[] memory gindices,
        bytes32[] memory nodes,
        bytes32[] calldata proof
    ) internal pure returns (bool) {
        uint256 size = nodes.length;
        uint256 left = size;
        uint256 used = 0;
        uint256 read = 0;
        uint256 write = 0;
        // both lists are a queue in a ring: the first is taken, with its sibling if that comes next, and their parent put
        // at the end. Indices only shrink, and two nodes of one place never meet
        while (gindices[read] > 1) {
            uint256 gindex = gindices[read];
            bytes32 node = nodes[read];
            read = _next(read, size);
            bytes32 sibling;
            if (left > 1 && gindices[read] == gindex ^ 1) {
                sibling = nodes[read];
                read = _next(read, size);
                --left;
            } else {
                if (used == proof.length) return false;
                sibling = proof[used++];
            }
            gindices[write] = gindex >> 1;
            nodes[write] = _parent(gindex, node, sibling);
            write = _next(write, size);
        }
        return gindices[read] == 1 && left == 1 && used == proof.length && nodes[read] == root;
    }

    function _parent(uint256 gindex, bytes32 node, bytes32 sibling) private pure returns (bytes32) {
        return
            gindex & 1 == 1
                ? Hashes.efficientKeccak256(sibling, node)
                : Hashes.efficientKeccak256(node, sibling);
    }

    function _next(uint256 place, uint256 size) private pure returns (uint256) {
        return ++place == size ? 0 : place;
    }
}
