// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a member of the committee signs (EIP-712, in the committee's domain).
/// @param oracle Contract that takes the report.
/// @param refSlot Reference slot of the report.
/// @param blockRoot Root of the beacon block of that slot, or of the last one before.
/// @param reportHash Hash of all that the report says.
struct ReportVote {
    address oracle;
    uint64 refSlot;
    bytes32 blockRoot;
    bytes32 reportHash;
}
