// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IReportOracle} from "../../contracts/interfaces/IReportOracle.sol";
import {Report} from "../../contracts/types/Report.sol";
import {BeaconVectors} from "./BeaconVectors.sol";
import {Protocol} from "./Protocol.sol";

/// @notice Reports with real headers, real finality proofs and real signatures, and the whole protocol behind.
abstract contract SignedReports is Protocol, BeaconVectors {
    uint256 internal constant RING = 8191;
    uint256 internal constant FRAME = FIRST_FRAME + 1;
    uint64 internal constant REF_SLOT = uint64(FRAME * SLOTS_PER_FRAME);
    uint256 internal constant REF_TIME = GENESIS_TIME + FRAME * FRAME_SECONDS;

    HeaderVector internal header;
    HeaderVector internal finality;
    /// @dev For calls that must revert: building a report is a call too.
    Report internal good;
    string internal file;

    function setUp() public virtual override {
        super.setUp();
        makeStaker("staker", 1_000 ether);
        file = headersFile();
        header = headerVector(file, "frames[0]");
        finality = headerVector(file, "finality");
        vm.warp(REF_TIME + 1 hours);
        setBeaconRoot(REF_TIME + 12, header.root);
        setBeaconRoot(REF_TIME + 71 * 12, finality.root);
        good = goodReport();
    }

    function setBeaconRoot(uint256 time, bytes32 root) internal {
        vm.store(BEACON_ROOTS, bytes32(time % RING), bytes32(time));
        vm.store(BEACON_ROOTS, bytes32((time % RING) + RING), root);
    }

    /// @dev The roots of all five frames, and one block that has finalised them all.
    function installAll() internal {
        for (uint256 i = 0; i < 5; ++i) {
            setBeaconRoot(REF_TIME + i * FRAME_SECONDS + 12, headerVector(file, frameKey(i)).root);
        }
        finality = headerVector(file, "finalityOfAll");
        setBeaconRoot(REF_TIME + 71 * 12, finality.root);
    }

    function frameKey(uint256 i) internal pure returns (string memory) {
        return string.concat("frames[", vm.toString(i), "]");
    }

    function goodReport() internal view returns (Report memory r) {
        r = neutralReport(FRAME);
        r.blockRoot = header.root;
    }

    function goodEvidence() internal view returns (IReportOracle.Evidence memory) {
        return
            IReportOracle.Evidence({
                childTimestamp: uint64(REF_TIME + 12),
                blockSlot: REF_SLOT,
                slotProof: header.slotProof,
                finalityTimestamp: uint64(REF_TIME + 71 * 12),
                finalizedEpoch: finality.finalizedEpoch,
                finalityProof: finality.finalityProof
            });
    }

    /// @dev The next slot is empty, so the block's slot is looked at.
    function lateEvidence() internal returns (IReportOracle.Evidence memory e) {
        setBeaconRoot(REF_TIME + 24, header.root);
        e = goodEvidence();
        e.childTimestamp = uint64(REF_TIME + 24);
    }

    function reportOf(uint256 i) internal view returns (Report memory r) {
        r = neutralReport(FRAME + i);
        r.blockRoot = headerVector(file, frameKey(i)).root;
    }

    function evidenceOf(uint256 i) internal view returns (IReportOracle.Evidence memory e) {
        HeaderVector memory h = headerVector(file, frameKey(i));
        e = goodEvidence();
        e.childTimestamp += uint64(i * FRAME_SECONDS);
        e.blockSlot = h.slot;
        e.slotProof = h.slotProof;
    }

    function signedBy(Report memory r, uint256 set) internal view returns (bytes memory signatures) {
        bytes32 digest = committee.digest(address(oracle), r.refSlot, r.blockRoot, oracle.hashOf(r));
        for (uint256 i = 0; i < MEMBERS; ++i) {
            if ((set >> i) & 1 == 0) continue;
            (bytes32 first, bytes32 second) = vm.signCompact(memberKeys[i], digest);
            signatures = abi.encodePacked(signatures, first, second);
        }
    }

    function submit(Report memory r, IReportOracle.Evidence memory e) internal {
        oracle.submit(r, e, signedBy(r, 0x1ff));
    }

    /// @dev For what is refused before any signature is looked at.
    function submitUnsigned(Report memory r, IReportOracle.Evidence memory e) internal {
        oracle.submit(r, e, new bytes(64));
    }

    function expect(bytes memory reason) internal {
        vm.expectRevert(reason);
    }
}
