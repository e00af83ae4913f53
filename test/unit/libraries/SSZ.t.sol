// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SSZ} from "../../../contracts/libraries/SSZ.sol";
import {Beacon__Harness} from "../../harness/Beacon__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Hashing and Merkle branches, against a naive tree.
contract SSZTest is KedgeTest {
    uint256 private constant DEPTH = 5;
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
        uint256 needed = length < depth ? length + 1 : depth;
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, length, needed));
        harness.branchRoot(0, gindex, new bytes32[](length));
    }

    /// @dev Any subset of the leaves of a tree leads to its root, with the hashes that the description asks for.
    function testFuzz_multiBranchRoot_LeadsToTheRoot(bytes32 seed, uint32 subset) public view {
        vm.assume(subset != 0);
        (uint256[] memory indices, bytes32[] memory leaves, bytes32[] memory proof, bytes32 root) = multi(
            seed,
            subset
        );
        assertEq(harness.multiBranchRoot(indices, leaves, DEPTH, 1, proof), root);
    }

    function testFuzz_multiBranchRoot_DiffersWhen_ALeafIsAnother(
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
        assertNotEq(harness.multiBranchRoot(indices, leaves, DEPTH, 1, proof), root);
    }

    function testFuzz_multiBranchRoot_RevertWhen_LengthIsWrong(
        bytes32 seed,
        uint32 subset,
        bool longer
    ) public {
        vm.assume(subset != 0 && (longer || subset != type(uint32).max));
        (uint256[] memory indices, bytes32[] memory leaves, bytes32[] memory proof, ) = multi(seed, subset);
        bytes32[] memory other = new bytes32[](longer ? proof.length + 1 : proof.length - 1);
        for (uint256 i = 0; i < other.length && i < proof.length; ++i) other[i] = proof[i];
        // a proof with a hash too many is refused at its end, one with a hash too few where the hash is missing
        bytes memory expected = longer
            ? abi.encodeWithSelector(SSZ.WrongProofLength.selector, 1, 0)
            : abi.encodeWithSelector(SSZ.WrongProofLength.selector, other.length, proof.length);
        vm.expectRevert(expected);
        harness.multiBranchRoot(indices, leaves, DEPTH, 1, other);
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
    }
}
