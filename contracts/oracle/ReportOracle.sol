// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounting} from "../interfaces/IAccounting.sol";
import {IOracleCommittee} from "../interfaces/IOracleCommittee.sol";
import {IReportOracle} from "../interfaces/IReportOracle.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconRoots} from "../libraries/BeaconRoots.sol";
import {Report} from "../types/Report.sol";

/// @title ReportOracle
/// @notice The door of reports: frame and order, the chain's own finalised block, signatures; then the accounting.
/// TRUST: more than two thirds of the committee's weight, within the limits of reports.
/// INVARIANTS: ORA-1.
/// ASSUMPTIONS: the beacon state is laid out as in Electra and Fulu; for another fork this contract is replaced.
contract ReportOracle is IReportOracle {
    /// @notice Least length of a frame: finality takes two epochs, and a report must come before the next boundary, as far
    /// back as the ledger's history of deposits reaches.
    uint256 public constant MIN_EPOCHS_PER_FRAME = 3;

    /* IMMUTABLES */

    /// @notice The pool, whose books tell the last report.
    IStakedEther public immutable ledger;
    /// @notice Who signs.
    IOracleCommittee public immutable committee;
    /// @notice Where accepted reports go.
    IAccounting public immutable accounting;
    /// @inheritdoc IReportOracle
    uint256 public immutable slotsPerFrame;
    /// @notice Slots of an epoch of the beacon chain.
    uint256 public immutable slotsPerEpoch;

    uint256 private immutable _genesisTime;
    uint256 private immutable _frameSeconds;
    uint256 private immutable _secondsPerSlot;

    /* CONSTRUCTOR */

    /// @notice The frame is the ledger's; it must be a whole number of epochs, and enough of them.
    /// @param slotsPerEpoch_ 32, or 8 in the minimal preset.
    /// @param secondsPerSlot 12 on all public networks of today.
    constructor(
        IStakedEther ledger_,
        IOracleCommittee committee_,
        IAccounting accounting_,
        uint256 slotsPerEpoch_,
        uint256 secondsPerSlot
    ) {
        IStakedEther.Parameters memory p = ledger_.parameters();
        require(secondsPerSlot > 0, ParameterOutOfBounds("secondsPerSlot", secondsPerSlot));
        uint256 slots = p.frameSeconds / secondsPerSlot;
        require(
            slotsPerEpoch_ > 0 && slots % slotsPerEpoch_ == 0 && slots * secondsPerSlot == p.frameSeconds,
            ParameterOutOfBounds("slotsPerEpoch", slotsPerEpoch_)
        );
        require(
            slots >= MIN_EPOCHS_PER_FRAME * slotsPerEpoch_,
            ParameterOutOfBounds("epochsPerFrame", slots / slotsPerEpoch_)
        );
        ledger = ledger_;
        committee = committee_;
        accounting = accounting_;
        slotsPerEpoch = slotsPerEpoch_;
        slotsPerFrame = slots;
        _genesisTime = p.genesisTime;
        _frameSeconds = p.frameSeconds;
        _secondsPerSlot = secondsPerSlot;
    }

    /* ANYONE */

    /// @inheritdoc IReportOracle
    function submit(Report calldata report, Evidence calldata evidence, bytes calldata signatures) external {
        uint256 frame = report.refSlot / slotsPerFrame;
        require(frame * slotsPerFrame == report.refSlot, NotAFrameBoundary(report.refSlot, slotsPerFrame));
        uint256 refTime = _genesisTime + frame * _frameSeconds;
        _requireFinalized(report, evidence, refTime);

        bytes32 reportHash = hashOf(report);
        committee.verify(address(this), report.refSlot, report.blockRoot, reportHash, refTime, signatures);

        emit ReportAccepted(report.refSlot, reportHash);
        accounting.book(report, frame, refTime);
    }

    /* VIEWS */

    /// @inheritdoc IReportOracle
    function hashOf(Report calldata report) public pure returns (bytes32) {
        return keccak256(abi.encode(report));
    }

    /// @inheritdoc IReportOracle
    function currentFrame() external view returns (uint256 frame, uint256 refSlot) {
        frame = (block.timestamp - _genesisTime) / _frameSeconds;
        refSlot = frame * slotsPerFrame;
    }

    /* INTERNAL */

    /// @dev The root brought by the first block after the reference slot is that of the last block not after it. If that
    /// first block is of the very next slot, it needs no proof that its parent is not after the reference slot.
    /// Both roots are of the chain that runs this call, so the finality which the later one knows is that of the first.
    function _requireFinalized(Report calldata report, Evidence calldata e, uint256 refTime) private view {
        require(e.childTimestamp > refTime, ChildNotAfterRefSlot(e.childTimestamp, refTime));
        bytes32 root = BeaconRoots.parentRoot(e.childTimestamp);
        require(root == report.blockRoot, BlockRootMismatch(report.blockRoot, root));
        if (e.childTimestamp > refTime + _secondsPerSlot) {
            require(e.blockSlot <= report.refSlot, BlockAfterRefSlot(e.blockSlot, report.refSlot));
            BeaconProofs.verifySlot(root, e.blockSlot, e.slotProof);
        }

        require(
            e.finalizedEpoch * slotsPerEpoch >= report.refSlot,
            RefSlotNotFinalized(report.refSlot, e.finalizedEpoch)
        );
        BeaconProofs.verifyFinalizedEpoch(
            BeaconRoots.parentRoot(e.finalityTimestamp),
            e.finalizedEpoch,
            e.finalityProof
        );
    }
}
