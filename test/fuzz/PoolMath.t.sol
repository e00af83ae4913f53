// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PoolMath, Totals} from "../../contracts/libraries/PoolMath.sol";
import {KedgeTest} from "../utils/KedgeTest.sol";

/// @notice What must hold of the pool's arithmetic for any numbers that fit its fields.
contract PoolMathFuzzTest is KedgeTest {
    using PoolMath for Totals;

    uint256 private constant NOW = 1_800_000_000;
    uint256 private constant GWEI = 1e9;

    /// @dev A pool of up to a million ether at a rate from 1e-3 to 1e3, perhaps with a drip.
    function _pool(uint256 ether_, uint256 rate, uint256 drip, uint256 left) private pure returns (Totals t) {
        uint256 pooled = bound(ether_, 1e12, 1e24);
        rate = bound(rate, 1e15, 1e21);
        uint256 units = (pooled * 1e6 * 1e18) / rate;
        if (units > PoolMath.MAX_UNITS) units = PoolMath.MAX_UNITS;
        left = bound(left, 0, 30 days);
        drip = left == 0 ? 0 : bound(drip, 0, _least(PoolMath.MAX_DRIP_RATE, pooled / (left * GWEI)));
        t = PoolMath.pack(units, pooled + drip * left * GWEI, false, drip, NOW + left);
    }

    /* DRIP */

    function testFuzz_addDrip_NeverMovesPooledEtherNow(
        uint256[4] memory pool,
        uint256 gain,
        uint256 duration,
        uint256 maxRate
    ) public pure {
        Totals t = _pool(pool[0], pool[1], pool[2], pool[3]);
        gain = bound(gain, 0, 1e24);
        duration = bound(duration, 96, 30 days);
        maxRate = bound(maxRate, 0, 1 << 40);
        (Totals next, uint256 taken) = t.addDrip(gain, NOW, duration, maxRate);

        assertEq(next.pooledEther(NOW), t.pooledEther(NOW), "pooled ether now");
        assertEq(next.units(), t.units(), "units");
        assertLe(taken, gain, "taken above gain");
        assertEq(next.target(), t.target() + taken, "target moves by what is taken");
        assertEq(next.pooledEther(NOW + 200 * 365 days), t.target() + taken, "all of it arrives");
        if (taken > 0) {
            assertLe(
                next.dripRate(),
                _least(_most(maxRate, 1), PoolMath.MAX_DRIP_RATE),
                "faster than allowed"
            );
            // what is left over is less than one gwei in each second of the drip, but at the end of the field
            bool last = next.dripEnd() == type(uint32).max;
            if (!last) assertLt(gain - taken, (next.dripEnd() - NOW) * GWEI, "left too much");
        }
    }

    function testFuzz_addDrip_OfALoneGainLastsItsDuration(
        uint256 ether_,
        uint256 gain,
        uint256 duration,
        uint256 maxRate
    ) public pure {
        Totals t = _pool(ether_, 1e18, 0, 0);
        gain = bound(gain, 1, 1e24);
        duration = bound(duration, 96, 30 days);
        maxRate = bound(maxRate, _ceil(gain, 4 * 365 days * GWEI), 1 << 40);
        (Totals next, uint256 taken) = t.addDrip(gain, NOW, duration, maxRate);
        if (taken == 0) return;
        assertGe(next.dripEnd(), NOW + duration, "shorter than its duration");
    }

    /// @dev The moment (amount times time) of the undripped ether grows by no more than the gain's own: nobody keeps
    /// the gains of others back for longer than what he brings in is worth. Only the limit of speed may do that.
    function testFuzz_addDrip_ProlongsByNoMoreThanTheGainIsWorth(
        uint256[4] memory pool,
        uint256 gain,
        uint256 duration
    ) public pure {
        Totals t = _pool(pool[0], pool[1], pool[2], pool[3]);
        gain = bound(gain, 1, 1e22);
        duration = bound(duration, 1 days, 30 days);
        uint256 old = t.undripped(NOW);
        uint256 left = old == 0 ? 0 : t.dripEnd() - NOW;
        uint256 slowest = _ceil(old + gain, PoolMath.MAX_DRIP_RATE * GWEI);
        (Totals next, uint256 taken) = t.addDrip(gain, NOW, duration, PoolMath.MAX_DRIP_RATE);
        if (taken == 0) return;
        uint256 seconds_ = next.dripEnd() - NOW;
        assertLe(seconds_, _most(slowest, _most(left, duration)), "beyond both ends");
        if (seconds_ > slowest) {
            assertLe((old + gain) * seconds_, old * left + gain * duration, "moment grew");
            assertGt(
                (old + gain) * (seconds_ + 1),
                old * left + gain * duration,
                "shorter by more than a second"
            );
        }
    }

    /// @dev Many small gains end no later than one large one would, and never pass the limit of speed.
    function testFuzz_addDrip_InManyPartsKeepsTheBounds(
        uint256 ether_,
        uint256 gain,
        uint256 maxRate
    ) public pure {
        Totals t = _pool(ether_, 1e18, 0, 0);
        gain = bound(gain, 0.0001 ether, 10 ether);
        maxRate = bound(maxRate, 1_000_000, PoolMath.MAX_DRIP_RATE);
        uint256 pooled = t.pooledEther(NOW);
        uint256 all = 0;
        for (uint256 i = 0; i < 16; ++i) {
            uint256 taken;
            (t, taken) = t.addDrip(gain, NOW, 1 days, maxRate);
            all += taken;
            assertEq(t.pooledEther(NOW), pooled, "pooled ether now");
            assertEq(t.undripped(NOW), all, "undripped is what was taken");
            assertLe(t.dripRate(), maxRate, "speed");
        }
        if (all > 0) {
            assertGe(t.dripEnd(), NOW + 1 days - 16, "shortened");
            assertLe(t.dripEnd(), NOW + _most(1 days, _ceil(16 * gain, maxRate * GWEI)), "prolonged");
        }
    }

    function testFuzz_undripped_OnlyFalls(uint256[4] memory pool, uint256 t1, uint256 t2) public pure {
        Totals t = _pool(pool[0], pool[1], pool[2], pool[3]);
        t1 = bound(t1, 0, 40 days);
        t2 = bound(t2, t1, 41 days);
        assertLe(t.pooledEther(NOW + t1), t.pooledEther(NOW + t2), "pooled ether fell with time");
        assertLe(t.pooledEther(NOW + t2), t.target(), "above target");
    }

    /* LOSS */

    function testFuzz_takeLoss_LeavesTheRateWhileTheDripCovers(
        uint256[4] memory pool,
        uint256 loss
    ) public pure {
        Totals t = _pool(pool[0], pool[1], pool[2], pool[3]);
        uint256 old = t.undripped(NOW);
        uint256 pooled = t.pooledEther(NOW);
        loss = bound(loss, 1, t.target() - 1);
        (Totals next, uint256 taken) = t.takeLoss(loss, NOW);

        assertGe(taken, loss, "taken below loss");
        assertEq(next.target(), t.target() - taken, "target");
        if (loss < old) {
            assertEq(next.pooledEther(NOW), pooled, "the drip covers it");
            assertLt(taken - loss, (t.dripEnd() - NOW) * GWEI, "took too much");
            assertEq(next.dripEnd(), t.dripEnd(), "end");
        } else {
            assertEq(taken, loss, "no rounding");
            assertEq(next.pooledEther(NOW), pooled - (loss - old), "only the part beyond the drip");
            assertGt(next.pooledEther(NOW), 0, "empty");
        }
    }

    /* CONVERSIONS */

    function testFuzz_conversions_RoundForThePool(uint256[4] memory pool, uint256 x) public pure {
        Totals t = _pool(pool[0], pool[1], pool[2], pool[3]);
        uint256 amount = bound(x, 0, t.pooledEther(NOW));
        uint256 down = t.toUnitsDown(amount, NOW);
        uint256 up = t.toUnitsUp(amount, NOW);
        uint256 p = t.pooledEther(NOW);
        uint256 u = t.units();
        assertLe(down * p, amount * u, "units down");
        assertGt((down + 1) * p, amount * u, "units down: the largest");
        assertGe(up * p, amount * u, "units up");
        if (up > 0) assertLt((up - 1) * p, amount * u, "units up: the least");

        uint256 units = bound(x, 0, u);
        uint256 low = t.toEtherDown(units, NOW);
        uint256 high = t.toEtherUp(units, NOW);
        assertLe(low * u, units * p, "ether down");
        assertGt((low + 1) * u, units * p, "ether down: the largest");
        assertGe(high * u, units * p, "ether up");
        if (high > 0) assertLt((high - 1) * u, units * p, "ether up: the least");
    }

    function testFuzz_add_OfAStakeNeverLowersTheRate(uint256[4] memory pool, uint256 amount) public pure {
        Totals t = _pool(pool[0], pool[1], pool[2], pool[3]);
        amount = bound(amount, 1, 1e24);
        uint256 minted = t.toUnitsDown(amount, NOW);
        if (t.units() + minted > PoolMath.MAX_UNITS) return;
        Totals next = t.add(amount, minted);
        assertGe(next.pooledEther(NOW) * t.units(), t.pooledEther(NOW) * next.units(), "diluted");
        assertLe(next.toEtherDown(minted, NOW), amount, "free ether");
    }

    function testFuzz_remove_OfAValueNeverLowersTheRate(uint256[4] memory pool, uint256 burnt) public pure {
        Totals t = _pool(pool[0], pool[1], pool[2], pool[3]);
        burnt = bound(burnt, 0, t.units() - 1);
        uint256 amount = t.toEtherDown(burnt, NOW);
        Totals next = t.remove(amount, burnt);
        assertGe(next.pooledEther(NOW) * t.units(), t.pooledEther(NOW) * next.units(), "rate fell");
        assertEq(next.undripped(NOW), t.undripped(NOW), "drip");
    }

    /* TRANSFERS */

    /// @dev While a unit is worth less than a wei, the receiver of v finds v more, or one wei more where the dust
    /// of both makes a wei: never less.
    function testFuzz_toUnitsUp_DeliversTheAmount(
        uint256[4] memory pool,
        uint256 held,
        uint256 v
    ) public pure {
        Totals t = _pool(pool[0], pool[1], pool[2], pool[3]);
        uint256 sent = t.toUnitsUp(bound(v, 0, t.pooledEther(NOW)), NOW);
        v = bound(v, 0, t.pooledEther(NOW));
        held = bound(held, 0, t.units() - sent);
        uint256 got = t.toEtherDown(held + sent, NOW) - t.toEtherDown(held, NOW);
        assertGe(got, v, "less than sent");
        assertLe(got, v + 1, "more than dust");
        if (held == 0) assertEq(got, v, "an empty account finds exactly v");
    }

    function testFuzz_toUnitsUp_MovesAWholeBalance(uint256[4] memory pool, uint256 held) public pure {
        Totals t = _pool(pool[0], pool[1], pool[2], pool[3]);
        held = bound(held, 0, t.units());
        uint256 balance = t.toEtherDown(held, NOW);
        assertLe(t.toUnitsUp(balance, NOW), held, "a whole balance cannot move");
    }

    function testFuzz_conversions_NeverOverflowWithinTheFields(
        uint256 units,
        uint256 target,
        uint256 rate,
        uint256 x
    ) public pure {
        units = bound(units, 1, PoolMath.MAX_UNITS);
        target = bound(target, 1, PoolMath.MAX_ETHER);
        uint256 left = type(uint32).max - NOW;
        rate = bound(rate, 0, _least(PoolMath.MAX_DRIP_RATE, (target - 1) / (left * GWEI)));
        Totals t = PoolMath.pack(units, target, true, rate, type(uint32).max);
        assertGt(t.pooledEther(NOW), 0, "pooled");
        uint256 amount = bound(x, 0, PoolMath.MAX_ETHER);
        assertLe(t.toUnitsDown(amount, NOW), t.toUnitsUp(amount, NOW), "units");
        uint256 some = bound(x, 0, PoolMath.MAX_UNITS);
        assertLe(t.toEtherDown(some, NOW), t.toEtherUp(some, NOW), "ether");
    }

    /* INTERNAL */

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function _most(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }

    function _ceil(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }
}
