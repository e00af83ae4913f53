// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Profit
/// @notice All gains less all losses booked, and the largest that it ever was, in one slot, in wei:
/// `high water (128, signed) | booked (128, signed)`. Fees are due above the high water only.
type Profit is uint256;

using {booked, highWater, feeBasis, grow} for Profit global;

/// @dev All gains less all losses, in wei.
function booked(Profit p) pure returns (int256) {
    return int128(uint128(Profit.unwrap(p)));
}

/// @dev The largest that fees were due on, in wei.
function highWater(Profit p) pure returns (int256) {
    return int128(uint128(Profit.unwrap(p) >> 128));
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
    uint256 upper = uint128(SafeCast.toInt128(high));
    return Profit.wrap((upper << 128) | uint128(SafeCast.toInt128(sum)));
}
