// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Report} from "../types/Report.sol";
import {IProvenReports} from "./IProvenReports.sol";

/// @title IReportOracle
/// @notice Takes a signed report: one for a frame boundary, in order, of a block that the beacon chain has finalised. A
/// report within its limits is booked; one beyond them is parked: nothing of it is booked, and no ticket is finalised,
/// until balances were proven, governance has decided, or a later report is booked.
interface IReportOracle is IProvenReports {
    /// @notice What shows that the report speaks of the chain's own, finalised block.
    /// @param childTimestamp Timestamp of the first execution block after the reference slot; the beacon root that it
    /// brought (EIP-4788) is the report's.
    /// @param blockSlot Slot of the report's block, at most the reference slot. Looked at only when slots were missed
    /// behind the reference slot.
    /// @param slotProof That slot under the block root: 3 hashes. Looked at like `blockSlot`, else empty.
    /// @param finalityTimestamp Timestamp of a later execution block.
    /// @param finalizedEpoch Epoch that was finalised under the root which that block brought.
    /// @param finalityProof That epoch under the root: 10 hashes.
    struct Evidence {
        uint64 childTimestamp;
        uint64 blockSlot;
        bytes32[] slotProof;
        uint64 finalityTimestamp;
        uint64 finalizedEpoch;
        bytes32[] finalityProof;
    }

    /// @notice What else the oracle is made with.
    /// @param slotsPerEpoch 32, or 8 in the minimal preset.
    /// @param secondsPerSlot 12 on all public networks of today.
    /// @param silenceFrames Frames without a report after which proven balances are the report.
    /// @param payGas Gas that a report's pay covers at most.
    /// @param payRise Seconds in which the pay rises from nothing to all of it.
    /// @param maxBaseFee Base fee that the pay is reckoned with at most, in wei.
    struct Parameters {
        uint256 slotsPerEpoch;
        uint256 secondsPerSlot;
        uint256 silenceFrames;
        uint256 payGas;
        uint256 payRise;
        uint256 maxBaseFee;
    }

    /// @notice What is known of a frame's report.
    /// @param submitter Who submitted it; zero if there was none, or it is more than 64 frames back.
    /// @param signedBy Bit i: member i signed, in the order of the committee's list at the frame's start.
    /// @param payGwei What its submitter is yet to be paid, in gwei.
    struct Submission {
        address submitter;
        uint32 signedBy;
        uint32 payGwei;
    }

    /// @notice A report was accepted by its signatures: it is booked, unless it is parked in the same transaction.
    event ReportAccepted(
        uint256 indexed refSlot,
        bytes32 reportHash,
        address indexed submitter,
        uint256 signedBy
    );
    /// @notice A report was parked: `limit` is what it breaks (see `IReportLimits.Breach`).
    event ReportParked(
        uint256 indexed refSlot,
        bytes32 reportHash,
        bytes32 indexed limit,
        uint256 value,
        uint256 bound
    );
    /// @notice The parked report is none any more: it was booked (by governance's word), or it was refused, or another is
    /// booked.
    event ParkedReportEnded(uint256 indexed refSlot, bytes32 reportHash, bool booked);
    /// @notice All balances under the root of the parked report were proven to be `provenGwei`.
    /// A true report tells at most `uncertainGwei` more.
    event ParkedBalanceProven(
        uint256 indexed refSlot,
        bytes32 reportHash,
        uint256 provenGwei,
        uint256 uncertainGwei
    );
    /// @notice Proven balances were booked as the report of a frame.
    event ProvenReportBooked(uint256 indexed frame, ProvenBalances proven);

    /// @notice The reference slot is no frame boundary.
    error NotAFrameBoundary(uint256 refSlot, uint256 slotsPerFrame);
    /// @notice The block root is not the chain's.
    error BlockRootMismatch(bytes32 told, bytes32 chain);
    /// @notice The child block is not after the reference slot (seconds since 1970).
    error ChildNotAfterRefSlot(uint256 childTimestamp, uint256 refTime);
    /// @notice The block is of a slot after the reference slot.
    error BlockAfterRefSlot(uint256 blockSlot, uint256 refSlot);
    /// @notice The beacon chain has not finalised the reference slot.
    error RefSlotNotFinalized(uint256 refSlot, uint256 finalizedEpoch);
    /// @notice Another report of this frame or a later one is parked.
    error ReportIsParked(uint256 refSlot, bytes32 reportHash);
    /// @notice No report is parked, or another one.
    error NotParked(bytes32 reportHash, bytes32 parkedHash);
    /// @notice No word makes a figure true that cannot be.
    error FigureImpossible(bytes32 limit, uint256 value, uint256 bound);
    /// @notice The committee is not silent, and no report is parked (frame of the last report, frame of the clock).
    error NotSilent(uint256 lastFrame, uint256 frame);
    /// @notice The parked report tells another balance than was proven, beyond the tolerance and what the proof may leave
    /// out.
    error BalanceContradicted(uint256 toldGwei, uint256 provenGwei, uint256 uncertainGwei);
    /// @notice Governance has refused that report.
    error ReportRefused(bytes32 reportHash);
    /// @notice No balances under the parked report's root were proven yet.
    error BalanceNotProven(bytes32 reportHash);
    /// @notice The vaults hold `more` wei than the parked report tells, more than `bound`: balances alone do not show that
    /// its loss is true.
    error VaultsMoved(uint256 more, uint256 bound);
    /// @notice Nothing is due for the report of that frame, or there is nothing to pay it with.
    error NothingToPay(uint256 frame);
    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);

    /// @notice Applies a report, or parks it. Anyone may submit it.
    /// @param signatures See `IOracleCommittee.verify`.
    function submit(Report calldata report, Evidence calldata evidence, bytes calldata signatures) external;

    /// @notice Books the parked report if its balance was proven to be true, within `TOLERANCE_BP`, whatever its loss.
    /// Anyone may. A false one stays parked, and nobody leaves, until the truth is booked: by `applyProven`, or a later
    /// report.
    function conclude(Report calldata report) external;

    /// @notice Pays the submitter of a frame's report what was due for it, from the keepers' budget, as far as that goes in
    /// this frame. Anyone may, once.
    /// @return shares Shares sent (18 decimals).
    function paySubmitter(uint256 frame) external returns (uint256 shares);

    /// @notice Decides on the parked report. Caller: `REPORT_RESOLVER`.
    /// @param accept Whether it is booked, whatever its loss; figures that cannot be are never booked.
    function resolve(Report calldata report, bool accept) external;

    /// @notice Of the report of a frame, among the last 64 frames.
    function submissionOf(uint256 frame) external view returns (Submission memory);

    /// @notice keccak256 of the report's fields, encoded in order: what members sign, with this contract's address.
    function hashOf(Report calldata report) external pure returns (bytes32);

    /// @notice The last frame boundary that the clock has passed, and its slot.
    function currentFrame() external view returns (uint256 frame, uint256 refSlot);

    /// @notice Slots of a frame.
    function slotsPerFrame() external view returns (uint256);
}
