// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {BeaconRoots} from "../../../contracts/libraries/BeaconRoots.sol";
import {SSZ} from "../../../contracts/libraries/SSZ.sol";
import {BeaconLayouts} from "../../../contracts/oracle/BeaconLayouts.sol";
import {BeaconVerifier} from "../../../contracts/oracle/BeaconVerifier.sol";
import {BeaconValidator} from "../../../contracts/types/BeaconValidator.sol";
import {FactoryTest} from "../../utils/FactoryTest.sol";
import {VerifierVectors} from "../../utils/VerifierVectors.sol";

/// @notice Facts of Deneb's and Fulu's states, at once and through summaries, against Lodestar's states. Whatever is changed
/// in a proof, it is refused, and with a name.
contract BeaconVerifierTest is FactoryTest, VerifierVectors {
    BeaconVerifier private verifier;
    Facts private deneb;
    Facts private fulu;

    function setUp() public {
        loadVectors();
        verifier = factory.newBeaconVerifier(network(), layouts());
        deneb = facts("deneb");
        fulu = facts("fulu");
        setParentRoot(601, deneb.root);
        setParentRoot(1_501, fulu.root);
    }

    /* RECENT BLOCKS */

    function test_verifyValidator_AcceptsBothForks() public view {
        assertEq(uint256(validator(parentAt(601), deneb)), 600, "Deneb");
        assertEq(uint256(validator(parentAt(1_501), fulu)), 1_500, "Fulu");
    }

    function test_verifyValidators_AcceptsBothForks() public view {
        assertEq(uint256(validators(parentAt(601), deneb)), 600, "Deneb");
        assertEq(uint256(validators(parentAt(1_501), fulu)), 1_500, "Fulu");
    }

    function test_verifyBalance_AnswersTheBalanceInBothForks() public view {
        (uint64 slot, uint64 balance) = balanceOf(parentAt(601), deneb);
        assertEq(uint256(slot), 600, "slot");
        assertEq(uint256(balance), deneb.balanceGwei, "Deneb");
        (slot, balance) = balanceOf(parentAt(1_501), fulu);
        assertEq(uint256(slot), 1_500, "slot");
        assertEq(uint256(balance), fulu.balanceGwei, "Fulu");
    }

    /// @dev The four places of a chunk are four validators.
    function test_verifyBalance_AnswersEveryPlaceOfAChunk() public view {
        uint40 first = fulu.index - (fulu.index % 4);
        for (uint40 i = first; i < first + 4; ++i) {
            (, uint64 balance) = verifier.verifyBalance(parentAt(1_501), i, fulu.chunk, fulu.balanceProof);
            assertEq(uint256(balance), uint256(fulu.balanceGwei) + i - fulu.index);
        }
    }

    function test_verifyRandaoMix_AcceptsBothForks() public {
        mix(601, deneb);
        mix(1_501, fulu);
        setParentRoot(1_511, facts("epochBefore").root);
        mix(1_511, facts("epochBefore"));
    }

    /// @dev The slot is that before the child's, whenever the block was: slots may have been missed.
    function testFuzz_verifyValidator_AnswersTheSlotBeforeTheChild(uint64 childSlot) public {
        childSlot = uint64(bound(childSlot, PIVOT_SLOT + 1, END_SLOT));
        setParentRoot(childSlot, fulu.root);
        assertEq(uint256(validator(parentAt(childSlot), fulu)), childSlot - 1);
        assertEq(uint256(validators(parentAt(childSlot), fulu)), childSlot - 1);
    }

    /// @dev `slot` and `root` say nothing without a history.
    function testFuzz_verifyValidator_IgnoresSlotAndRootWithoutHistory(
        uint64 slot,
        bytes32 root
    ) public view {
        IBeaconVerifier.BlockProof memory b = parentAt(1_501);
        (b.slot, b.root) = (slot, root);
        assertEq(uint256(validator(b, fulu)), 1_500);
    }

    /* ROOTS */

    function test_verifyRoot_AnswersTheBlock() public {
        (uint64 slot, bytes32 root) = verifier.verifyRoot(parentAt(1_501));
        assertEq(uint256(slot), 1_500, "slot before the child's");
        assertEq(root, fulu.root, "its root");
        History memory h = history("inFulu");
        (slot, root) = verifier.verifyRoot(pastAt(1_501, h));
        assertEq(uint256(slot), h.slot, "slot that was asked for");
        assertEq(root, h.root, "its root");
        h.root ^= bytes32(uint256(1));
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        verifier.verifyRoot(pastAt(1_501, h));
        vm.expectPartialRevert(BeaconRoots.BeaconRootUnknown.selector);
        verifier.verifyRoot(parentAt(1_502));
    }

    /* WHAT IS PENDING */

    function test_verifyPendingPartial_AcceptsEveryEntry() public view {
        for (uint256 i = 0; i < 5; ++i) {
            Partial memory p = partialVector(i);
            assertEq(p.proof.length, 3 + 10, "hashes");
            assertEq(uint256(verifier.verifyPendingPartial(parentAt(1_501), p.pending, p.proof)), 1_500);
        }
    }

    function test_verifyPendingConsolidation_AcceptsEveryEntry() public view {
        for (uint256 i = 0; i < 3; ++i) {
            Merger memory m = mergerVector(i);
            assertEq(m.proof.length, 2 + 10, "hashes");
            assertEq(
                uint256(verifier.verifyPendingConsolidation(parentAt(1_501), m.pending, m.proof)),
                1_500
            );
        }
    }

    function testFuzz_verifyPending_RevertWhen_AFieldIsMutated(
        uint256 place,
        uint256 field,
        uint256 bit
    ) public view {
        uint64 mask = uint64(1) << uint64(bit % 64);
        Partial memory p = partialVector(bound(place, 0, 4));
        Merger memory m = mergerVector(bound(place, 0, 2));
        field = bound(field, 0, 3);
        if (field == 0) (p.pending.place, m.pending.place) = (p.pending.place ^ mask, m.pending.place ^ mask);
        if (field == 1)
            (p.pending.validatorIndex, m.pending.source) = (
                p.pending.validatorIndex ^ mask,
                m.pending.source ^ mask
            );
        if (field == 2)
            (p.pending.amountGwei, m.pending.target) = (p.pending.amountGwei ^ mask, m.pending.target ^ mask);
        if (field == 3) {
            p.pending.withdrawableEpoch ^= mask;
            (m.pending.source, m.pending.target) = (m.pending.target, m.pending.source);
        }
        expectRefused(partialCall(parentAt(1_501), p));
        expectRefused(mergerCall(parentAt(1_501), m));
    }

    function testFuzz_verifyPending_RevertWhen_AHashIsMutated(uint256 which, uint256 bit) public view {
        bytes32 mask = bytes32(uint256(1) << (bit % 256));
        Partial memory p = partialVector(2);
        Merger memory m = mergerVector(1);
        p.proof[which % p.proof.length] ^= mask;
        m.proof[which % m.proof.length] ^= mask;
        expectRefused(partialCall(parentAt(1_501), p));
        expectRefused(mergerCall(parentAt(1_501), m));
    }

    function test_verifyPending_RevertWhen_TheProofHasAnotherLength() public view {
        Partial memory p = partialVector(0);
        Merger memory m = mergerVector(0);
        (bytes32[] memory partials, bytes32[] memory mergers) = (p.proof, m.proof);
        for (uint256 length = 0; length < 40; ++length) {
            p.proof = firstOf(partials, length);
            m.proof = firstOf(mergers, length);
            if (length != partials.length) expectRefused(partialCall(parentAt(1_501), p));
            if (length != mergers.length) expectRefused(mergerCall(parentAt(1_501), m));
        }
    }

    /// @dev An entry of zeros is not what stands behind the end: that is nothing.
    function test_verifyPending_RevertWhen_ThePlaceIsBehindTheEnd() public view {
        Partial memory p = abi.decode(vm.parseJsonBytes(file, "$.noPartial"), (Partial));
        expectRefused(partialCall(parentAt(1_501), p));
        Merger memory m = abi.decode(vm.parseJsonBytes(file, "$.noConsolidation"), (Merger));
        expectRefused(mergerCall(parentAt(1_501), m));
    }

    /// @dev Of one list in the other's name, and before there were such lists.
    function test_verifyPending_RevertWhen_TheListIsAnother() public {
        Partial memory p = partialVector(0);
        Merger memory m = mergerVector(0);
        (p.proof, m.proof) = (m.proof, p.proof);
        expectRefused(partialCall(parentAt(1_501), p));
        expectRefused(mergerCall(parentAt(1_501), m));
        vm.expectRevert(abi.encodeWithSelector(IBeaconVerifier.NoSuchList.selector, 600));
        verifier.verifyPendingPartial(parentAt(601), p.pending, p.proof);
        vm.expectRevert(abi.encodeWithSelector(IBeaconVerifier.NoSuchList.selector, 600));
        verifier.verifyPendingConsolidation(parentAt(601), m.pending, m.proof);
        setParentRoot(END_SLOT + 1, fulu.root);
        vm.expectRevert(abi.encodeWithSelector(IBeaconVerifier.LayoutUnknown.selector, END_SLOT));
        verifier.verifyPendingPartial(parentAt(END_SLOT + 1), p.pending, p.proof);
    }

    /* PAST BLOCKS */

    function test_verifyValidator_AcceptsPastBlocks() public view {
        Facts memory old = facts("denebOld");
        assertEq(uint256(validator(pastAt(601, history("inDeneb")), old)), 500, "Deneb in Deneb");
        assertEq(uint256(validator(pastAt(1_501, history("acrossForks")), old)), 500, "Deneb in Fulu");
        assertEq(uint256(validator(pastAt(1_501, history("inFulu")), facts("fuluOld"))), 900, "Fulu");
    }

    /// @dev Slots 501 to 504 are empty: the last block at 503 is that of 500.
    function test_verifyValidator_AcceptsAPastBlockAtAMissedSlot() public view {
        assertEq(uint256(validator(pastAt(601, history("missed")), facts("denebOld"))), 503);
    }

    function test_verify_AcceptsAllFactsOfAPastBlock() public view {
        IBeaconVerifier.BlockProof memory b = pastAt(1_501, history("acrossForks"));
        Facts memory old = facts("denebOld");
        assertEq(uint256(validators(b, old)), 500, "validators");
        (uint64 slot, uint64 balance) = balanceOf(b, old);
        assertEq(uint256(slot), 500, "slot");
        assertEq(uint256(balance), old.balanceGwei, "balance");
    }

    /// @dev The sizes and slots of mainnet: 8,192 roots to a summary, 65,536 mixes.
    function test_verify_AcceptsTheSizesOfMainnet() public {
        BeaconLayouts.Network memory n = network();
        (n.slotsPerEpoch, n.slotsPerHistoricalRoot, n.epochsPerHistoricalVector) = (32, 8_192, 65_536);
        (n.capellaSlot, n.endSlot) = (194_048 * 32, 500_000 * 32);
        BeaconLayouts.Layout[] memory list = layouts();
        (list[0].fromSlot, list[1].fromSlot) = (n.capellaSlot, 364_032 * 32);
        verifier = factory.newBeaconVerifier(n, list);

        Facts memory now_ = facts("mainnet");
        Facts memory old = facts("mainnetOld");
        setParentRoot(13_000_001, now_.root);
        validator(parentAt(13_000_001), now_);
        mix(13_000_001, now_);
        History memory h = history("mainnet");
        assertEq(h.history.length, 13 + 1 + 10 + 10, "hashes");
        assertEq(uint256(validator(pastAt(13_000_001, h), old)), 11_000_003, "past");
        expectRefused(validatorCall(pastAt(13_000_001, withSlot(h, h.slot + 1)), old));
        expectRefused(validatorCall(pastAt(13_000_001, withSlot(h, h.slot + 8_192)), old));
    }

    /* FORKS */

    /// @dev The fork's slot and one more are missed: the block before is Deneb's, the slot before the child's is not. With
    /// true proofs it is refused; once summarised, it is the block of the last slot before the fork.
    function test_verify_RefusesTheBlockBeforeAPivotUntilItIsSummarised() public {
        Facts memory last = facts("denebLast");
        setParentRoot(666, last.root);
        expectRefusedAll(parentAt(666), last);
        assertEq(uint256(validator(pastAt(1_501, history("beforePivot")), last)), 663, "past");
        expectRefusedAll(pastAt(1_501, history("atPivot")), last);
        // the mixes are read at the block's own slot
        mix(666, last);
    }

    /// @dev Why the length is looked at: in the earlier layout the "balances" are the left half of `state_roots`, and all
    /// hashes of this proof are true.
    function test_verifyBalance_RevertWhen_AHashOfTheEarlierLayoutIsTakenForBalances() public {
        Facts memory last = facts("denebLast");
        Chunk memory forged = chunkVector("forgedBalance");
        setParentRoot(666, last.root);
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.NotALength.selector, forged.proof[38]));
        verifier.verifyBalance(parentAt(666), forged.index, forged.chunk, forged.proof);
        forged.proof[37] ^= bytes32(uint256(1));
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        verifier.verifyBalance(parentAt(666), forged.index, forged.chunk, forged.proof);
    }

    function test_verify_RevertWhen_ADenebProofComesAfterThePivot() public {
        setParentRoot(PIVOT_SLOT + 1, deneb.root);
        expectRefusedAll(parentAt(PIVOT_SLOT + 1), deneb);
        setParentRoot(PIVOT_SLOT, deneb.root);
        assertEq(uint256(validator(parentAt(PIVOT_SLOT), deneb)), PIVOT_SLOT - 1, "before");
    }

    function test_verify_RevertWhen_AFuluProofComesBeforeThePivot() public {
        setParentRoot(PIVOT_SLOT, fulu.root);
        expectRefusedAll(parentAt(PIVOT_SLOT), fulu);
        setParentRoot(PIVOT_SLOT + 1, fulu.root);
        assertEq(uint256(validator(parentAt(PIVOT_SLOT + 1), fulu)), PIVOT_SLOT, "after");
    }

    function testFuzz_verify_RevertWhen_TheSlotIsOfAnUnknownFork(uint64 slot) public {
        slot = uint64(bound(slot, END_SLOT, type(uint64).max / 24));
        setParentRoot(slot + 1, fulu.root);
        expectUnknownLayout(parentAt(slot + 1), slot);
        // nor can a known state tell of it
        expectUnknownLayout(pastAt(1_501, withSlot(history("inFulu"), slot)), slot);
    }

    function testFuzz_verify_RevertWhen_TheSlotIsBeforeCapella(uint64 slot) public {
        slot = uint64(bound(slot, 0, CAPELLA_SLOT - 1));
        setParentRoot(slot + 1, deneb.root);
        expectUnknownLayout(parentAt(slot + 1), slot);
        expectUnknownLayout(pastAt(601, withSlot(history("inDeneb"), slot)), slot);
    }

    function test_verifyRandaoMix_RevertWhen_TheSlotIsOfAnUnknownFork() public {
        BeaconLayouts.Network memory n = network();
        n.endSlot = 1_496;
        verifier = factory.newBeaconVerifier(n, layouts());
        vm.expectRevert(abi.encodeWithSelector(IBeaconVerifier.LayoutUnknown.selector, 1_500));
        mix(1_501, fulu);
    }

    /// @dev One layout is enough where the chain began with it.
    function test_constructor_TakesOneLayout() public {
        BeaconLayouts.Layout[] memory one = new BeaconLayouts.Layout[](1);
        one[0] = layouts()[1];
        verifier = factory.newBeaconVerifier(network(), one);
        assertEq(uint256(verifier.firstSlot()), PIVOT_SLOT, "first");
        validator(parentAt(1_501), fulu);
        expectUnknownLayout(parentAt(601), 600);
    }

    /* WHICH BLOCK */

    function testFuzz_verify_RevertWhen_TheTimestampIsAnother(uint64 time) public {
        time = uint64(bound(time, timeOf(CAPELLA_SLOT) + 1, timeOf(END_SLOT)));
        vm.assume(time != timeOf(601) && time != timeOf(1_501));
        IBeaconVerifier.BlockProof memory b = parentAt(0);
        b.timestamp = time;
        vm.expectRevert(abi.encodeWithSelector(BeaconRoots.BeaconRootUnknown.selector, time));
        validator(b, fulu);
    }

    /// @dev A proof is of one root: at another block's timestamp it shows nothing.
    function test_verify_RevertWhen_ReplayedAtAnotherTimestamp() public {
        setParentRoot(1_502, facts("epochStart").root);
        expectRefusedAll(parentAt(1_502), fulu);
        expectRefused(mixCall(1_502, fulu));
        expectRefusedAll(pastAt(1_502, history("inFulu")), facts("fuluOld"));
        expectRefusedAll(pastAt(601, history("acrossForks")), facts("denebOld"));
    }

    function test_verify_RevertWhen_TheTimestampIsNotAfterGenesis() public {
        IBeaconVerifier.BlockProof memory b = parentAt(0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBeaconVerifier.TimestampNotAfterGenesis.selector,
                GENESIS_TIME,
                GENESIS_TIME
            )
        );
        validator(b, fulu);
    }

    function test_verify_RevertWhen_ThePastRootIsAnother() public view {
        History memory h = history("inFulu");
        h.root = facts("denebOld").root;
        expectRefusedAll(pastAt(1_501, h), facts("denebOld"));
        // the true root, and the facts of another block
        expectRefusedAll(pastAt(1_501, history("inFulu")), facts("denebOld"));
    }

    function testFuzz_verify_RevertWhen_ThePastSlotIsAnother(uint64 slot) public view {
        History memory h = history("inFulu");
        slot = uint64(bound(slot, CAPELLA_SLOT, END_SLOT - 1));
        // the four slots after it were missed: its root stands at each of them
        vm.assume(slot < 900 || slot > 904);
        expectRefusedAll(pastAt(1_501, withSlot(h, slot)), facts("fuluOld"));
        // a slot of a period that has no summary
        slot = uint64(bound(slot, 23 * 64, END_SLOT - 1));
        expectRefusedAll(pastAt(1_501, withSlot(h, slot)), facts("fuluOld"));
    }

    function testFuzz_verify_RevertWhen_TheHistoryIsMutated(uint256 which, uint256 bit) public view {
        History memory h = history("acrossForks");
        h.history[bound(which, 0, h.history.length - 1)] ^= bytes32(uint256(1) << (bit % 256));
        expectRefusedAll(pastAt(1_501, h), facts("denebOld"));
    }

    function test_verify_RevertWhen_TheHistoryHasAnotherLength() public view {
        History memory h = history("acrossForks");
        bytes32[] memory whole = h.history;
        assertEq(whole.length, 6 + 1 + 5 + 10, "hashes");
        Facts memory old = facts("denebOld");
        for (uint256 length = 0; length < 50; ++length) {
            if (length == whole.length) continue;
            h.history = firstOf(whole, length);
            expectRefused(validatorCall(pastAt(1_501, h), old));
        }
    }

    /* MUTATIONS OF FACTS */

    function testFuzz_verifyValidator_RevertWhen_AFieldIsMutated(uint256 field, uint256 bit) public view {
        Facts memory f = fulu;
        uint64 mask = uint64(1) << uint64(bit % 64);
        field = bound(field, 0, 7);
        if (field == 0) f.validator.pubkey[bit % 48] ^= bytes1(uint8(1 << ((bit >> 8) % 8)));
        if (field == 1) f.validator.withdrawalCredentials ^= bytes32(uint256(1) << (bit % 256));
        if (field == 2) f.validator.effectiveBalance ^= mask;
        if (field == 3) f.validator.slashed = !f.validator.slashed;
        if (field == 4) f.validator.activationEligibilityEpoch ^= mask;
        if (field == 5) f.validator.activationEpoch ^= mask;
        if (field == 6) f.validator.exitEpoch ^= mask;
        if (field == 7) f.validator.withdrawableEpoch ^= mask;
        expectRefused(validatorCall(parentAt(1_501), f));
        // the second of five is another one: put the mutated in its place
        f.validators[1] = f.validator;
        expectRefused(validatorsCall(parentAt(1_501), f));
    }

    function test_verifyValidator_RevertWhen_ThePubkeyIsCutOrPadded() public {
        Facts memory f = fulu;
        f.validator.pubkey = abi.encodePacked(f.validator.pubkey, bytes1(0));
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.PubkeyLength.selector, 49));
        validator(parentAt(1_501), f);
    }

    function testFuzz_verify_RevertWhen_AHashIsMutated(uint256 which, uint256 bit) public view {
        bytes32 mask = bytes32(uint256(1) << (bit % 256));
        Facts memory f = fulu;
        f.validatorProof[which % f.validatorProof.length] ^= mask;
        f.validatorsProof[which % f.validatorsProof.length] ^= mask;
        f.balanceProof[which % f.balanceProof.length] ^= mask;
        f.mixProof[which % f.mixProof.length] ^= mask;
        expectRefusedAll(parentAt(1_501), f);
        expectRefused(mixCall(1_501, f));
        Facts memory whole = fulu;
        whole.slotProof[which % 3] ^= mask;
        expectRefused(mixCall(1_501, whole));
    }

    function test_verify_RevertWhen_AProofHasAnotherLength() public view {
        Facts memory f = fulu;
        for (uint256 length = 0; length < 60; ++length) {
            if (length != fulu.validatorProof.length) {
                f.validatorProof = firstOf(fulu.validatorProof, length);
                expectRefused(validatorCall(parentAt(1_501), f));
            }
            if (length != fulu.validatorsProof.length) {
                f.validatorsProof = firstOf(fulu.validatorsProof, length);
                expectRefused(validatorsCall(parentAt(1_501), f));
            }
            if (length != fulu.balanceProof.length) {
                f.balanceProof = firstOf(fulu.balanceProof, length);
                expectRefused(balanceCall(parentAt(1_501), f));
            }
            if (length != fulu.mixProof.length) {
                f.mixProof = firstOf(fulu.mixProof, length);
                expectRefused(mixCall(1_501, f));
            }
        }
        f = fulu;
        for (uint256 length = 0; length < 6; ++length) {
            if (length == 3) continue;
            f.slotProof = firstOf(fulu.slotProof, length);
            expectRefused(mixCall(1_501, f));
        }
    }

    function testFuzz_verify_RevertWhen_TheIndexIsAnother(uint40 index) public view {
        Facts memory f = fulu;
        vm.assume(index != f.index);
        f.index = index;
        expectRefused(validatorCall(parentAt(1_501), f));
        // a chunk is that of four
        vm.assume(index >> 2 != fulu.index >> 2);
        expectRefused(balanceCall(parentAt(1_501), f));
    }

    function testFuzz_verifyValidators_RevertWhen_AnIndexIsAnother(uint256 which, uint256 index) public view {
        Facts memory f = fulu;
        which = bound(which, 0, f.indices.length - 1);
        vm.assume(index != f.indices[which]);
        f.indices[which] = index;
        expectRefused(validatorsCall(parentAt(1_501), f));
        f.indices[which] = bound(index, 0, 511);
        vm.assume(f.indices[which] != fulu.indices[which]);
        expectRefused(validatorsCall(parentAt(1_501), f));
    }

    function test_verifyValidators_RevertWhen_CountsDiffer() public {
        Facts memory f = fulu;
        f.indices = new uint256[](4);
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.CountMismatch.selector, 4, 5));
        validators(parentAt(1_501), f);
    }

    function test_verifyValidators_RevertWhen_ThereAreNone() public {
        Facts memory f = fulu;
        f.indices = new uint256[](0);
        f.validators = new BeaconValidator[](0);
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.CountMismatch.selector, 0, 0));
        validators(parentAt(1_501), f);
    }

    /// @dev Any bit of the chunk, also one of the other three balances.
    function testFuzz_verifyBalance_RevertWhen_TheChunkIsMutated(uint256 bit) public view {
        Facts memory f = fulu;
        f.chunk ^= bytes32(uint256(1) << (bit % 256));
        expectRefused(balanceCall(parentAt(1_501), f));
    }

    /// @dev The places of the last chunk behind the end of the list, and chunks that only fill up the tree, are zeros that
    /// can be proven, but no balances.
    function test_verifyBalance_RevertWhen_TheIndexIsBehindTheEnd() public {
        Chunk memory c = chunkVector("lastBalances");
        for (uint40 i = 0; i < 4; ++i) {
            if (i >= 2) expectBeyond(c.index + i, 298);
            (, uint64 balance) = verifier.verifyBalance(parentAt(1_501), c.index + i, c.chunk, c.proof);
            if (i < 2) assertEq(uint256(balance), 32e9 + 1_500_000 + c.index + i, "balance");
        }
        c = chunkVector("noBalances");
        assertEq(c.chunk, bytes32(0), "zeros");
        expectBeyond(300, 298);
        verifier.verifyBalance(parentAt(1_501), c.index, c.chunk, c.proof);
    }

    function testFuzz_verifyRandaoMix_RevertWhen_TheMixIsMutated(uint256 bit) public view {
        Facts memory f = fulu;
        f.mix ^= bytes32(uint256(1) << (bit % 256));
        expectRefused(mixCall(1_501, f));
    }

    /// @dev Also where the slot is of the same epoch, or of one whose mix is at the same entry.
    function testFuzz_verifyRandaoMix_RevertWhen_TheSlotIsAnother(uint64 slot) public view {
        vm.assume(slot != fulu.slot);
        Facts memory f = fulu;
        f.slot = slot;
        expectRefused(mixCall(1_501, f));
        f.slot = fulu.slot + 1;
        expectRefused(mixCall(1_501, f));
        f.slot = fulu.slot + 64 * SLOTS_PER_EPOCH;
        expectRefused(mixCall(1_501, f));
    }

    /// @dev A proof of one thing is none of another under the same root.
    function test_verify_RevertWhen_ProofsAreMixedUp() public view {
        Facts memory f = fulu;
        (f.validatorProof, f.balanceProof, f.mixProof) = (f.balanceProof, f.mixProof, f.validatorProof);
        expectRefused(validatorCall(parentAt(1_501), f));
        expectRefused(balanceCall(parentAt(1_501), f));
        expectRefused(mixCall(1_501, f));
    }

    /* CONSTRUCTOR */

    function test_constructor_KeepsTheConfiguration() public view {
        assertEq(uint256(verifier.genesisTime()), GENESIS_TIME, "genesis");
        assertEq(uint256(verifier.secondsPerSlot()), SECONDS_PER_SLOT, "seconds");
        assertEq(uint256(verifier.slotsPerEpoch()), SLOTS_PER_EPOCH, "epoch");
        assertEq(uint256(verifier.firstSlot()), CAPELLA_SLOT, "first");
        assertEq(uint256(verifier.endSlot()), END_SLOT, "end");
    }

    function test_constructor_RevertWhen_TheNetworkIsOutOfBounds() public {
        BeaconLayouts.Network memory n = network();
        n.genesisTime = 0;
        expectBadNetwork(n, "genesisTime", 0);
        n = network();
        n.secondsPerSlot = 0;
        expectBadNetwork(n, "secondsPerSlot", 0);
        n = network();
        n.secondsPerSlot = 61;
        expectBadNetwork(n, "secondsPerSlot", 61);
        uint64[4] memory epochs = [uint64(0), 4, 24, 128];
        for (uint256 i = 0; i < 4; ++i) {
            n = network();
            n.slotsPerEpoch = epochs[i];
            expectBadNetwork(n, "slotsPerEpoch", epochs[i]);
        }
        uint64[5] memory roots = [uint64(0), 32, 96, 8_191, 16_384];
        for (uint256 i = 0; i < 5; ++i) {
            n = network();
            n.slotsPerHistoricalRoot = roots[i];
            expectBadNetwork(n, "slotsPerHistoricalRoot", roots[i]);
        }
        uint64[5] memory mixes = [uint64(0), 32, 96, 65_535, 131_072];
        for (uint256 i = 0; i < 5; ++i) {
            n = network();
            n.epochsPerHistoricalVector = mixes[i];
            expectBadNetwork(n, "epochsPerHistoricalVector", mixes[i]);
        }
        uint64[5] memory limits = [uint64(0), 32, 96, (1 << 27) - 1, 1 << 28];
        for (uint256 i = 0; i < 5; ++i) {
            n = network();
            n.pendingPartialsLimit = limits[i];
            expectBadNetwork(n, "pendingPartialsLimit", limits[i]);
            n = network();
            n.pendingConsolidationsLimit = limits[i];
            expectBadNetwork(n, "pendingConsolidationsLimit", limits[i]);
        }
        n = network();
        n.capellaSlot = CAPELLA_SLOT - 1;
        expectBadNetwork(n, "capellaSlot", CAPELLA_SLOT - 1);
        n = network();
        n.capellaSlot = CAPELLA_SLOT + 8;
        expectBadNetwork(n, "fromSlot", CAPELLA_SLOT);
        uint64[4] memory ends = [uint64(0), PIVOT_SLOT, END_SLOT + 1, (1 << 40) + 8];
        for (uint256 i = 0; i < 4; ++i) {
            n = network();
            n.endSlot = ends[i];
            expectBadNetwork(n, "endSlot", ends[i]);
        }
        n = network();
        n.endSlot = 1 << 40;
        verifier = factory.newBeaconVerifier(n, layouts());
    }

    function test_constructor_RevertWhen_ALayoutIsOutOfBounds() public {
        BeaconLayouts.Layout[] memory list = new BeaconLayouts.Layout[](0);
        expectBadLayouts(list, "layouts", 0);
        list = new BeaconLayouts.Layout[](3);
        expectBadLayouts(list, "layouts", 3);
        list = layouts();
        list[1].fromSlot = CAPELLA_SLOT;
        expectBadLayouts(list, "fromSlot", CAPELLA_SLOT);
        list = layouts();
        list[1].fromSlot = PIVOT_SLOT + 1;
        expectBadLayouts(list, "fromSlot", PIVOT_SLOT + 1);
        list = layouts();
        list[0].fromSlot = CAPELLA_SLOT + 1;
        expectBadLayouts(list, "fromSlot", CAPELLA_SLOT + 1);
        // the same container twice
        list = layouts();
        list[1] = BeaconLayouts.Layout(PIVOT_SLOT, 43, 44, 45, 59, 0, 0, 0);
        expectBadLayouts(list, "validators", 43);
        list = layouts();
        list[0].validators = 31;
        expectBadLayouts(list, "validators", 31);
        list = layouts();
        list[1].balances = 75;
        expectBadLayouts(list, "balances", 75);
        list = layouts();
        list[1].randaoMixes = 76;
        expectBadLayouts(list, "randaoMixes", 76);
        list = layouts();
        list[1].historicalSummaries = 77;
        expectBadLayouts(list, "historicalSummaries", 77);
        list = layouts();
        list[1].historicalSummaries = 128;
        expectBadLayouts(list, "historicalSummaries", 128);
        list = layouts();
        list[1].pendingDeposits = 91;
        expectBadLayouts(list, "pendingDeposits", 91);
        list = layouts();
        list[1].pendingDeposits = 128;
        expectBadLayouts(list, "pendingDeposits", 128);
        list = layouts();
        list[1].pendingDeposits = 0;
        expectBadLayouts(list, "pendingDeposits", 0);
        list = layouts();
        list[1].pendingPartials = 98;
        expectBadLayouts(list, "pendingPartials", 98);
        list = layouts();
        list[1].pendingPartials = 128;
        expectBadLayouts(list, "pendingPartials", 128);
        list = layouts();
        list[1].pendingPartials = 0;
        expectBadLayouts(list, "pendingPartials", 0);
        list = layouts();
        list[1].pendingConsolidations = 99;
        expectBadLayouts(list, "pendingConsolidations", 99);
        list = layouts();
        list[1].pendingConsolidations = 128;
        expectBadLayouts(list, "pendingConsolidations", 128);
        list = layouts();
        list[0].historicalSummaries = 91;
        expectBadLayouts(list, "historicalSummaries", 91);
    }

    /* CALLS */

    function validator(IBeaconVerifier.BlockProof memory b, Facts memory f) private view returns (uint64) {
        return verifier.verifyValidator(b, f.index, f.validator, f.validatorProof);
    }

    function validators(IBeaconVerifier.BlockProof memory b, Facts memory f) private view returns (uint64) {
        return verifier.verifyValidators(b, f.indices, f.validators, f.validatorsProof);
    }

    function balanceOf(
        IBeaconVerifier.BlockProof memory b,
        Facts memory f
    ) private view returns (uint64, uint64) {
        return verifier.verifyBalance(b, f.index, f.chunk, f.balanceProof);
    }

    function mix(uint256 childSlot, Facts memory f) private view {
        verifier.verifyRandaoMix(timeOf(childSlot), f.slot, f.slotProof, f.mix, f.mixProof);
    }

    function validatorCall(
        IBeaconVerifier.BlockProof memory b,
        Facts memory f
    ) private pure returns (bytes memory) {
        return abi.encodeCall(IBeaconVerifier.verifyValidator, (b, f.index, f.validator, f.validatorProof));
    }

    function validatorsCall(
        IBeaconVerifier.BlockProof memory b,
        Facts memory f
    ) private pure returns (bytes memory) {
        return
            abi.encodeCall(IBeaconVerifier.verifyValidators, (b, f.indices, f.validators, f.validatorsProof));
    }

    function balanceCall(
        IBeaconVerifier.BlockProof memory b,
        Facts memory f
    ) private pure returns (bytes memory) {
        return abi.encodeCall(IBeaconVerifier.verifyBalance, (b, f.index, f.chunk, f.balanceProof));
    }

    function partialCall(
        IBeaconVerifier.BlockProof memory b,
        Partial memory p
    ) private pure returns (bytes memory) {
        return abi.encodeCall(IBeaconVerifier.verifyPendingPartial, (b, p.pending, p.proof));
    }

    function mergerCall(
        IBeaconVerifier.BlockProof memory b,
        Merger memory m
    ) private pure returns (bytes memory) {
        return abi.encodeCall(IBeaconVerifier.verifyPendingConsolidation, (b, m.pending, m.proof));
    }

    function mixCall(uint256 childSlot, Facts memory f) private pure returns (bytes memory) {
        return
            abi.encodeCall(
                IBeaconVerifier.verifyRandaoMix,
                (timeOf(childSlot), f.slot, f.slotProof, f.mix, f.mixProof)
            );
    }

    /* REFUSALS */

    function expectRefusedAll(IBeaconVerifier.BlockProof memory b, Facts memory f) private view {
        expectRefused(validatorCall(b, f));
        expectRefused(validatorsCall(b, f));
        expectRefused(balanceCall(b, f));
    }

    /// @dev Whatever does not hold is refused by one of these names.
    function expectRefused(bytes memory call) private view {
        (bool done, bytes memory reason) = address(verifier).staticcall(call);
        assertFalse(done, "the proof passes");
        bytes4 selector = bytes4(reason);
        assertTrue(
            selector == SSZ.WrongProofLength.selector ||
                selector == SSZ.IndexOutOfOrder.selector ||
                selector == BeaconProofs.ProofInvalid.selector ||
                selector == IBeaconVerifier.IndexBeyondList.selector ||
                selector == IBeaconVerifier.LayoutUnknown.selector,
            "reason"
        );
    }

    function expectUnknownLayout(IBeaconVerifier.BlockProof memory b, uint64 slot) private {
        bytes memory reason = abi.encodeWithSelector(IBeaconVerifier.LayoutUnknown.selector, slot);
        vm.expectRevert(reason);
        validator(b, fulu);
        vm.expectRevert(reason);
        validators(b, fulu);
        vm.expectRevert(reason);
        balanceOf(b, fulu);
    }

    function expectBeyond(uint256 index, uint256 length) private {
        vm.expectRevert(abi.encodeWithSelector(IBeaconVerifier.IndexBeyondList.selector, index, length));
    }

    function expectBadNetwork(BeaconLayouts.Network memory n, bytes32 name, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(IBeaconVerifier.ParameterOutOfBounds.selector, name, value));
        factory.newBeaconVerifier(n, layouts());
    }

    function expectBadLayouts(BeaconLayouts.Layout[] memory list, bytes32 name, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(IBeaconVerifier.ParameterOutOfBounds.selector, name, value));
        factory.newBeaconVerifier(network(), list);
    }

    /* INTERNAL */

    function withSlot(History memory h, uint64 slot) private pure returns (History memory) {
        h.slot = slot;
        return h;
    }

    /// @dev The first `length` hashes; zeros beyond the end.
    function firstOf(bytes32[] memory list, uint256 length) private pure returns (bytes32[] memory part) {
        part = new bytes32[](length);
        for (uint256 i = 0; i < length && i < list.length; ++i) part[i] = list[i];
    }
}
