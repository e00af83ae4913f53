// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PoolMath, Totals} from "../../../contracts/libraries/PoolMath.sol";
import {PoolMath__Harness} from "../../harness/PoolMath__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice The pool's slot: fields, drip, loss and conversions, at chosen numbers.
contract PoolMathTest is KedgeTest {
    using PoolMath for Totals;

    uint256 private constant NOW = 1_800_000_000;
    uint256 private constant FRAME = 86_400;
    uint256 private constant ANY_RATE = PoolMath.MAX_DRIP_RATE;

    PoolMath__Harness private harness;

    function setUp() public {
        harness = new PoolMath__Harness();
    }

    /// @dev 100 ether in the pool, at rate 1, nothing dripping.
    function _pool() private pure returns (Totals) {
        return PoolMath.pack(100 ether * 1e6, 100 ether, false, 0, 0);
    }

    /* FIELDS */

    function test_pack_KeepsEveryFieldAtItsLimit() public pure {
        Totals t = PoolMath.pack(PoolMath.MAX_UNITS, 0, false, 0, 0);
        assertEq(t.units(), PoolMath.MAX_UNITS, "units");
        assertEq(t.target() + t.dripRate() + t.dripEnd(), 0, "spilt from units");
        assertFalse(t.isStakingPaused(), "spilt from units into pause");
        t = PoolMath.pack(0, PoolMath.MAX_ETHER, false, 0, 0);
        assertEq(t.target(), PoolMath.MAX_ETHER, "target");
        assertEq(t.units() + t.dripRate() + t.dripEnd(), 0, "spilt from target");
        assertFalse(t.isStakingPaused(), "spilt from target into pause");
        t = PoolMath.pack(0, 0, true, 0, 0);
        assertTrue(t.isStakingPaused(), "paused");
        assertEq(t.units() + t.target() + t.dripRate() + t.dripEnd(), 0, "spilt from pause");
        t = PoolMath.pack(0, 0, false, PoolMath.MAX_DRIP_RATE, 0);
        assertEq(t.dripRate(), PoolMath.MAX_DRIP_RATE, "rate");
        assertEq(t.units() + t.target() + t.dripEnd(), 0, "spilt from rate");
        t = PoolMath.pack(0, 0, false, 0, type(uint32).max);
        assertEq(t.dripEnd(), type(uint32).max, "end");
        assertEq(t.units() + t.target() + t.dripRate(), 0, "spilt from end");
    }

    function test_pack_RevertWhen_AFieldOverflows() public {
        vm.expectRevert(abi.encodeWithSelector(PoolMath.PoolOverflow.selector, 1 << 108, 108));
        harness.pack(1 << 108, 0, false, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(PoolMath.PoolOverflow.selector, 1 << 87, 87));
        harness.pack(0, 1 << 87, false, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(PoolMath.PoolOverflow.selector, 1 << 28, 28));
        harness.pack(0, 0, false, 1 << 28, 0);
        vm.expectRevert(abi.encodeWithSelector(PoolMath.PoolOverflow.selector, 1 << 32, 32));
        harness.pack(0, 0, false, 0, 1 << 32);
    }

    function test_add_FillsBothFieldsToTheLimitAndNoFurther() public {
        Totals t = PoolMath.pack(5, 7, true, 3, 11);
        Totals full = harness.add(t, PoolMath.MAX_ETHER - 7, PoolMath.MAX_UNITS - 5);
        assertEq(full.units(), PoolMath.MAX_UNITS, "units");
        assertEq(full.target(), PoolMath.MAX_ETHER, "target");
        assertEq(full.dripRate(), 3, "rate");
        assertEq(full.dripEnd(), 11, "end");
        assertTrue(full.isStakingPaused(), "pause");

        vm.expectRevert(abi.encodeWithSelector(PoolMath.PoolOverflow.selector, 1 << 108, 108));
        harness.add(full, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(PoolMath.PoolOverflow.selector, 1 << 87, 87));
        harness.add(full, 1, 0);
    }

    function test_withPause_ChangesNothingElse() public pure {
        Totals t = PoolMath.pack(PoolMath.MAX_UNITS, PoolMath.MAX_ETHER, false, ANY_RATE, type(uint32).max);
        assertEq(Totals.unwrap(t.withPause(true)), type(uint256).max, "paused");
        assertEq(Totals.unwrap(t.withPause(true).withPause(false)), Totals.unwrap(t), "resumed");
        assertEq(Totals.unwrap(t.withPause(true).withPause(true)), type(uint256).max, "paused twice");
    }

    function test_conversions_RevertWhen_AnArgumentPassesItsField() public {
        Totals t = _pool();
        vm.expectRevert(abi.encodeWithSelector(PoolMath.PoolOverflow.selector, 1 << 87, 87));
        harness.toUnitsDown(t, 1 << 87, NOW);
        vm.expectRevert(abi.encodeWithSelector(PoolMath.PoolOverflow.selector, 1 << 108, 108));
        harness.toEtherDown(t, 1 << 108, NOW);
        vm.expectRevert(abi.encodeWithSelector(PoolMath.PoolOverflow.selector, 1 << 108, 108));
        harness.toEtherUp(t, 1 << 108, NOW);
        assertEq(t.toUnitsUp(1 << 87, NOW), type(uint256).max, "an amount beyond any balance");
    }

    /* DRIP */

    function test_addDrip_LastsOneDurationForALoneGain() public pure {
        (Totals t, uint256 taken) = _pool().addDrip(1 ether, NOW, FRAME, ANY_RATE);
        // 1e9 gwei over 86,400 s: 11,574 gwei a second, 6,400 gwei do not divide
        assertEq(t.dripRate(), 11_574, "rate");
        assertEq(t.dripEnd(), NOW + FRAME, "end");
        assertEq(taken, 11_574 * FRAME * 1 gwei, "taken");
        assertEq(t.pooledEther(NOW), 100 ether, "no jump");
        assertEq(t.pooledEther(NOW + FRAME / 2), 100 ether + taken / 2, "half way");
        assertEq(t.pooledEther(NOW + FRAME - 1), 100 ether + taken - 11_574 gwei, "last second");
        assertEq(t.pooledEther(NOW + FRAME), 100 ether + taken, "end");
        assertEq(t.pooledEther(NOW + 10 * FRAME), 100 ether + taken, "stays");
    }

    function test_addDrip_LastsLongerThanADurationWhereItWouldBeTooFast() public pure {
        (Totals t, uint256 taken) = _pool().addDrip(1 ether, NOW, FRAME, 1_000);
        assertEq(t.dripRate(), 1_000, "rate");
        assertEq(t.dripEnd(), NOW + 1_000_000, "end");
        assertEq(taken, 1 ether, "taken");
    }

    function test_addDrip_TreatsANilRateAsOneGwei() public pure {
        (Totals t, uint256 taken) = _pool().addDrip(1_000_000 gwei, NOW, FRAME, 0);
        assertEq(t.dripRate(), 1, "rate");
        assertEq(t.dripEnd(), NOW + 1_000_000, "end");
        assertEq(taken, 1_000_000 gwei, "taken");
    }

    function test_addDrip_EndsTwoGainsAtTheirMean() public pure {
        (Totals t, ) = _pool().addDrip(0.864 ether, NOW, FRAME, ANY_RATE);
        assertEq(t.dripRate(), 10_000, "first rate");
        // half of the first is left, for half a frame; as much comes again for a whole frame
        (t, ) = t.addDrip(0.432 ether, NOW + FRAME / 2, FRAME, ANY_RATE);
        assertEq(t.dripEnd(), NOW + FRAME / 2 + (FRAME * 3) / 4, "mean of half a frame and a frame");
        assertEq(t.undripped(NOW + FRAME / 2), t.target() - 100.432 ether, "no jump");
    }

    function test_addDrip_LeavesTheDripAloneWhenTheGainIsTooSmall() public pure {
        (Totals t, ) = _pool().addDrip(0.864 ether, NOW, FRAME, ANY_RATE);
        (Totals same, uint256 taken) = t.addDrip(86_399 gwei, NOW, FRAME, ANY_RATE);
        assertEq(Totals.unwrap(same), Totals.unwrap(t), "drip");
        assertEq(taken, 0, "taken");
        (Totals more, uint256 one) = t.addDrip(86_400 gwei, NOW, FRAME, ANY_RATE);
        assertEq(more.dripRate(), 10_001, "one gwei a second more");
        assertEq(one, 86_400 gwei, "taken whole");
    }

    function test_addDrip_OfNothingChangesNothing() public pure {
        (Totals t, uint256 taken) = _pool().addDrip(0, NOW, FRAME, ANY_RATE);
        assertEq(Totals.unwrap(t), Totals.unwrap(_pool()), "totals");
        assertEq(taken, 0, "taken");
    }

    function test_addDrip_ForgetsADripThatEnded() public pure {
        (Totals t, ) = _pool().addDrip(0.864 ether, NOW, FRAME, ANY_RATE);
        (t, ) = t.addDrip(0.0864 ether, NOW + FRAME, FRAME, ANY_RATE);
        assertEq(t.dripRate(), 1_000, "rate of the second alone");
        assertEq(t.dripEnd(), NOW + 2 * FRAME, "end of the second alone");
    }

    /// @dev The end of a drip has 32 bits. A gain that would drip for centuries must not stop a report.
    function test_addDrip_TakesWhatCanDripBeforeTheEndOfTime() public view {
        (Totals t, uint256 taken) = harness.addDrip(_pool(), 50 ether, NOW, FRAME, 1);
        uint256 left = type(uint32).max - NOW;
        assertEq(t.dripRate(), 1, "rate");
        assertEq(t.dripEnd(), type(uint32).max, "end");
        assertEq(taken, left * 1 gwei, "taken");
        assertEq(t.pooledEther(NOW), 100 ether, "no jump");

        (Totals same, uint256 none) = harness.addDrip(t, 1 ether, NOW, FRAME, 1);
        assertEq(none, 0, "full");
        assertEq(Totals.unwrap(same), Totals.unwrap(t), "unchanged");
    }

    /* LOSS */

    function test_takeLoss_EatsTheDripFirst() public pure {
        (Totals t, ) = _pool().addDrip(0.864 ether, NOW, FRAME, ANY_RATE);
        (Totals next, uint256 taken) = t.takeLoss(0.432 ether, NOW);
        assertEq(next.pooledEther(NOW), 100 ether, "rate stands");
        assertEq(next.dripRate(), 5_000, "half of the rate");
        assertEq(next.dripEnd(), NOW + FRAME, "same end");
        assertEq(taken, 0.432 ether, "taken");
    }

    function test_takeLoss_TakesALittleMoreWhereTheRestDoesNotDivide() public pure {
        (Totals t, ) = _pool().addDrip(0.864 ether, NOW, FRAME, ANY_RATE);
        (Totals next, uint256 taken) = t.takeLoss(1, NOW);
        assertEq(next.dripRate(), 9_999, "rate");
        assertEq(taken, 86_400 gwei, "one gwei a second");
        assertEq(next.pooledEther(NOW), 100 ether, "rate stands");
    }

    function test_takeLoss_OfTheWholeDripLeavesPooledEther() public pure {
        (Totals t, ) = _pool().addDrip(0.864 ether, NOW, FRAME, ANY_RATE);
        (Totals next, uint256 taken) = t.takeLoss(0.864 ether, NOW);
        assertEq(next.target(), 100 ether, "target");
        assertEq(next.dripRate() + next.dripEnd(), 0, "no drip");
        assertEq(taken, 0.864 ether, "taken");
    }

    function test_takeLoss_TakesTheRestFromPooledEther() public pure {
        (Totals t, ) = _pool().addDrip(0.864 ether, NOW, FRAME, ANY_RATE);
        (Totals next, uint256 taken) = t.withPause(true).takeLoss(1 ether, NOW);
        assertEq(next.pooledEther(NOW), 99.864 ether, "pooled");
        assertEq(next.pooledEther(NOW + FRAME), 99.864 ether, "nothing drips");
        assertEq(taken, 1 ether, "taken");
        assertTrue(next.isStakingPaused(), "pause kept");
    }
}
