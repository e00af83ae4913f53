// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title LastReport
/// @notice The last booked report in one slot: `refSlot (64) | beacon balance in gwei (64) | frame (32) | time (48)`.
type LastReport is uint256;

using {refSlot, beaconBalanceGwei, frame, time} for LastReport global;

/// @dev The caller guarantees 64, 64, 32 and 48 bits.
function packLastReport(
    uint256 refSlot_,
    uint256 beaconBalanceGwei_,
    uint256 frame_,
    uint256 time_
) pure returns (LastReport) {
    return LastReport.wrap((refSlot_ << 144) | (beaconBalanceGwei_ << 80) | (frame_ << 48) | time_);
}

/// @dev Reference slot.
function refSlot(LastReport r) pure returns (uint256) {
    return uint64(LastReport.unwrap(r) >> 144);
}

/// @dev Balance that the report told, in gwei.
function beaconBalanceGwei(LastReport r) pure returns (uint256) {
    return uint64(LastReport.unwrap(r) >> 80);
}

/// @dev Frame boundary of the reference slot.
function frame(LastReport r) pure returns (uint256) {
    return uint32(LastReport.unwrap(r) >> 48);
}

/// @dev When it was booked, seconds since 1970.
function time(LastReport r) pure returns (uint256) {
    return uint48(LastReport.unwrap(r));
}
