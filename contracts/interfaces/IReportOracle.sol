// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Report} from "../types/Report.sol";

/// @title IReportOracle
/// @notice Takes a signed report: one for a frame boundary, in order, of a block that the beacon chain has finalised.
interface IReportOracle {
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

    /// @notice A report was accepted.
    event ReportAccepted(uint256 indexed refSlot, bytes32 reportHash);

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
    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);

    /// @notice Applies a report. Anyone may submit it.
    /// @param signatures See `IOracleCommittee.verify`.
    function submit(Report calldata report, Evidence calldata evidence, bytes calldata signatures) external;

    /// @notice keccak256 of the report's fields, encoded in order: what members sign, with this contract's address.
    function hashOf(Report calldata report) external pure returns (bytes32);

    /// @notice The last frame boundary that the clock has passed, and its slot.
    function currentFrame() external view returns (uint256 frame, uint256 refSlot);

    /// @notice Slots of a frame.
    function slotsPerFrame() external view returns (uint256);
}
