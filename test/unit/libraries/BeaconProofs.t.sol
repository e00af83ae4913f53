// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {SSZ} from "../../../contracts/libraries/SSZ.sol";
import {BeaconValidator} from "../../../contracts/types/BeaconValidator.sol";
import {Beacon__Harness} from "../../harness/Beacon__Harness.sol";
import {BeaconVectors} from "../../utils/BeaconVectors.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Proofs of validators, slots and finality, against Lodestar's states. A mutated proof must not pass, whatever
/// was mutated.
contract BeaconProofsTest is KedgeTest, BeaconVectors {
    uint256 private constant FIELDS = 8;

    Beacon__Harness private harness;
    bytes32 private root;
    ProofVector private single;
    ProofVector private ten;

    function setUp() public {
        harness = new Beacon__Harness();
        string memory file = proofsFile();
        root = vm.parseJsonBytes32(file, "$.root");
        store(single, proofVector(file, "single"));
        store(ten, proofVector(file, "spread10"));
    }

    /* VECTORS */

    function test_verifyValidators_AcceptsEveryVector() public view {
        string memory file = proofsFile();
        string[10] memory names = [
            "single",
            "first",
            "last",
            "adjacent2",
            "unpaired2",
            "adjacent10",
            "spread10",
            "spread16",
            "adjacent16",
            "ends"
        ];
        uint256[10] memory counts = [uint256(1), 1, 1, 2, 2, 10, 10, 16, 16, 2];
        for (uint256 i = 0; i < names.length; ++i) {
            ProofVector memory v = proofVector(file, names[i]);
            assertEq(v.validators.length, counts[i], names[i]);
            harness.verifyValidators(root, v.indices, v.validators, v.proof);
        }
        assertEq(single.proof.length, 19, "hashes of a single proof");
    }

    function test_verifyValidators_AcceptsOddShapes() public view {
        string memory file = proofsFile();
        for (uint256 i = 0; i < 12; ++i) {
            ProofVector memory v = proofVector(file, string.concat("odd", vm.toString(i)));
            harness.verifyValidators(root, v.indices, v.validators, v.proof);
        }
    }

    function test_validatorRoot_RevertWhen_PubkeyLengthIsWrong() public {
        for (uint256 length = 0; length <= 96; ++length) {
            if (length == 48) continue;
            BeaconValidator memory v = single.validators[0];
            v.pubkey = new bytes(length);
            vm.expectRevert(abi.encodeWithSelector(BeaconProofs.PubkeyLength.selector, length));
            harness.validatorRoot(v);
        }
    }

    /// @dev A pubkey of 47 bytes followed by a zero, or one of 49, must not pass for its neighbour.
    function test_verifyValidators_RevertWhen_PubkeyIsCutOrPadded() public {
        ProofVector memory v = single;
        bytes memory pubkey = v.validators[0].pubkey;
        v.validators[0].pubkey = abi.encodePacked(pubkey, bytes1(0));
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.PubkeyLength.selector, 49));
        harness.verifyValidators(root, v.indices, v.validators, v.proof);
    }

    /* MUTATIONS OF THE LEAF */

    function testFuzz_verifyValidators_RevertWhen_AFieldIsMutated(
        uint256 which,
        uint256 field,
        uint256 bit
    ) public {
        ProofVector memory v = ten;
        which = bound(which, 0, 9);
        flipField(v.validators[which], bound(field, 0, FIELDS - 1), bit);
        expectInvalid(v);
    }

    function test_verifyValidators_RevertWhen_AnyBitOfAFieldIsFlipped() public {
        uint256[8] memory bits = [uint256(384), 256, 64, 1, 64, 64, 64, 64];
        for (uint256 field = 0; field < FIELDS; ++field) {
            for (uint256 bit = 0; bit < bits[field]; ++bit) {
                ProofVector memory v = single;
                flipField(v.validators[0], field, bit);
                assertFalse(accepts(v), "a flipped bit passes");
            }
        }
    }

    function test_verifyValidators_RevertWhen_ContainersAreSwapped() public {
        for (uint256 i = 1; i < 10; ++i) {
            ProofVector memory v = ten;
            (v.validators[i], v.validators[i - 1]) = (v.validators[i - 1], v.validators[i]);
            expectInvalid(v);
        }
    }

    /* MUTATIONS OF THE PROOF */

    function test_verifyValidators_RevertWhen_AnyHashIsMutated() public {
        for (uint256 i = 0; i < ten.proof.length; ++i) {
            ProofVector memory v = ten;
            v.proof[i] ^= bytes32(uint256(1) << ((i * 37) % 256));
            assertFalse(accepts(v), "a mutated hash passes");
        }
        for (uint256 i = 0; i < single.proof.length; ++i) {
            ProofVector memory v = single;
            v.proof[i] ^= bytes32(uint256(1) << ((i * 101) % 256));
            assertFalse(accepts(v), "a mutated hash passes");
        }
    }

    /// @dev A proof cut anywhere, with whatever is left, leads nowhere.
    function test_verifyValidators_RevertWhen_ProofIsShort() public {
        ProofVector memory v = single;
        for (uint256 length = 0; length < 19; ++length) {
            v.proof = firstOf(single.proof, length);
            expectRefused(v);
        }
        v = ten;
        for (uint256 length = 0; length < ten.proof.length; ++length) {
            v.proof = firstOf(ten.proof, length);
            expectRefused(v);
        }
    }

    function test_verifyValidators_RevertWhen_ProofIsLong() public {
        ProofVector memory v = single;
        for (uint256 length = 20; length < 60; ++length) {
            v.proof = firstOf(single.proof, length);
            expectRefused(v);
        }
        v.proof = new bytes32[](51);
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 51, 50));
        harness.verifyValidators(root, v.indices, v.validators, v.proof);
    }

    /// @dev A proof that leaves out the top level that the list fills, or the hash of any one level.
    function test_verifyValidators_RevertWhen_ALevelIsLeftOut() public {
        expectRefused(proofVector(proofsFile(), "short"));
        for (uint256 out = 0; out < 19; ++out) {
            ProofVector memory v = single;
            v.proof = new bytes32[](18);
            for (uint256 i = 0; i < 18; ++i) v.proof[i] = single.proof[i < out ? i : i + 1];
            expectRefused(v);
        }
    }

    /// @dev The hashes of the empty levels may be given: the proof of fifty hashes that other tools make passes as well.
    function test_verifyValidators_AcceptsTheHashesOfEmptyLevels() public {
        ProofVector memory v = proofVector(proofsFile(), "long");
        assertEq(v.proof.length, 50, "hashes");
        harness.verifyValidators(root, v.indices, v.validators, v.proof);
        for (uint256 i = 0; i < 50; ++i) {
            v.proof[i] ^= bytes32(uint256(1) << i);
            expectRefused(v);
            v.proof[i] ^= bytes32(uint256(1) << i);
        }
    }

    function testFuzz_verifyValidators_RevertWhen_HashesAreSwapped(uint256 a, uint256 b) public {
        ProofVector memory v = ten;
        a = bound(a, 0, v.proof.length - 1);
        b = bound(b, 0, v.proof.length - 1);
        vm.assume(v.proof[a] != v.proof[b]);
        (v.proof[a], v.proof[b]) = (v.proof[b], v.proof[a]);
        expectInvalid(v);
    }

    /* MUTATIONS OF INDICES */

    function testFuzz_verifyValidators_RevertWhen_IndexIsAnother(uint256 index) public {
        index = bound(index, 0, (1 << 40) - 1);
        vm.assume(index != 100);
        ProofVector memory v = single;
        v.indices[0] = index;
        if (index < 512) {
            expectInvalid(v);
            return;
        }
        // beyond the levels that the proof fills
        vm.expectRevert(abi.encodeWithSelector(SSZ.IndexOutOfOrder.selector, index));
        harness.verifyValidators(root, v.indices, v.validators, v.proof);
    }

    function test_verifyValidators_RevertWhen_IndexIsBeyondTheTree() public {
        for (uint256 bit = 40; bit < 256; ++bit) {
            ProofVector memory v = single;
            v.indices[0] |= 1 << bit;
            vm.expectRevert(abi.encodeWithSelector(SSZ.IndexOutOfOrder.selector, v.indices[0]));
            harness.verifyValidators(root, v.indices, v.validators, v.proof);
        }
    }

    function test_verifyValidators_RevertWhen_IndicesAreUnsorted() public {
        for (uint256 i = 1; i < 10; ++i) {
            ProofVector memory v = ten;
            (v.indices[i], v.indices[i - 1]) = (v.indices[i - 1], v.indices[i]);
            (v.validators[i], v.validators[i - 1]) = (v.validators[i - 1], v.validators[i]);
            vm.expectRevert(abi.encodeWithSelector(SSZ.IndexOutOfOrder.selector, v.indices[i]));
            harness.verifyValidators(root, v.indices, v.validators, v.proof);
        }
    }

    function test_verifyValidators_RevertWhen_IndexIsTwice() public {
        ProofVector memory v = single;
        uint256[] memory indices = new uint256[](2);
        BeaconValidator[] memory validators = new BeaconValidator[](2);
        (indices[0], indices[1]) = (v.indices[0], v.indices[0]);
        (validators[0], validators[1]) = (v.validators[0], v.validators[0]);
        vm.expectRevert(abi.encodeWithSelector(SSZ.IndexOutOfOrder.selector, v.indices[0]));
        harness.verifyValidators(root, indices, validators, v.proof);
    }

    function test_verifyValidators_RevertWhen_CountsDiffer() public {
        ProofVector memory v = ten;
        uint256[] memory fewer = new uint256[](9);
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.CountMismatch.selector, 9, 10));
        harness.verifyValidators(root, fewer, v.validators, v.proof);
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.CountMismatch.selector, 0, 0));
        harness.verifyValidators(root, new uint256[](0), new BeaconValidator[](0), v.proof);
    }

    /* OTHER TREES */

    function testFuzz_verifyValidators_RevertWhen_RootIsAnother(bytes32 other) public {
        vm.assume(other != root);
        ProofVector memory v = single;
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.ProofInvalid.selector, root, other));
        harness.verifyValidators(other, v.indices, v.validators, v.proof);
    }

    /// @dev The layouts of Deneb and Gloas have other depths: whoever forgets to replace a verifier is refused.
    function test_verifyValidators_RevertWhen_StateIsOfAnotherFork() public {
        string memory file = proofsFile();
        (bytes32 deneb, ProofVector memory v) = forkVector(file, "deneb");
        expectRefusedUnder(deneb, v);
        bytes32 gloas;
        (gloas, v) = forkVector(file, "gloas");
        expectRefusedUnder(gloas, v);
    }

    /* SLOT AND FINALITY */

    function test_verifySlot_AcceptsEveryHeader() public view {
        string memory file = headersFile();
        for (uint256 i = 0; i < 5; ++i) {
            HeaderVector memory h = headerVector(file, string.concat("frames[", vm.toString(i), "]"));
            harness.verifySlot(h.root, h.slot, h.slotProof);
            harness.verifyFinalizedEpoch(h.root, h.finalizedEpoch, h.finalityProof);
        }
    }

    function testFuzz_verifySlot_RevertWhen_SlotIsAnother(uint64 slot) public {
        HeaderVector memory h = headerVector(headersFile(), "missed");
        vm.assume(slot != h.slot);
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        harness.verifySlot(h.root, slot, h.slotProof);
    }

    function testFuzz_verifyFinalizedEpoch_RevertWhen_EpochIsAnother(uint64 epoch) public {
        HeaderVector memory h = headerVector(headersFile(), "finality");
        vm.assume(epoch != h.finalizedEpoch);
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        harness.verifyFinalizedEpoch(h.root, epoch, h.finalityProof);
    }

    function test_verifySlot_RevertWhen_ProofIsMutated() public {
        HeaderVector memory h = headerVector(headersFile(), "missed");
        for (uint256 i = 0; i < 3; ++i) {
            h.slotProof[i] ^= bytes32(uint256(1) << (i * 80));
            vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
            harness.verifySlot(h.root, h.slot, h.slotProof);
            h.slotProof[i] ^= bytes32(uint256(1) << (i * 80));
        }
        bytes32[] memory short = firstOf(h.slotProof, 2);
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 2, 3));
        harness.verifySlot(h.root, h.slot, short);
        bytes32[] memory long = firstOf(h.slotProof, 4);
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 4, 3));
        harness.verifySlot(h.root, h.slot, long);
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 0, 3));
        harness.verifySlot(h.root, h.slot, new bytes32[](0));
    }

    function test_verifyFinalizedEpoch_RevertWhen_ProofIsMutated() public {
        HeaderVector memory h = headerVector(headersFile(), "finality");
        assertEq(h.finalityProof.length, 10, "hashes of a finality proof");
        for (uint256 i = 0; i < 10; ++i) {
            h.finalityProof[i] ^= bytes32(uint256(1) << (i * 25));
            vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
            harness.verifyFinalizedEpoch(h.root, h.finalizedEpoch, h.finalityProof);
            h.finalityProof[i] ^= bytes32(uint256(1) << (i * 25));
        }
        bytes32[] memory short = firstOf(h.finalityProof, 9);
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 9, 10));
        harness.verifyFinalizedEpoch(h.root, h.finalizedEpoch, short);
        bytes32[] memory long = firstOf(h.finalityProof, 11);
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 11, 10));
        harness.verifyFinalizedEpoch(h.root, h.finalizedEpoch, long);
    }

    /// @dev A proof of one thing is none of another under the same root.
    function test_verifySlot_RevertWhen_ProofIsOfFinality() public {
        HeaderVector memory h = headerVector(headersFile(), "finality");
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 10, 3));
        harness.verifySlot(h.root, h.finalizedEpoch, h.finalityProof);
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 3, 10));
        harness.verifyFinalizedEpoch(h.root, uint64(h.slot), h.slotProof);
    }

    /* INTERNAL */

    function store(ProofVector storage to, ProofVector memory v) private {
        to.indices = v.indices;
        to.proof = v.proof;
        for (uint256 i = 0; i < v.validators.length; ++i) to.validators.push(v.validators[i]);
    }

    function accepts(ProofVector memory v) private view returns (bool) {
        try harness.verifyValidators(root, v.indices, v.validators, v.proof) {
            return true;
        } catch (bytes memory reason) {
            assertEq(bytes32(bytes4(reason)), bytes32(BeaconProofs.ProofInvalid.selector), "reason");
            return false;
        }
    }

    function expectRefused(ProofVector memory v) private {
        expectRefusedUnder(root, v);
    }

    /// @dev By its length, by an index that the length cannot reach, or by the root that it leads to.
    function expectRefusedUnder(bytes32 blockRoot, ProofVector memory v) private {
        try harness.verifyValidators(blockRoot, v.indices, v.validators, v.proof) {
            assertTrue(false, "the proof passes");
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            assertTrue(
                selector == SSZ.WrongProofLength.selector ||
                    selector == SSZ.IndexOutOfOrder.selector ||
                    selector == BeaconProofs.ProofInvalid.selector,
                "reason"
            );
        }
    }

    function expectInvalid(ProofVector memory v) private {
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        harness.verifyValidators(root, v.indices, v.validators, v.proof);
    }

    function flipField(BeaconValidator memory v, uint256 field, uint256 bit) private pure {
        uint64 mask = uint64(1) << uint64(bit % 64);
        if (field == 0) v.pubkey[(bit / 8) % 48] ^= bytes1(uint8(1 << (bit % 8)));
        if (field == 1) v.withdrawalCredentials ^= bytes32(uint256(1) << (bit % 256));
        if (field == 2) v.effectiveBalance ^= mask;
        if (field == 3) v.slashed = !v.slashed;
        if (field == 4) v.activationEligibilityEpoch ^= mask;
        if (field == 5) v.activationEpoch ^= mask;
        if (field == 6) v.exitEpoch ^= mask;
        if (field == 7) v.withdrawableEpoch ^= mask;
    }

    /// @dev The first `length` hashes; zeros beyond the end.
    function firstOf(bytes32[] memory list, uint256 length) private pure returns (bytes32[] memory part) {
        part = new bytes32[](length);
        for (uint256 i = 0; i < length && i < list.length; ++i) part[i] = list[i];
    }
}
