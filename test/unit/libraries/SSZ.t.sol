// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SSZ} from "../../../contracts/libraries/SSZ.sol";
import {Beacon__Harness} from "../../harness/Beacon__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Hashing and Merkle branches, against a naive tree.
contract SSZTest is KedgeTest {
    uint256 private constant DEPTH = 5;
    uint256 private constant LIST_DEPTH = 40;
    Beacon__Harness private harness;

    function setUp() public {
        harness = new Beacon__Harness();
    }

    function testFuzz_hash_IsSha256(bytes32 left, bytes32 right) public view {
        assertEq(harness.hash(left, right), sha256(abi.encodePacked(left, right)));
    }

    function testFuzz_chunk_IsLittleEndian(uint64 value) public view {
        bytes32 chunk = harness.chunk(value);
        uint256 back = 0;
        for (uint256 i = 0; i < 32; ++i) {
            if (i < 8) back |= uint256(uint8(chunk[i])) << (8 * i);
            else assertEq(uint256(uint8(chunk[i])), 0, "padding");
        }
        assertEq(back, value);
    }

    function test_chunk_HasKnownValues() public view {
        assertEq(harness.chunk(1), bytes32(uint256(1) << 248));
        assertEq(
            harness.chunk(0x0102030405060708),
            bytes32(0x0807060504030201000000000000000000000000000000000000000000000000)
        );
        assertEq(
            harness.chunk(type(uint64).max),
            bytes32(0xffffffffffffffff000000000000000000000000000000000000000000000000)
        );
        assertEq(harness.chunkOfBool(true), bytes32(uint256(1) << 248));
        assertEq(harness.chunkOfBool(false), bytes32(0));
    }

    /// @dev What stands in calldata behind the 48 bytes must not count.
    function testFuzz_pubkeyRoot_IgnoresDirtyPadding(bytes32 a, bytes16 b, bytes16 dirt) public view {
        bytes memory call = abi.encodePacked(
            Beacon__Harness.pubkeyRoot.selector,
            uint256(32),
            uint256(48),
            a,
            b,
            dirt
        );
        (bool done, bytes memory answer) = address(harness).staticcall(call);
        assertTrue(done, "call");
        assertEq(abi.decode(answer, (bytes32)), sha256(abi.encodePacked(a, b, bytes16(0))));
    }

    /* BRANCHES */

    function testFuzz_branchRoot_LeadsToTheRoot(bytes32 seed, uint256 index) public view {
        index = bound(index, 0, (1 << DEPTH) - 1);
        bytes32[] memory nodes = treeOf(seed);
        bytes32[] memory proof = new bytes32[](DEPTH);
        uint256 gindex = (1 << DEPTH) | index;
        for (uint256 i = 0; i < DEPTH; ++i) proof[i] = nodes[(gindex >> i) ^ 1];
        assertEq(harness.branchRoot(nodes[gindex], gindex, proof), nodes[1]);
    }

    function testFuzz_branchRoot_RevertWhen_LengthIsWrong(uint256 gindex, uint256 length) public {
        gindex = bound(gindex, 1, type(uint64).max);
        length = bound(length, 0, 70);
        uint256 depth = 0;
        while (gindex >> (depth + 1) > 0) ++depth;
        vm.assume(length != depth);
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, length, depth));
        harness.branchRoot(0, gindex, new bytes32[](length));
    }

    /* LISTS */

    /// @dev Any subset of the leaves leads to the root of a list of 2^40 of which 32 are filled, with the hashes that the
    /// description asks for.
    function testFuzz_listRoot_LeadsToTheRoot(bytes32 seed, uint32 subset) public view {
        vm.assume(subset != 0);
        (uint256[] memory indices, bytes32[] memory leaves, bytes32[] memory proof, bytes32 root) = multi(
            seed,
            subset
        );
        assertEq(harness.listRoot(indices, leaves, 1, proof), root);
    }

    /// @dev The hashes of empty subtrees may be given as well: they are what they are.
    function testFuzz_listRoot_TakesEmptySubtreesInTheProof(
        bytes32 seed,
        uint32 subset,
        uint256 more
    ) public view {
        vm.assume(subset != 0);
        (uint256[] memory indices, bytes32[] memory leaves, bytes32[] memory proof, bytes32 root) = multi(
            seed,
            subset
        );
        more = bound(more, 1, LIST_DEPTH - DEPTH);
        bytes32[] memory longer = new bytes32[](proof.length + more);
        for (uint256 i = 0; i < proof.length; ++i) longer[i] = proof[i];
        for (uint256 i = 0; i < more; ++i) longer[proof.length + i] = zeroHash(DEPTH + i);
        assertEq(harness.listRoot(indices, leaves, 1, longer), root);
    }

    /// @dev Anything else in their place, or one hash left out, is another root or a refusal.
    function testFuzz_listRoot_RefusesAnotherShape(
        bytes32 seed,
        uint32 subset,
        bytes32 hash,
        bool longer
    ) public {
        vm.assume(subset != 0 && hash != zeroHash(DEPTH));
        (uint256[] memory indices, bytes32[] memory leaves, bytes32[] memory proof, bytes32 root) = multi(
            seed,
            subset
        );
        vm.assume(longer || proof.length > 0);
        bytes32[] memory other = new bytes32[](longer ? proof.length + 1 : proof.length - 1);
        for (uint256 i = 0; i < other.length; ++i) other[i] = i < proof.length ? proof[i] : hash;
        try harness.listRoot(indices, leaves, 1, other) returns (bytes32 computed) {
            assertNotEq(computed, root, "another shape");
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            assertTrue(
                selector == SSZ.WrongProofLength.selector || selector == SSZ.IndexOutOfOrder.selector,
                "reason"
            );
        }
    }

    function test_listRoot_RevertWhen_ProofIsLongerThanTheTree() public {
        uint256[] memory indices = new uint256[](1);
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 41, 40));
        harness.listRoot(indices, new bytes32[](1), 1, new bytes32[](41));
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 44, 43));
        harness.listRoot(indices, new bytes32[](1), 8, new bytes32[](44));
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 2, 43));
        harness.listRoot(indices, new bytes32[](1), 8, new bytes32[](2));
    }

    /// @dev With too few hashes the rest of an index would lie in the empty half.
    function testFuzz_listRoot_RevertWhen_IndexIsInTheEmptyHalf(uint256 index, uint256 levels) public {
        levels = bound(levels, 0, LIST_DEPTH - 1);
        index = bound(index, 1 << levels, (1 << LIST_DEPTH) - 1);
        uint256[] memory indices = new uint256[](1);
        indices[0] = index;
        vm.expectRevert(abi.encodeWithSelector(SSZ.IndexOutOfOrder.selector, index));
        harness.listRoot(indices, new bytes32[](1), 1, new bytes32[](levels));
    }

    function testFuzz_listRoot_DiffersWhen_ALeafIsAnother(
        bytes32 seed,
        uint32 subset,
        uint256 which,
        uint256 bit
    ) public view {
        vm.assume(subset != 0);
        (uint256[] memory indices, bytes32[] memory leaves, bytes32[] memory proof, bytes32 root) = multi(
            seed,
            subset
        );
        leaves[which % leaves.length] ^= bytes32(uint256(1) << (bit % 256));
        assertNotEq(harness.listRoot(indices, leaves, 1, proof), root);
    }

    /* INTERNAL */

    /// @dev All nodes by generalized index.
    function treeOf(bytes32 seed) private pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](2 << DEPTH);
        for (uint256 i = 0; i < 1 << DEPTH; ++i) {
            nodes[(1 << DEPTH) + i] = keccak256(abi.encode(seed, i));
        }
        for (uint256 i = (1 << DEPTH) - 1; i > 0; --i) {
            nodes[i] = sha256(abi.encodePacked(nodes[2 * i], nodes[2 * i + 1]));
        }
    }

    function multi(
        bytes32 seed,
        uint32 subset
    )
        private
        pure
        returns (uint256[] memory indices, bytes32[] memory leaves, bytes32[] memory proof, bytes32 root)
    {
        bytes32[] memory nodes = treeOf(seed);
        bool[] memory known = new bool[](2 << DEPTH);
        uint256 count = 0;
        for (uint256 i = 0; i < 32; ++i) {
            if ((subset >> i) & 1 == 0) continue;
            known[32 + i] = true;
            ++count;
        }
        indices = new uint256[](count);
        leaves = new bytes32[](count);
        count = 0;
        for (uint256 i = 0; i < 32; ++i) {
            if (!known[32 + i]) continue;
            indices[count] = i;
            leaves[count++] = nodes[32 + i];
        }
        bytes32[] memory hashes = new bytes32[](32);
        uint256 used = 0;
        for (uint256 first = 1 << DEPTH; first > 1; first >>= 1) {
            for (uint256 i = first; i < 2 * first; ++i) {
                if (known[i] && !known[i ^ 1]) hashes[used++] = nodes[i ^ 1];
                if (known[i]) known[i / 2] = true;
            }
        }
        proof = new bytes32[](used);
        for (uint256 i = 0; i < used; ++i) proof[i] = hashes[i];
        root = nodes[1];
        for (uint256 level = DEPTH; level < LIST_DEPTH; ++level) {
            root = sha256(abi.encodePacked(root, zeroHash(level)));
        }
    }

    /// @dev Root of an empty subtree of `level` levels.
    function zeroHash(uint256 level) private pure returns (bytes32 node) {
        for (uint256 i = 0; i < level; ++i) node = sha256(abi.encodePacked(node, node));
    }
}
