// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SteppedParameters__Harness} from "../../harness/SteppedParameters__Harness.sol";
import {Steps} from "../../utils/Steps.sol";

/// @notice How far, and how often, a figure moves.
contract SteppedParametersTest is Steps {
    uint256 private constant START = 1_800_000_000;

    SteppedParameters__Harness private figures;

    function setUp() public {
        vm.warp(START);
        figures = new SteppedParameters__Harness(1_000, 1_000, 1_000);
    }

    /* STEPS */

    function testFuzz_move_ByAStepAtMost(uint256 to, uint256 step) public {
        to = bound(to, 0, 3_000);
        step = bound(step, 0, 3_000);
        bool refused = to > 1_000 + step || to + step < 1_000;
        if (refused) expectTooLarge("moved", 1_000, to);
        figures.move(to, step);
        assertEq(figures.moved(), refused ? 1_000 : to, "moved");
    }

    function testFuzz_scale_ByAFactorOfTwoOrAUnitAtMost(uint256 from, uint256 to, uint256 unit) public {
        from = bound(from, 0, 1e30);
        to = bound(to, from / 3, from * 3 + 10);
        unit = bound(unit, 0, from / 2 + 20);
        figures = new SteppedParameters__Harness(0, from, 0);
        bool refused = (to > from * 2 || from > to * 2) && to > from + unit;
        refused = refused || ((to > from * 2 || from > to * 2) && from > to + unit);
        if (refused) expectTooLarge("scaled", from, to);
        figures.scale(to, unit);
        assertEq(figures.scaled(), refused ? from : to, "scaled");
    }

    /// @dev Off, and on again: by a unit, and no more.
    function test_scale_SwitchesOffAndOnByAUnit() public {
        expectTooLarge("scaled", 1_000, 0);
        figures.scale(0, 999);
        figures.scale(0, 1_000);
        skipTime(STEP_PERIOD);
        expectTooLarge("scaled", 0, 1_001);
        figures.scale(1_001, 1_000);
        figures.scale(1_000, 1_000);
        skipTime(STEP_PERIOD);
        expectTooLarge("scaled", 1_000, 2_001);
        figures.scale(2_001, 1_000);
        figures.scale(2_000, 1_000);
    }

    function test_raise_FallsAtWill_AndRisesByAStep() public {
        expectTooLarge("raised", 1_000, 1_101);
        figures.raise(1_101, 100);
        figures.raise(0, 100);
        expectTooLarge("raised", 0, 101);
        figures.raise(101, 100);
        figures.raise(100, 100);
        assertEq(figures.raised(), 100, "raised");
    }

    /* TIME */

    function test_move_OnceInAPeriod() public {
        assertEq(figures.nextStepAt("moved"), 0, "the first waits for nothing");
        figures.move(1_001, 1);
        assertEq(figures.nextStepAt("moved"), START + STEP_PERIOD, "next");
        vm.warp(START + STEP_PERIOD - 1);
        expectTooSoon("moved", START + STEP_PERIOD);
        figures.move(1_000, 1);
        vm.warp(START + STEP_PERIOD);
        figures.move(1_000, 1);
        expectTooSoon("moved", START + 2 * STEP_PERIOD);
        figures.move(1_001, 1);
        assertEq(figures.moved(), 1_000, "moved");
    }

    function test_move_ThatMovesNothing_NeitherWaitsNorLetsWait() public {
        figures.move(1_000, 1);
        figures.move(1_001, 1);
        figures.move(1_001, 0);
        figures.scale(1_000, 0);
        assertEq(figures.nextStepAt("moved"), START + STEP_PERIOD, "of the step alone");
        assertEq(figures.nextStepAt("scaled"), 0, "none");
    }

    function test_scale_OnceInAPeriod_WhateverOthersDid() public {
        figures.move(1_001, 1);
        figures.raise(1_001, 1);
        figures.scale(2_000, 0);
        skipTime(STEP_PERIOD - 1);
        expectTooSoon("scaled", START + STEP_PERIOD);
        figures.scale(1_000, 0);
        skipTime(1);
        figures.scale(1_000, 0);
    }

    /// @dev A fall neither waits nor lets the next rise wait; nor does it give one away.
    function test_raise_OnceInAPeriod_WhateverFallsBetween() public {
        figures.raise(500, 100);
        assertEq(figures.nextStepAt("raised"), 0, "a fall is free");
        figures.raise(600, 100);
        figures.raise(0, 100);
        expectTooSoon("raised", START + STEP_PERIOD);
        figures.raise(1, 100);
        skipTime(STEP_PERIOD);
        figures.raise(100, 100);
    }
}
