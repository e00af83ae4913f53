// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounting} from "../../../contracts/interfaces/IAccounting.sol";
import {IOracleCommittee} from "../../../contracts/interfaces/IOracleCommittee.sol";
import {IReportOracle} from "../../../contracts/interfaces/IReportOracle.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {BeaconRoots} from "../../../contracts/libraries/BeaconRoots.sol";
import {SSZ} from "../../../contracts/libraries/SSZ.sol";
import {ReportOracle} from "../../../contracts/oracle/ReportOracle.sol";
import {Report} from "../../../contracts/types/Report.sol";
import {SignedReports} from "../../utils/SignedReports.sol";

/// @notice Reports from end to end: real headers, real finality proofs, real signatures, the whole protocol behind.
contract ReportOracleTest is SignedReports {
    /* ACCEPTED */

    function test_submit_AppliesTheReport() public {
        vm.deal(address(rewardsVault), 0.05 ether);
        Report memory r = goodReport();
        assertEq(uint256(r.rewardsReceived), 0.05 ether, "told");
        bytes memory signatures = signedBy(r, 0x1fc);
        vm.expectEmit(address(oracle));
        emit IReportOracle.ReportAccepted(REF_SLOT, oracle.hashOf(r), address(this), 0x1fc);
        oracle.submit(r, goodEvidence(), signatures);

        IStakedEther.Books memory b = ledger.booksAt(FRAME);
        assertEq(uint256(b.frame), FRAME, "frame");
        assertEq(uint256(b.seed), uint256(r.beaconBalanceGwei), "seed");
        assertEq(ledger.lastReportTime(), vm.getBlockTimestamp(), "time");
        assertGt(b.profit, int256(0), "booked");
    }

    function test_submit_IsOpenToAnyone() public {
        Report memory r = goodReport();
        bytes memory signatures = signedBy(r, 0x1ff);
        vm.prank(makeAddr("anyone"));
        oracle.submit(r, goodEvidence(), signatures);
        assertEq(ledger.lastReportFrame(), FRAME, "frame");
    }

    /// @dev The boundary's own slot and the two before are empty: the report is of the last block before.
    function test_submit_AcceptsAnEarlierBlockGivenTheSlotIsMissed() public {
        HeaderVector memory missed = headerVector(file, "missed");
        assertEq(uint256(missed.slot), REF_SLOT - 3, "earlier");
        setBeaconRoot(REF_TIME + 24, missed.root);
        (Report memory r, IReportOracle.Evidence memory e) = (goodReport(), goodEvidence());
        e.childTimestamp = uint64(REF_TIME + 24);
        r.blockRoot = missed.root;
        e.blockSlot = missed.slot;
        e.slotProof = missed.slotProof;
        submit(r, e);
        assertEq(ledger.lastReportFrame(), FRAME, "frame");
    }

    function test_submit_AcceptsALaterChildGivenSlotsAreMissed() public {
        setBeaconRoot(REF_TIME + 12, 0);
        vm.store(BEACON_ROOTS, bytes32((REF_TIME + 12) % RING), 0);
        setBeaconRoot(REF_TIME + 60, header.root);
        IReportOracle.Evidence memory e = goodEvidence();
        e.childTimestamp = uint64(REF_TIME + 60);
        submit(goodReport(), e);
        assertEq(ledger.lastReportFrame(), FRAME, "frame");
    }

    /// @dev The parent of the block in the very next slot needs no proof of its slot, whatever is said of it.
    function test_submit_NeedsNoSlotProofGiven_TheNextSlotHasABlock() public {
        IReportOracle.Evidence memory e = goodEvidence();
        e.blockSlot = type(uint64).max;
        e.slotProof = new bytes32[](0);
        submit(goodReport(), e);
        assertEq(ledger.lastReportFrame(), FRAME, "frame");
    }

    /// @dev From a second later on it does.
    function test_submit_RevertWhen_SlotProofIsMissing() public {
        IReportOracle.Evidence memory e = goodEvidence();
        setBeaconRoot(REF_TIME + 13, header.root);
        e.childTimestamp = uint64(REF_TIME + 13);
        e.slotProof = new bytes32[](0);
        expect(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 0, 3));
        submitUnsigned(good, e);
    }

    function test_submit_SkipsSilentFrames() public {
        vm.warp(REF_TIME + 4 * FRAME_SECONDS + 1 hours);
        installAll();
        submit(reportOf(4), evidenceOf(4));
        assertEq(ledger.lastReportFrame(), FRAME + 4, "frame");
    }

    /* REFUSED: FRAME AND ORDER */

    function testFuzz_submit_RevertWhen_RefSlotIsNoBoundary(uint64 slot) public {
        vm.assume(slot % SLOTS_PER_FRAME != 0);
        Report memory r = goodReport();
        r.refSlot = slot;
        expect(abi.encodeWithSelector(IReportOracle.NotAFrameBoundary.selector, slot, SLOTS_PER_FRAME));
        submitUnsigned(r, goodEvidence());
    }

    /// @dev Behind the door as well.
    function testFuzz_book_RevertWhen_FrameIsNotLater(uint256 frame) public {
        frame = bound(frame, 0, FIRST_FRAME);
        Report memory r = goodReport();
        r.refSlot = uint64(frame * SLOTS_PER_FRAME);
        vm.prank(reporter);
        expect(abi.encodeWithSelector(IAccounting.FrameNotLater.selector, frame, FIRST_FRAME));
        accounting.book(r, frame, REF_TIME);
    }

    function test_submit_RevertGiven_TheFrameIsReported() public {
        Report memory r = goodReport();
        IReportOracle.Evidence memory e = goodEvidence();
        bytes memory signatures = signedBy(r, 0x1ff);
        oracle.submit(r, e, signatures);
        bytes memory expected = abi.encodeWithSelector(IAccounting.FrameNotLater.selector, FRAME, FRAME);
        expect(expected);
        oracle.submit(r, e, signatures);
        r.beaconBalanceGwei = 1;
        signatures = signedBy(r, 0x1ff);
        expect(expected);
        oracle.submit(r, e, signatures);
    }

    /// @dev A frame far ahead has no child block, whatever its number wraps to elsewhere.
    function testFuzz_submit_RevertWhen_FrameIsOfTheFuture(uint256 frame) public {
        frame = bound(frame, FRAME + 1, type(uint64).max / SLOTS_PER_FRAME);
        Report memory r = goodReport();
        r.refSlot = uint64(frame * SLOTS_PER_FRAME);
        IReportOracle.Evidence memory e = goodEvidence();
        uint256 refTime = GENESIS_TIME + frame * FRAME_SECONDS;
        expect(
            abi.encodeWithSelector(IReportOracle.ChildNotAfterRefSlot.selector, e.childTimestamp, refTime)
        );
        submitUnsigned(r, e);
        e.childTimestamp = uint64(refTime + 12);
        vm.assume(refTime + 12 <= type(uint64).max);
        expect(abi.encodeWithSelector(BeaconRoots.BeaconRootUnknown.selector, refTime + 12));
        submitUnsigned(r, e);
    }

    /* REFUSED: THE BLOCK */

    function test_submit_RevertWhen_ChildIsNotAfterRefSlot() public {
        setBeaconRoot(REF_TIME, header.root);
        setBeaconRoot(REF_TIME - 12, header.root);
        IReportOracle.Evidence memory e = goodEvidence();
        for (uint256 i = 0; i < 2; ++i) {
            e.childTimestamp = uint64(REF_TIME - 12 * i);
            expect(
                abi.encodeWithSelector(
                    IReportOracle.ChildNotAfterRefSlot.selector,
                    e.childTimestamp,
                    REF_TIME
                )
            );
            submitUnsigned(good, e);
        }
    }

    function test_submit_RevertWhen_ChildIsUnknown() public {
        IReportOracle.Evidence memory e = goodEvidence();
        e.childTimestamp += 12;
        expect(abi.encodeWithSelector(BeaconRoots.BeaconRootUnknown.selector, REF_TIME + 24));
        submitUnsigned(good, e);
    }

    function testFuzz_submit_RevertWhen_BlockRootIsAnother(bytes32 other) public {
        vm.assume(other != header.root);
        Report memory r = goodReport();
        r.blockRoot = other;
        expect(abi.encodeWithSelector(IReportOracle.BlockRootMismatch.selector, other, header.root));
        submitUnsigned(r, goodEvidence());
    }

    /// @dev A block after the boundary, told by the second child, is not the report's.
    function test_submit_RevertWhen_BlockIsAfterRefSlot() public {
        HeaderVector memory later = headerVector(file, "after");
        setBeaconRoot(REF_TIME + 24, later.root);
        (Report memory r, IReportOracle.Evidence memory e) = (goodReport(), goodEvidence());
        r.blockRoot = later.root;
        e.childTimestamp = uint64(REF_TIME + 24);
        e.blockSlot = later.slot;
        e.slotProof = later.slotProof;
        expect(abi.encodeWithSelector(IReportOracle.BlockAfterRefSlot.selector, REF_SLOT + 1, REF_SLOT));
        submitUnsigned(r, e);
        e.blockSlot = REF_SLOT;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        submitUnsigned(r, e);
    }

    function testFuzz_submit_RevertWhen_SlotIsAnother(uint64 slot) public {
        IReportOracle.Evidence memory e = lateEvidence();
        e.blockSlot = uint64(bound(slot, 0, REF_SLOT - 1));
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        submitUnsigned(good, e);
    }

    function test_submit_RevertWhen_SlotProofIsAnother() public {
        IReportOracle.Evidence memory e = lateEvidence();
        e.slotProof[1] ^= bytes32(uint256(1));
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        submitUnsigned(good, e);
        e.slotProof = new bytes32[](2);
        expect(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 2, 3));
        submitUnsigned(good, e);
    }

    /* REFUSED: FINALITY */

    function test_submit_RevertGiven_RefSlotIsNotFinalized() public {
        HeaderVector memory low = headerVector(file, "finalityTooLow");
        setBeaconRoot(REF_TIME + 61 * 12, low.root);
        IReportOracle.Evidence memory e = goodEvidence();
        e.finalityTimestamp = uint64(REF_TIME + 61 * 12);
        e.finalizedEpoch = low.finalizedEpoch;
        e.finalityProof = low.finalityProof;
        expect(
            abi.encodeWithSelector(
                IReportOracle.RefSlotNotFinalized.selector,
                REF_SLOT,
                REF_SLOT / SLOTS_PER_EPOCH - 1
            )
        );
        submitUnsigned(good, e);
        // claiming the next epoch does not help
        e.finalizedEpoch += 1;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        submitUnsigned(good, e);
    }

    function testFuzz_submit_RevertWhen_FinalizedEpochIsAnother(uint64 epoch) public {
        IReportOracle.Evidence memory e = goodEvidence();
        uint64 needed = uint64(REF_SLOT / SLOTS_PER_EPOCH);
        vm.assume(epoch != e.finalizedEpoch);
        e.finalizedEpoch = epoch;
        if (epoch < needed) {
            expect(abi.encodeWithSelector(IReportOracle.RefSlotNotFinalized.selector, REF_SLOT, epoch));
        } else {
            vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        }
        submitUnsigned(good, e);
    }

    function test_submit_RevertWhen_FinalityProofIsAnother() public {
        IReportOracle.Evidence memory e = goodEvidence();
        e.finalityTimestamp += 12;
        expect(abi.encodeWithSelector(BeaconRoots.BeaconRootUnknown.selector, e.finalityTimestamp));
        submitUnsigned(good, e);
        // a known root of another block
        e.finalityTimestamp = uint64(REF_TIME + 12);
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        submitUnsigned(good, e);
        e = goodEvidence();
        for (uint256 i = 0; i < 10; ++i) {
            e.finalityProof[i] ^= bytes32(uint256(1) << i);
            vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
            submitUnsigned(good, e);
            e.finalityProof[i] ^= bytes32(uint256(1) << i);
        }
        e.finalityProof = new bytes32[](9);
        expect(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 9, 10));
        submitUnsigned(good, e);
    }

    /* REFUSED: SIGNATURES */

    function test_submit_RevertWhen_TwoThirdsSign() public {
        Report memory r = goodReport();
        bytes memory signatures = signedBy(r, 0x03f);
        expect(abi.encodeWithSelector(IOracleCommittee.QuorumNotReached.selector, 6, 9));
        oracle.submit(r, goodEvidence(), signatures);
        expect(abi.encodeWithSelector(IOracleCommittee.SignaturesLength.selector, 0));
        oracle.submit(r, goodEvidence(), "");
    }

    /// @dev Whatever of the report is changed after it was signed, it is refused.
    function testFuzz_submit_RevertWhen_AFieldIsChangedAfterSigning(uint256 field, uint256 bit) public {
        Report memory r = goodReport();
        IReportOracle.Evidence memory e = goodEvidence();
        bytes memory signatures = signedBy(r, 0x1ff);
        field = bound(field, 0, 6);
        if (field == 0) r.refSlot ^= uint64(1) << uint64(bit % 64);
        if (field == 1) r.blockRoot ^= bytes32(uint256(1) << (bit % 256));
        if (field == 2) r.beaconBalanceGwei ^= uint64(1) << uint64(bit % 64);
        if (field == 3) r.withdrawalsReceived ^= uint128(1) << uint128(bit % 128);
        if (field == 4) r.rewardsReceived ^= uint128(1) << uint128(bit % 128);
        if (field == 5) r.lastTicketId ^= uint64(1) << uint64(bit % 64);
        if (field == 6) r.rewardsRoot ^= bytes32(uint256(1) << (bit % 256));
        if (field == 1) {
            expect(
                abi.encodeWithSelector(IReportOracle.BlockRootMismatch.selector, r.blockRoot, header.root)
            );
        } else if (field > 1) {
            // the signatures are of strangers now: the first is the first to be seen
            vm.expectPartialRevert(IOracleCommittee.NotAMember.selector);
        } else {
            vm.expectRevert();
        }
        oracle.submit(r, e, signatures);
    }

    /// @dev A whole report of the next frame with the signatures of this one.
    function test_submit_RevertWhen_SignaturesAreOfAnotherFrame() public {
        vm.warp(REF_TIME + FRAME_SECONDS + 1 hours);
        installAll();
        Report memory r = reportOf(0);
        bytes memory signatures = signedBy(r, 0x1ff);
        r.refSlot += uint64(SLOTS_PER_FRAME);
        r.blockRoot = headerVector(file, "frames[1]").root;
        vm.expectPartialRevert(IOracleCommittee.NotAMember.selector);
        oracle.submit(r, evidenceOf(1), signatures);
    }

    /// @dev A successor of the oracle takes nothing that was signed for this one.
    function test_submit_RevertWhen_SignedForAnotherOracle() public {
        Report memory r = goodReport();
        bytes memory signatures = signedBy(r, 0x1ff);
        ReportOracle successor = makeReportOracle(oracleParameters());
        vm.expectPartialRevert(IOracleCommittee.NotAMember.selector);
        successor.submit(r, goodEvidence(), signatures);
    }

    /// @dev A member that was removed in the frame of the report still counts for it; one that was raised counts as before.
    function test_submit_UsesTheWeightsOfTheBoundary() public {
        vm.warp(REF_TIME + 13);
        committee.setWeight(2, 100);
        committee.setWeight(1, 0);
        vm.warp(REF_TIME + FRAME_SECONDS + 1 hours);
        Report memory r = goodReport();
        bytes memory signatures = signedBy(r, 0x07f);
        oracle.submit(r, goodEvidence(), signatures);
        assertEq(ledger.lastReportFrame(), FRAME, "frame");
    }

    /* ORA-1 */

    /// @dev Signed reports of five frames, handed in in any order and as often as one likes: a frame is taken once, and
    /// never after a later one.
    function testFuzz_submit_TakesFramesInOrder(uint256 seed) public {
        vm.warp(REF_TIME + 4 * FRAME_SECONDS + 1 hours);
        installAll();
        uint256 last = FIRST_FRAME;
        for (uint256 i = 0; i < 7; ++i) {
            uint256 which = (seed >> (8 * i)) % 5;
            Report memory r = reportOf(which);
            IReportOracle.Evidence memory e = evidenceOf(which);
            bytes memory signatures = signedBy(r, 0x1fc);
            bool later = FRAME + which > last;
            if (!later) {
                expect(abi.encodeWithSelector(IAccounting.FrameNotLater.selector, FRAME + which, last));
            }
            oracle.submit(r, e, signatures);
            if (later) last = FRAME + which;
            assertEq(ledger.lastReportFrame(), last, "last frame");
        }
    }

    /* CONSTRUCTOR AND VIEWS */

    function test_constructor_RevertWhen_SlotsDoNotFit() public {
        expectOut("secondsPerSlot", 0);
        makeWithSlots(32, 0);
        uint256[3] memory epochs = [uint256(0), 7, 7_201];
        for (uint256 i = 0; i < 3; ++i) {
            expectOut("slotsPerEpoch", epochs[i]);
            makeWithSlots(epochs[i], 12);
        }
        // 86,400 seconds are no whole number of slots of 11
        expectOut("slotsPerEpoch", 1);
        makeWithSlots(1, 11);
    }

    /// @dev A frame of 7,200 slots has two epochs of 3,600 slots, and three of 2,400.
    function test_constructor_RevertWhen_FramesAreShorterThanThreeEpochs() public {
        for (uint256 epochs = 1; epochs < 3; ++epochs) {
            expectOut("epochsPerFrame", epochs);
            makeWithSlots(SLOTS_PER_FRAME / epochs, 12);
        }
        makeWithSlots(SLOTS_PER_FRAME / 3, 12);
    }

    function test_constructor_RevertWhen_AParameterIsOutOfBounds() public {
        IReportOracle.Parameters memory p = oracleParameters();
        (p.silenceFrames, p.payGas, p.payRise, p.maxBaseFee) = (2, 400_000, FRAME_SECONDS, 1_000 gwei);
        makeReportOracle(p);
        p.silenceFrames = 14;
        makeReportOracle(p);
        p.silenceFrames = 1;
        expectOut("silenceFrames", 1);
        makeReportOracle(p);
        p.silenceFrames = 15;
        expectOut("silenceFrames", 15);
        makeReportOracle(p);
        p = oracleParameters();
        p.payGas = 400_001;
        expectOut("payGas", 400_001);
        makeReportOracle(p);
        p = oracleParameters();
        p.payRise = 0;
        expectOut("payRise", 0);
        makeReportOracle(p);
        p.payRise = FRAME_SECONDS + 1;
        expectOut("payRise", FRAME_SECONDS + 1);
        makeReportOracle(p);
        p = oracleParameters();
        p.maxBaseFee = 1_000 gwei + 1;
        expectOut("maxBaseFee", 1_000 gwei + 1);
        makeReportOracle(p);
    }

    function test_currentFrame_ChangesAtTheBoundary() public {
        vm.warp(REF_TIME - 1);
        (uint256 frame, uint256 refSlot) = oracle.currentFrame();
        assertEq(frame, FRAME - 1, "before");
        assertEq(refSlot, REF_SLOT - SLOTS_PER_FRAME, "slot before");
        vm.warp(REF_TIME);
        (frame, refSlot) = oracle.currentFrame();
        assertEq(frame, FRAME, "at");
        assertEq(refSlot, REF_SLOT, "slot at");
    }

    function testFuzz_hashOf_CoversEveryField(Report calldata r) public view {
        assertEq(
            oracle.hashOf(r),
            keccak256(
                abi.encode(
                    r.refSlot,
                    r.blockRoot,
                    r.beaconBalanceGwei,
                    r.withdrawalsReceived,
                    r.rewardsReceived,
                    r.appeared,
                    r.exited,
                    r.lastTicketId,
                    r.rewardsRoot
                )
            )
        );
    }

    /* INTERNAL */

    function makeWithSlots(uint256 slotsPerEpoch, uint256 secondsPerSlot) private {
        IReportOracle.Parameters memory p = oracleParameters();
        (p.slotsPerEpoch, p.secondsPerSlot) = (slotsPerEpoch, secondsPerSlot);
        makeReportOracle(p);
    }

    function expectOut(bytes32 name, uint256 value) private {
        expect(abi.encodeWithSelector(IReportOracle.ParameterOutOfBounds.selector, name, value));
    }
}
