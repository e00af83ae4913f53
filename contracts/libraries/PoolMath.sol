// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Totals
/// @notice The pool in one slot.
///
///     255          224 223            196 195    194         108 107        0
///     | dripEnd (32)  | dripRate (28)    | paused | target (87)  | units (108) |
///
/// `units`: all units (1e-6 of a share), up to 324 million ether at rate 1. `target`: pooled ether in wei when
/// the drip has ended, up to 154 million ether. `dripRate`: gwei per second, up to 23,000 ether a day.
/// `dripEnd`: seconds since 1970.
type Totals is uint256;

/// @title PoolMath
/// @notice The pool's totals: conversion between ether and units, and the drip of gains.
/// Every division names its direction; the pool never loses by one.
library PoolMath {
    /// @notice `value` does not fit a field of `bits` bits.
    error PoolOverflow(uint256 value, uint256 bits);

    /// @dev A unit is 1e-6 of a share.
    uint256 internal constant UNITS_PER_SHARE = 1e6;
    uint256 internal constant MAX_UNITS = (1 << 108) - 1;
    uint256 internal constant MAX_ETHER = (1 << 87) - 1;
    uint256 internal constant MAX_DRIP_RATE = (1 << 28) - 1;

    uint256 private constant TARGET_SHIFT = 108;
    uint256 private constant PAUSED_BIT = 1 << 195;
    uint256 private constant RATE_SHIFT = 196;
    uint256 private constant END_SHIFT = 224;
    uint256 private constant GWEI = 1e9;

    /* FIELDS */

    function units(Totals t) internal pure returns (uint256) {
        return Totals.unwrap(t) & MAX_UNITS;
    }

    function target(Totals t) internal pure returns (uint256) {
        return (Totals.unwrap(t) >> TARGET_SHIFT) & MAX_ETHER;
    }

    function isStakingPaused(Totals t) internal pure returns (bool) {
        return Totals.unwrap(t) & PAUSED_BIT != 0;
    }

    function dripRate(Totals t) internal pure returns (uint256) {
        return (Totals.unwrap(t) >> RATE_SHIFT) & MAX_DRIP_RATE;
    }

    function dripEnd(Totals t) internal pure returns (uint256) {
        return Totals.unwrap(t) >> END_SHIFT;
    }

    function pack(
        uint256 units_,
        uint256 target_,
        bool paused_,
        uint256 rate_,
        uint256 end_
    ) internal pure returns (Totals) {
        require(units_ <= MAX_UNITS, PoolOverflow(units_, 108));
        require(target_ <= MAX_ETHER, PoolOverflow(target_, 87));
        require(rate_ <= MAX_DRIP_RATE, PoolOverflow(rate_, 28));
        require(end_ <= type(uint32).max, PoolOverflow(end_, 32));
        return
            Totals.wrap(
                units_ |
                    (target_ << TARGET_SHIFT) |
                    (paused_ ? PAUSED_BIT : 0) |
                    (rate_ << RATE_SHIFT) |
                    (end_ << END_SHIFT)
            );
    }

    function withPause(Totals t, bool paused) internal pure returns (Totals) {
        uint256 cleared = Totals.unwrap(t) & ~PAUSED_BIT;
        return Totals.wrap(paused ? cleared | PAUSED_BIT : cleared);
    }

    /* VALUE */

    /// @notice Ether (wei) booked as gain that has not dripped at `time`.
    function undripped(Totals t, uint256 time) internal pure returns (uint256) {
        uint256 end = dripEnd(t);
        // 28 + 30 + 32 bits: cannot overflow
        unchecked {
            return time < end ? dripRate(t) * GWEI * (end - time) : 0;
        }
    }

    /// @notice Pooled ether (wei) at `time`.
    function pooledEther(Totals t, uint256 time) internal pure returns (uint256) {
        return target(t) - undripped(t, time);
    }

    /// @notice Units that `amount` wei buy, rounded down: ⌊ amount · units / pooled ⌋.
    function toUnitsDown(Totals t, uint256 amount, uint256 time) internal pure returns (uint256) {
        require(amount <= MAX_ETHER, PoolOverflow(amount, 87));
        // 87 + 108 bits; pooled is never 0
        unchecked {
            return (amount * units(t)) / pooledEther(t, time);
        }
    }

    /// @notice Units that are worth at least `amount` wei, rounded up: ⌈ amount · units / pooled ⌉.
    /// An amount beyond any balance gives the largest number, so that the caller's balance check names it.
    function toUnitsUp(Totals t, uint256 amount, uint256 time) internal pure returns (uint256) {
        if (amount > MAX_ETHER) return type(uint256).max;
        uint256 pooled = pooledEther(t, time);
        // 87 + 108 bits, plus a divisor of 87 bits; pooled is never 0: the seed stays for ever
        unchecked {
            return (amount * units(t) + pooled - 1) / pooled;
        }
    }

    /// @notice Value of `amount` units in wei, rounded down: ⌊ amount · pooled / units ⌋.
    function toEtherDown(Totals t, uint256 amount, uint256 time) internal pure returns (uint256) {
        require(amount <= MAX_UNITS, PoolOverflow(amount, 108));
        // 108 + 87 bits; units are never 0
        unchecked {
            return (amount * pooledEther(t, time)) / units(t);
        }
    }

    /// @notice Value of `amount` units in wei, rounded up: ⌈ amount · pooled / units ⌉.
    function toEtherUp(Totals t, uint256 amount, uint256 time) internal pure returns (uint256) {
        require(amount <= MAX_UNITS, PoolOverflow(amount, 108));
        uint256 all = units(t);
        // 108 + 87 bits, plus a divisor of 108 bits; units are never 0
        unchecked {
            return (amount * pooledEther(t, time) + all - 1) / all;
        }
    }

    /* MOVEMENTS */

    /// @notice `amount` wei enter for `minted` units, at an unchanged drip.
    function add(Totals t, uint256 amount, uint256 minted) internal pure returns (Totals) {
        uint256 newUnits = units(t) + minted;
        uint256 newTarget = target(t) + amount;
        require(newUnits <= MAX_UNITS, PoolOverflow(newUnits, 108));
        require(newTarget <= MAX_ETHER, PoolOverflow(newTarget, 87));
        // both fields were just shown to fit: no carry
        unchecked {
            return Totals.wrap(Totals.unwrap(t) + minted + (amount << TARGET_SHIFT));
        }
    }

    /// @notice `amount` wei leave for `burnt` units, at an unchanged drip. Both are at most what the pool holds
    /// outside the drip; else the subtraction reverts.
    function remove(Totals t, uint256 amount, uint256 burnt) internal pure returns (Totals) {
        return pack(units(t) - burnt, target(t) - amount, isStakingPaused(t), dripRate(t), dripEnd(t));
    }

    /// @notice Adds `gain` wei to the drip at `time`, without moving pooled ether at `time`.
    ///
    /// The new drip lasts the mean of what is left of the old one and `duration`, weighted by amount, and longer
    /// where it would be faster than `maxRate` (gwei per second). What does not divide into whole gwei per
    /// second, or could not drip before the year 2106, is not taken: `taken` is the change of `target`, at most
    /// `gain`. A gain too small to raise the drip takes nothing and leaves it alone.
    /// @return next The totals after. @return taken The part of `gain` (wei) that is now in `target`.
    function addDrip(
        Totals t,
        uint256 gain,
        uint256 time,
        uint256 duration,
        uint256 maxRate
    ) internal pure returns (Totals next, uint256 taken) {
        // 87 bits of ether, gains below 2^128, times of 32 bits: nothing here passes 160 bits
        unchecked {
            uint256 old = undripped(t, time);
            uint256 whole = old + gain;
            if (whole == 0) return (t, 0);
            if (maxRate > MAX_DRIP_RATE) maxRate = MAX_DRIP_RATE;
            if (maxRate == 0) maxRate = 1;

            uint256 left = old == 0 ? 0 : dripEnd(t) - time;
            uint256 seconds_ = _max((old * left + gain * duration) / whole, 1);
            seconds_ = _max(seconds_, _ceilDiv(whole, maxRate * GWEI));
            // a report must not stop because a slow drip would pass the field of its end
            seconds_ = _min(seconds_, type(uint32).max - time);

            uint256 rate = _min(whole / (seconds_ * GWEI), maxRate);
            uint256 dripping = rate * seconds_ * GWEI;
            if (dripping <= old) return (t, 0);
            taken = dripping - old;
            next = pack(units(t), target(t) + taken, isStakingPaused(t), rate, time + seconds_);
        }
    }

    /// @notice Takes `loss` wei out of the pool at `time`: first out of what has not dripped, then out of pooled ether.
    /// @return next The totals after. @return taken The change of `target`: `loss`, or a little more where the rest
    /// of the drip does not divide into whole gwei per second (then pooled ether at `time` has not moved).
    function takeLoss(
        Totals t,
        uint256 loss,
        uint256 time
    ) internal pure returns (Totals next, uint256 taken) {
        uint256 old = undripped(t, time);
        if (loss >= old) {
            taken = loss;
            next = pack(units(t), target(t) - loss, isStakingPaused(t), 0, 0);
        } else {
            uint256 left = dripEnd(t) - time;
            uint256 rate = (old - loss) / (left * GWEI);
            taken = old - rate * left * GWEI;
            next = pack(units(t), target(t) - taken, isStakingPaused(t), rate, dripEnd(t));
        }
    }

    /* INTERNAL */

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function _ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }
}
