// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title SSZ
/// @notice Merkle hashing and proofs of SimpleSerialize (consensus specification, ssz/merkle-proofs.md).
library SSZ {
    /// @notice The proof has `given` hashes where the shape of the tree asks for `needed`.
    error WrongProofLength(uint256 given, uint256 needed);
    /// @notice Indices must be strictly increasing and below the size of the tree.
    error IndexOutOfOrder(uint256 index);
    /// @notice The SHA-256 precompile had too little gas.
    error HashFailed();

    /// @dev Levels of the data tree of `validators`: VALIDATOR_REGISTRY_LIMIT = 2^40.
    uint256 internal constant DEPTH = 40;
    /// @dev Roots of empty subtrees, from a leaf up: each is the hash of two of the one before.
    bytes private constant ZERO_HASHES =
        hex"0000000000000000000000000000000000000000000000000000000000000000"
        hex"f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"
        hex"db56114e00fdd4c1f85c892bf35ac9a89289aaecb1ebd0a96cde606a748b5d71"
        hex"c78009fdf07fc56a11f122370658a353aaa542ed63e44c4bc15ff4cd105ab33c"
        hex"536d98837f2dd165a55d5eeae91485954472d56f246df256bf3cae19352a123c"
        hex"9efde052aa15429fae05bad4d0b1d7c64da64d03d7a1854a588c2cb8430c0d30"
        hex"d88ddfeed400a8755596b21942c1497e114c302e6118290f91e6772976041fa1"
        hex"87eb0ddba57e35f6d286673802a4af5975e22506c7cf4c64bb6be5ee11527f2c"
        hex"26846476fd5fc54a5d43385167c95144f2643f533cc85bb9d16b782f8d7db193"
        hex"506d86582d252405b840018792cad2bf1259f1ef5aa5f887e13cb2f0094f51e1"
        hex"ffff0ad7e659772f9534c195c815efc4014ef1e1daed4404c06385d11192e92b"
        hex"6cf04127db05441cd833107a52be852868890e4317e6a02ab47683aa75964220"
        hex"b7d05f875f140027ef5118a2247bbb84ce8f2f0f1123623085daf7960c329f5f"
        hex"df6af5f5bbdb6be9ef8aa618e4bf8073960867171e29676f8b284dea6a08a85e"
        hex"b58d900f5e182e3c50ef74969ea16c7726c549757cc23523c369587da7293784"
        hex"d49a7502ffcfb0340b1d7885688500ca308161a7f96b62df9d083b71fcc8f2bb"
        hex"8fe6b1689256c0d385f42f5bbe2027a22c1996e110ba97c171d3e5948de92beb"
        hex"8d0d63c39ebade8509e0ae3c9c3876fb5fa112be18f905ecacfecb92057603ab"
        hex"95eec8b2e541cad4e91de38385f2e046619f54496c2382cb6cacd5b98c26f5a4"
        hex"f893e908917775b62bff23294dbbe3a1cd8e6cc1c35b4801887b646a6f81f17f"
        hex"cddba7b592e3133393c16194fac7431abf2f5485ed711db282183c819e08ebaa"
        hex"8a8d7fe3af8caa085a7639a832001457dfb9128a8061142ad0335629ff23ff9c"
        hex"feb3c337d7a51a6fbf00b9e34c52e1c9195c969bd4e7a0bfd51d5c5bed9c1167"
        hex"e71f0aa83cc32edfbefa9f4d3e0174ca85182eec9f3a09f6a6c0df6377a510d7"
        hex"31206fa80a50bb6abe29085058f16212212a60eec8f049fecb92d8c8e0a84bc0"
        hex"21352bfecbeddde993839f614c3dac0a3ee37543f9b412b16199dc158e23b544"
        hex"619e312724bb6d7c3153ed9de791d764a366b389af13c58bf8a8d90481a46765"
        hex"7cdd2986268250628d0c10e385c58c6191e6fbe05191bcc04f133f2cea72c1c4"
        hex"848930bd7ba8cac54661072113fb278869e07bb8587f91392933374d017bcbe1"
        hex"8869ff2c22b28cc10510d9853292803328be4fb0e80495e8bb8d271f5b889636"
        hex"b5fe28e79f1b850f8658246ce9b6a1e7b49fc06db7143e8fe0b4f2b0c5523a5c"
        hex"985e929f70af28d0bdd1a90a808f977f597c7c778c489e98d3bd8910d31ac0f7"
        hex"c6f67e02e6e4e1bdefb994c6098953f34636ba2b6ca20a4721d2b26a886722ff"
        hex"1c9a7e5ff1cf48b4ad1582d3f4e4a1004f3b20d8c5a2b71387a4254ad933ebc5"
        hex"2f075ae229646b6f6aed19a5e372cf295081401eb893ff599b3f9acc0c0d3e7d"
        hex"328921deb59612076801e8cd61592107b5c67c79b846595cc6320c395b46362c"
        hex"bfb909fdb236ad2411b4e4883810a074b840464689986c3f8a8091827e17c327"
        hex"55d8fb3687ba3ba49f342c77f5a1f89bec83d811446e1a467139213d640b6a74"
        hex"f7210d4f8e7e1039790e7bf4efa207555a10a6db1dd4b95da313aaa88b88fe76"
        hex"ad21b516cbc645ffe34ab5de1c8aef8cd4e7f8d2b51e8e1456adc7563cda206f";

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
        return bytes32(_reversed(value) << 192);
    }

    /// @notice The uint64 at `place` (0 to 3) of a chunk that holds four of them, little-endian.
    function uint64At(bytes32 value, uint256 place) internal pure returns (uint64) {
        // the cast takes the lowest 64 bits: the eight bytes at the place, whose reversal may have more above
        return uint64(_reversed(uint64(uint256(value) >> (192 - 64 * place))));
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
    function branchRoot(
        bytes32 leaf,
        uint256 gindex,
        bytes32[] calldata proof
    ) internal view returns (bytes32 node) {
        uint256 depth = Math.log2(gindex);
        require(proof.length == depth, WrongProofLength(proof.length, depth));
        bool hashed = true;
        // scratch space only: the node stands in the left or right half by the lowest bit of the index, its sibling,
        // read from the proof whose length was just checked, in the other; each hash is written where the next one
        // wants it. At the end the index is 1: the node is in the right half
        assembly ("memory-safe") {
            let side := shl(5, and(gindex, 1))
            mstore(side, leaf)
            let end := add(proof.offset, shl(5, depth))
            for {
                let at := proof.offset
            } lt(at, end) {
                at := add(at, 0x20)
            } {
                mstore(xor(side, 0x20), calldataload(at))
                gindex := shr(1, gindex)
                side := shl(5, and(gindex, 1))
                hashed := and(hashed, staticcall(gas(), 0x02, 0x00, 0x40, side, 0x20))
            }
            node := mload(0x20)
        }
        require(hashed, HashFailed());
    }

    /// @notice The root of a list's data tree of `DEPTH` levels in which the leaves at `indices` are `nodes`, and then on
    /// through the branch at `gindex` above it. One shape for given indices and length of the list: no flags, nothing to
    /// choose.
    ///
    /// Level by level, left to right: two known neighbours are hashed together, a node without one takes the next hash
    /// of `proof`. When all known nodes have met, the node that is left takes hashes one by one. Above the levels that
    /// the list fills, the right-hand side is empty, and its hashes are not given but known: `proof` has as many hashes
    /// fewer as the list has empty levels. Last come the hashes of the branch at `gindex`.
    ///
    /// An index and a depth fix each step whatever the proof is, so a shorter or longer one leads to another root.
    /// @param indices Strictly increasing, below 2^DEPTH. Overwritten, like `nodes`.
    function listRoot(
        uint256[] memory indices,
        bytes32[] memory nodes,
        uint256 gindex,
        bytes32[] calldata proof
    ) internal view returns (bytes32) {
        return listRoot(indices, nodes, DEPTH, gindex, proof);
    }

    /// @notice As above, for a data tree of `depth` levels. @param depth At most `DEPTH`.
    function listRoot(
        uint256[] memory indices,
        bytes32[] memory nodes,
        uint256 depth,
        uint256 gindex,
        bytes32[] calldata proof
    ) internal view returns (bytes32 node) {
        uint256 count = indices.length;
        for (uint256 i = 0; i < count; ++i) {
            bool ordered = i == 0 || indices[i] > indices[i - 1];
            require(ordered && indices[i] >> depth == 0, IndexOutOfOrder(indices[i]));
        }
        require(nodes.length == count && count > 0, WrongProofLength(nodes.length, count));
        uint256 used = 0;
        uint256 level = 0;
        bool hashed = true;
        // scratch space for each pair of nodes, and both lists, which have the same length: what is written to them is never
        // ahead of what is read. A read behind their end is not used; one behind the end of the proof is refused below
        assembly ("memory-safe") {
            let apart := sub(nodes, indices)
            let start := add(indices, 0x20)
            let sibling := proof.offset
            for {} gt(count, 1) {
                level := add(level, 1)
            } {
                let end := add(start, shl(5, count))
                let out := start
                for {
                    let at := start
                } lt(at, end) {
                    at := add(at, 0x20)
                } {
                    let index := mload(at)
                    let side := shl(5, and(index, 1))
                    mstore(side, mload(add(at, apart)))
                    let next := add(at, 0x20)
                    switch and(iszero(side), and(lt(next, end), eq(mload(next), add(index, 1))))
                    case 1 {
                        mstore(0x20, mload(add(next, apart)))
                        at := next
                    }
                    default {
                        mstore(xor(side, 0x20), calldataload(sibling))
                        sibling := add(sibling, 0x20)
                    }
                    hashed := and(hashed, staticcall(gas(), 0x02, 0x00, 0x40, add(out, apart), 0x20))
                    mstore(out, shr(1, index))
                    out := add(out, 0x20)
                }
                count := shr(5, sub(out, start))
            }
            used := shr(5, sub(sibling, proof.offset))
        }

        require(used <= proof.length, WrongProofLength(proof.length, proof.length + 1));
        require(hashed, HashFailed());
        return listBranchRoot(nodes[0], indices[0], level, depth, gindex, proof[used:]);
    }

    /// @notice As `listRoot`, for one known node at `index` of `level` (0 for a leaf) of a data tree of `depth` levels.
    /// @param depth At most `DEPTH`.
    function listBranchRoot(
        bytes32 node,
        uint256 index,
        uint256 level,
        uint256 depth,
        uint256 gindex,
        bytes32[] calldata proof
    ) internal view returns (bytes32) {
        uint256 above = Math.log2(gindex);
        uint256 most = depth - level + above;
        require(proof.length >= above && proof.length <= most, WrongProofLength(proof.length, most));
        uint256 filled = proof.length - above;
        // what is left of the index belongs to levels whose other side is empty: it must be on the left
        require(index >> filled == 0, IndexOutOfOrder(index));
        node = branchRoot(node, (1 << filled) | index, proof[:filled]);
        node = _throughEmpty(node, level + filled, depth);
        return branchRoot(node, gindex, proof[filled:]);
    }

    /// @dev From `level` to the root of the data tree, with nothing but empty subtrees to the right.
    function _throughEmpty(bytes32 node, uint256 level, uint256 depth) private view returns (bytes32) {
        bytes memory zeros = ZERO_HASHES;
        bool hashed = true;
        // scratch space only: the node stays in the left half; levels are at most DEPTH, which the table covers
        assembly ("memory-safe") {
            mstore(0x00, node)
            let end := add(add(zeros, 0x20), shl(5, depth))
            for {
                let at := add(add(zeros, 0x20), shl(5, level))
            } lt(at, end) {
                at := add(at, 0x20)
            } {
                mstore(0x20, mload(at))
                hashed := and(hashed, staticcall(gas(), 0x02, 0x00, 0x40, 0x00, 0x20))
            }
            node := mload(0x00)
        }
        require(hashed, HashFailed());
        return node;
    }

    /// @dev The eight bytes of `value` in the other order.
    function _reversed(uint64 value) private pure returns (uint256 v) {
        v = value;
        v = ((v & 0x00FF00FF00FF00FF) << 8) | ((v & 0xFF00FF00FF00FF00) >> 8);
        v = ((v & 0x0000FFFF0000FFFF) << 16) | ((v & 0xFFFF0000FFFF0000) >> 16);
        // bits above the lowest 64 are the caller's to drop
        v = (v << 32) | (v >> 32);
    }
}
