// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Profit} from "../../../contracts/types/Profit.sol";
import {Profit__Harness} from "../../harness/Profit__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Gains less losses, and the mark above which fees are due, both signed and in one slot.
contract ProfitTest is KedgeTest {
    int256 private constant MOST = type(int96).max;
    int256 private constant LEAST = type(int96).min;

    Profit__Harness private harness;

    function setUp() public {
        harness = new Profit__Harness();
    }

    function test_grow_StartsAtNothing() public pure {
        _assertFields(Profit.wrap(0), 0, 0);
        _assertFields(Profit.wrap(0).grow(0, 0), 0, 0);
    }

    function test_grow_MarksTheWholeChangeAndBooksItsPart() public pure {
        Profit p = Profit.wrap(0).grow(10, 7);
        _assertFields(p, 7, 10);
        // the 3 left come again: no new mark
        p = p.grow(3, 3);
        _assertFields(p, 10, 10);
        p = p.grow(-4, -5);
        _assertFields(p, 5, 10);
        p = p.grow(4, 4);
        _assertFields(p, 9, 10);
        p = p.grow(2, 2);
        _assertFields(p, 11, 11);
    }

    function test_grow_BelowZeroLeavesTheMark() public pure {
        Profit p = Profit.wrap(0).grow(-1, -1);
        _assertFields(p, -1, 0);
        _assertFields(p.grow(LEAST + 1, LEAST + 1), LEAST, 0);
        _assertFields(p.grow(1, 1), 0, 0);
    }

    function test_grow_HoldsTheLargestFigures() public pure {
        _assertFields(Profit.wrap(0).grow(MOST, MOST), MOST, MOST);
        _assertFields(Profit.wrap(0).grow(MOST, LEAST), LEAST, MOST);
    }

    function test_grow_RevertWhen_AFieldOverflows() public {
        Profit most = Profit.wrap(0).grow(MOST, MOST);
        _expectOverflow(MOST + 1);
        harness.grow(most, 1, 0);
        _expectOverflow(MOST + 1);
        harness.grow(most, 0, 1);
        Profit least = Profit.wrap(0).grow(LEAST, LEAST);
        _expectOverflow(LEAST - 1);
        harness.grow(least, -1, -1);
    }

    function test_asOf_KeepsTheSumsAndGrowKeepsTheFrame() public pure {
        Profit p = Profit.wrap(0).grow(MOST, LEAST).asOf(type(uint32).max, type(uint64).max - 1);
        _assertFields(p, LEAST, MOST);
        assertEq(p.frame(), type(uint32).max, "frame");
        assertEq(p.seed(), type(uint32).max - 1, "the lowest bits");
        p = p.grow(0, 7);
        _assertFields(p, LEAST + 7, MOST);
        assertEq(p.frame(), type(uint32).max, "frame stays");
        assertEq(p.seed(), type(uint32).max - 1, "seed stays");
        p = p.asOf(3, 5);
        _assertFields(p, LEAST + 7, MOST);
        assertEq(p.frame(), 3, "new frame");
        assertEq(p.seed(), 5, "new seed");
    }

    /// @dev Against a model in two words, over any sequence of bookings.
    function testFuzz_grow_AgreesWithTwoWords(
        int88[6] calldata changes,
        uint256[6] calldata parts
    ) public pure {
        Profit p = Profit.wrap(0);
        int256 booked = 0;
        int256 high = 0;
        for (uint256 i = 0; i < 6; ++i) {
            int256 change = changes[i];
            // a gain is booked in part, a loss with a little more
            int256 amount = change - int256(bound(parts[i], 0, 1e18));
            p = p.grow(change, amount);
            if (booked + change > high) high = booked + change;
            booked += amount;
            _assertFields(p, booked, high);
            assertLe(p.booked(), p.highWater(), "never above its mark");
        }
    }

    function _expectOverflow(int256 value) private {
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedIntDowncast.selector, 96, value));
    }

    function _assertFields(Profit p, int256 booked, int256 high) private pure {
        assertEq(p.booked(), booked, "booked");
        assertEq(p.highWater(), high, "high water");
    }
}
