// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRandomnessSource} from "../../../contracts/interfaces/IRandomnessSource.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {BeaconRoots} from "../../../contracts/libraries/BeaconRoots.sol";
import {SSZ} from "../../../contracts/libraries/SSZ.sol";
import {RandaoSource} from "../../../contracts/operators/RandaoSource.sol";
import {BeaconVerifier} from "../../../contracts/oracle/BeaconVerifier.sol";
import {FactoryTest} from "../../utils/FactoryTest.sol";
import {VerifierVectors} from "../../utils/VerifierVectors.sol";

/// @notice One seed to a round, from Lodestar's states: of the block at the round's slot, or of the last before it.
contract RandaoSourceTest is FactoryTest, VerifierVectors {
    uint64 private constant ROUND = 1_512;
    uint64 private constant LAST_SLOT = ROUND + 8_191;
    uint256 private constant BETWEEN = 2;

    RandaoSource private source;
    /// @dev Of the round's own slot, and of the last block before it where that slot is missed.
    Facts private start;
    Facts private before;

    function setUp() public {
        loadVectors();
        source = factory.newRandaoSource(factory.newBeaconVerifier(network(), layouts()), BETWEEN);
        start = facts("epochStart");
        before = facts("epochBefore");
        assertEq(uint256(start.slot), ROUND, "vectors");
        vm.warp(timeOf(ROUND + 1));
        setParentRoot(ROUND + 1, start.root);
    }

    /* ROUNDS */

    function testFuzz_fix_AnswersTheFirstSlotOfAnEpochAhead(
        uint64 slot,
        uint64 second,
        uint256 between
    ) public {
        between = bound(between, 1, source.MAX_EPOCHS_BETWEEN());
        slot = uint64(bound(slot, 0, END_SLOT - (between + 1) * SLOTS_PER_EPOCH - 1));
        source = factory.newRandaoSource(factory.newBeaconVerifier(network(), layouts()), between);
        vm.warp(timeOf(slot) + (second % SECONDS_PER_SLOT));
        uint64 round = source.fix();
        assertEq(uint256(round % SLOTS_PER_EPOCH), 0, "an epoch's first");
        uint256 opened = slot / SLOTS_PER_EPOCH;
        assertEq(round / SLOTS_PER_EPOCH - opened - 1, between, "whole epochs between");
        vm.expectRevert(
            abi.encodeWithSelector(IRandomnessSource.RoundNotOver.selector, round, timeOf(round))
        );
        source.seed(round, "");
        assertFalse(source.lapsed(round), "lapsed");
    }

    function testFuzz_fix_NeverGoesBack(uint64 slot, uint64 later) public {
        later = uint64(bound(later, 0, END_SLOT - (BETWEEN + 1) * SLOTS_PER_EPOCH - 1));
        slot = uint64(bound(slot, 0, later));
        vm.warp(timeOf(slot));
        uint64 round = source.fix();
        vm.warp(timeOf(later));
        assertLe(round, source.fix());
    }

    /// @dev Nobody would be able to show its seed.
    function test_fix_RevertGiven_TheVerifierEndsBefore() public {
        uint64 last = END_SLOT - uint64(BETWEEN + 1) * SLOTS_PER_EPOCH;
        vm.warp(timeOf(last) - 1);
        assertEq(uint256(source.fix()), END_SLOT - SLOTS_PER_EPOCH, "before");
        vm.warp(timeOf(last));
        vm.expectRevert(abi.encodeWithSelector(RandaoSource.RoundBeyondEnd.selector, END_SLOT, END_SLOT));
        source.fix();
    }

    /* SEEDS */

    function test_seed_IsTheMixOfTheBlockAtTheRound() public view {
        assertEq(seedOf(proofOf(ROUND + 1, start)), start.mix);
    }

    /// @dev The child came later: slots behind the round were missed.
    function testFuzz_seed_IsTheSameForALaterChild(uint64 missed) public {
        missed = uint64(bound(missed, 1, 8_190));
        forgetRoots();
        setParentRoot(ROUND + 1 + missed, start.root);
        vm.warp(timeOf(ROUND + 1 + missed));
        assertEq(seedOf(proofOf(ROUND + 1 + missed, start)), start.mix);
    }

    /// @dev The round's slot is missed: the newest mix is that of the last block, which is of the epoch before.
    function test_seed_IsTheMixOfTheLastBlockGiven_TheRoundIsMissed() public {
        setParentRoot(ROUND + 1, before.root);
        assertLt(before.slot / SLOTS_PER_EPOCH, ROUND / SLOTS_PER_EPOCH, "epoch before");
        assertEq(seedOf(proofOf(ROUND + 1, before)), before.mix);
    }

    /// @dev The round's own entry still holds a mix of 64 epochs ago (65,536 on mainnet), which everybody knows: not a seed.
    function test_seed_RevertWhen_TheEntryIsOfAnEpochThatHasNotBegun() public {
        setParentRoot(ROUND + 1, before.root);
        RandaoSource.Proof memory p = proofOf(ROUND + 1, before);
        (p.mix, p.mixProof) = abi.decode(vm.parseJsonBytes(file, "$.staleMix"), (bytes32, bytes32[]));
        expectRefused(ROUND, p, BeaconProofs.ProofInvalid.selector);
        // nor by saying that the block is of the round
        p.blockSlot = ROUND;
        expectRefused(ROUND, p, BeaconProofs.ProofInvalid.selector);
    }

    /// @dev Rounds within an epoch are possible, and each ends at its own slot.
    function test_seed_IsOfTheLastBlockBeforeAnyRound() public {
        setParentRoot(ROUND + 1, before.root);
        for (uint64 round = before.slot; round <= ROUND; ++round) {
            assertEq(source.seed(round, abi.encode(proofOf(ROUND + 1, before))), before.mix);
        }
        expectRefused(before.slot - 1, proofOf(ROUND + 1, before), RandaoSource.BlockAfterRound.selector);
    }

    /// @dev Until the root is overwritten, and not a second longer.
    function test_seed_CanBeShownUntilTheRoundLapses() public {
        vm.warp(timeOf(LAST_SLOT + 1) - 1);
        assertFalse(source.lapsed(ROUND), "not yet");
        assertEq(seedOf(proofOf(ROUND + 1, start)), start.mix);
        vm.warp(timeOf(LAST_SLOT + 1));
        assertTrue(source.lapsed(ROUND), "lapsed");
        expectLapsed(proofOf(ROUND + 1, start));
    }

    /// @dev The next block's root takes exactly the place of the child's.
    function test_seed_LapsesWithTheRingOfRoots() public {
        setParentRoot(LAST_SLOT, keccak256("later"));
        vm.warp(timeOf(LAST_SLOT));
        assertEq(seedOf(proofOf(ROUND + 1, start)), start.mix);
        setParentRoot(LAST_SLOT + 1, keccak256("later"));
        expectRefused(ROUND, proofOf(ROUND + 1, start), BeaconRoots.BeaconRootUnknown.selector);
    }

    /// @dev A root that is still known, as the child came late, is no second chance.
    function test_seed_RevertGiven_TheRoundLapsedThoughTheRootIsKnown() public {
        forgetRoots();
        setParentRoot(ROUND + 100, start.root);
        vm.warp(timeOf(LAST_SLOT + 1));
        expectLapsed(proofOf(ROUND + 100, start));
    }

    function testFuzz_lapsed_StaysSo(uint64 round, uint64 time, uint64 later) public {
        time = uint64(bound(time, GENESIS_TIME, type(uint64).max));
        later = uint64(bound(later, time, type(uint64).max));
        vm.warp(time);
        bool was = source.lapsed(round);
        vm.warp(later);
        if (was) assertTrue(source.lapsed(round));
    }

    /* REFUSED */

    function test_seed_RevertWhen_TheRoundIsNotOver() public {
        bytes memory proof = abi.encode(proofOf(ROUND + 1, start));
        for (uint256 early = 0; early < 3; ++early) {
            vm.warp(timeOf(ROUND) - early * 6);
            vm.expectRevert(
                abi.encodeWithSelector(IRandomnessSource.RoundNotOver.selector, ROUND, timeOf(ROUND))
            );
            source.seed(ROUND, proof);
        }
    }

    /// @dev An earlier mix of the same chain is another round's.
    function test_seed_RevertWhen_TheChildIsNotAfterTheRound() public {
        setParentRoot(ROUND, before.root);
        expectRefused(ROUND, proofOf(ROUND, before), RandaoSource.ChildNotAfterRound.selector);
        setParentRoot(ROUND - 1, before.root);
        expectRefused(ROUND, proofOf(ROUND - 1, before), RandaoSource.ChildNotAfterRound.selector);
    }

    /// @dev A later mix as well.
    function test_seed_RevertWhen_TheBlockIsAfterTheRound() public {
        uint64 round = ROUND - 1;
        vm.expectRevert(abi.encodeWithSelector(RandaoSource.BlockAfterRound.selector, ROUND, round));
        source.seed(round, abi.encode(proofOf(ROUND + 1, start)));
        // nor by saying that it is of the round
        RandaoSource.Proof memory p = proofOf(ROUND + 1, start);
        p.blockSlot = round;
        expectRefused(round, p, BeaconProofs.ProofInvalid.selector);
    }

    function testFuzz_seed_RevertWhen_TheChildIsUnknown(uint64 time) public view {
        time = uint64(bound(time, timeOf(ROUND) + 1, type(uint64).max));
        vm.assume(time != timeOf(ROUND + 1));
        RandaoSource.Proof memory p = proofOf(ROUND + 1, start);
        p.childTimestamp = time;
        expectRefused(ROUND, p, BeaconRoots.BeaconRootUnknown.selector);
    }

    function testFuzz_seed_RevertWhen_AnythingIsMutated(uint256 which, uint256 bit) public view {
        bytes32 mask = bytes32(uint256(1) << (bit % 256));
        RandaoSource.Proof memory p = proofOf(ROUND + 1, start);
        p.mix ^= mask;
        expectRefused(ROUND, p, BeaconProofs.ProofInvalid.selector);
        p = proofOf(ROUND + 1, start);
        p.mixProof[which % p.mixProof.length] ^= mask;
        expectRefused(ROUND, p, BeaconProofs.ProofInvalid.selector);
        p = proofOf(ROUND + 1, start);
        p.slotProof[which % 3] ^= mask;
        expectRefused(ROUND, p, BeaconProofs.ProofInvalid.selector);
        p = proofOf(ROUND + 1, start);
        p.blockSlot = uint64(bound(which, 0, ROUND - 1));
        expectRefused(ROUND, p, BeaconProofs.ProofInvalid.selector);
    }

    function test_seed_RevertWhen_AProofHasAnotherLength() public view {
        assertEq(start.mixProof.length, 6 + 6 + 3, "hashes");
        for (uint256 length = 0; length < 20; ++length) {
            RandaoSource.Proof memory p = proofOf(ROUND + 1, start);
            p.slotProof = new bytes32[](length);
            if (length != 3) expectRefused(ROUND, p, SSZ.WrongProofLength.selector);
            p = proofOf(ROUND + 1, start);
            p.mixProof = new bytes32[](length);
            if (length != 15) expectRefused(ROUND, p, SSZ.WrongProofLength.selector);
        }
    }

    function testFuzz_seed_RevertWhen_TheProofIsNoEncoding(bytes calldata junk) public view {
        vm.assume(junk.length < 160);
        (bool done, ) = address(source).staticcall(abi.encodeCall(source.seed, (ROUND, junk)));
        assertFalse(done, "the proof passes");
    }

    /* CONSTRUCTOR */

    function testFuzz_constructor_RevertWhen_TheDistanceIsOutOfBounds(uint256 between) public {
        BeaconVerifier verifier = factory.newBeaconVerifier(network(), layouts());
        if (between > 0 && between <= 16) {
            assertEq(factory.newRandaoSource(verifier, between).epochsBetween(), between);
            return;
        }
        vm.expectRevert(
            abi.encodeWithSelector(
                RandaoSource.ParameterOutOfBounds.selector,
                bytes32("epochsBetween"),
                between
            )
        );
        factory.newRandaoSource(verifier, between);
    }

    /* INTERNAL */

    function proofOf(uint256 childSlot, Facts memory f) private pure returns (RandaoSource.Proof memory) {
        return
            RandaoSource.Proof({
                childTimestamp: timeOf(childSlot),
                blockSlot: f.slot,
                slotProof: f.slotProof,
                mix: f.mix,
                mixProof: f.mixProof
            });
    }

    function seedOf(RandaoSource.Proof memory p) private view returns (bytes32) {
        return source.seed(ROUND, abi.encode(p));
    }

    function forgetRoots() private {
        vm.store(BEACON_ROOTS, bytes32(uint256(timeOf(ROUND + 1)) % RING), 0);
    }

    function expectRefused(uint64 round, RandaoSource.Proof memory p, bytes4 error_) private view {
        (bool done, bytes memory reason) = address(source).staticcall(
            abi.encodeCall(source.seed, (round, abi.encode(p)))
        );
        assertFalse(done, "the proof passes");
        assertEq(bytes32(bytes4(reason)), bytes32(error_), "reason");
    }

    function expectLapsed(RandaoSource.Proof memory p) private {
        vm.expectRevert(abi.encodeWithSelector(IRandomnessSource.RoundLapsed.selector, ROUND));
        source.seed(ROUND, abi.encode(p));
    }
}
