// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Profit
/// @notice The sum of all reports in one slot: `high water (96, signed) | booked (96, signed) | frame (32) | seed (32)`.
/// In wei: all gains less all losses booked, and the largest that they ever were: fees are due above it only. The frame
/// boundary of the last report, and the lowest bits of the balance that it told: lots are drawn by them.
type Profit is uint256;

using {booked, highWater, frame, seed, feeBasis, grow, asOf} for Profit global;

/// @dev All gains less all losses, in wei.
function booked(Profit p) pure returns (int256) {
    return int96(uint96(Profit.unwrap(p) >> 64));
}

/// @dev The largest that fees were due on, in wei.
function highWater(Profit p) pure returns (int256) {
    return int96(uint96(Profit.unwrap(p) >> 160));
}

/// @dev Frame boundary of the last report.
function frame(Profit p) pure returns (uint256) {
    return uint32(Profit.unwrap(p) >> 32);
}

/// @dev The lowest 32 bits of the balance that the last report told, in gwei.
function seed(Profit p) pure returns (uint256) {
    return uint32(Profit.unwrap(p));
}

/// @dev The part of a gain that lifts the profit above where it ever was: a loss is made good before a fee is taken.
function feeBasis(Profit p, uint256 gain) pure returns (uint256) {
    int256 above = booked(p) + int256(gain) - highWater(p);
    if (above <= 0) return 0;
    return uint256(above) < gain ? uint256(above) : gain;
}

/// @dev Books `amount` of a `change`; the high water counts the whole change, so that what is left for the next report
/// pays no fee twice.
function grow(Profit p, int256 change, int256 amount) pure returns (Profit) {
    int256 sum = booked(p) + amount;
    int256 mark = booked(p) + change;
    int256 high = highWater(p);
    if (mark > high) high = mark;
    uint256 upper = uint96(SafeCast.toInt96(high));
    uint256 lower = uint96(SafeCast.toInt96(sum));
    return Profit.wrap((upper << 160) | (lower << 64) | uint64(Profit.unwrap(p)));
}

/// @dev As of frame boundary `frame_`, of a balance of `balanceGwei`.
function asOf(Profit p, uint32 frame_, uint64 balanceGwei) pure returns (Profit) {
    uint256 upper = (Profit.unwrap(p) >> 64) << 64;
    // the seed is what is left of the balance
    return Profit.wrap(upper | (uint256(frame_) << 32) | uint32(balanceGwei));
}
