// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WithdrawalCheckpoints__Harness} from "../../harness/WithdrawalCheckpoints__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Cumulative shares against cumulative ether, apart from the queue.
contract WithdrawalCheckpointsTest is KedgeTest {
    WithdrawalCheckpoints__Harness private trace;

    function setUp() public {
        trace = new WithdrawalCheckpoints__Harness();
    }

    function test_find_AnswersOneWithoutCheckpoints() public view {
        assertEq(trace.find(1), 1, "count + 1");
        assertFalse(trace.holds(0, 1), "index 0");
        assertFalse(trace.holds(1, 1), "index 1");
    }

    function test_find_AnswersTheEndsOfCheckpoints() public {
        trace.push(10, 100);
        trace.push(11, 200);
        trace.push(30, 200);
        assertEq(trace.find(1), 1, "first share");
        assertEq(trace.find(10), 1, "end of 1");
        assertEq(trace.find(11), 2, "whole of 2");
        assertEq(trace.find(12), 3, "start of 3");
        assertEq(trace.find(30), 3, "end of 3");
        assertEq(trace.find(31), 4, "beyond");
    }

    function test_amountAt_GrowsEvenlyAndRoundsDown() public {
        trace.push(3, 10);
        trace.push(10, 11);
        assertEq(trace.amountAt(1, 0), 0, "start");
        assertEq(trace.amountAt(1, 1), 3, "a third");
        assertEq(trace.amountAt(1, 2), 6, "two thirds");
        assertEq(trace.amountAt(1, 3), 10, "end");
        assertEq(trace.amountAt(2, 3), 10, "start of the next");
        assertEq(trace.amountAt(2, 9), 10, "less than a wei");
        assertEq(trace.amountAt(2, 10), 11, "end of the next");
    }

    function test_amountAt_HoldsTheLargestFigures() public {
        trace.push(type(uint64).max - 1, type(uint128).max - 1);
        trace.push(type(uint64).max, type(uint128).max);
        assertEq(trace.amountAt(1, type(uint64).max - 1), type(uint128).max - 1, "first");
        assertEq(trace.amountAt(2, type(uint64).max), type(uint128).max, "last");
    }

    function testFuzz_find_AgreesWithALinearSearch(uint256 seed) public {
        (uint256[] memory ends, ) = _push(seed, 9);
        for (uint256 shares = 1; shares <= ends[ends.length - 1] + 2; ++shares) {
            uint256 expected = 1;
            while (expected <= ends.length && ends[expected - 1] < shares) ++expected;
            assertEq(trace.find(shares), expected, "find");
            for (uint256 index = 0; index <= ends.length + 2; ++index) {
                assertEq(trace.holds(index, shares), index == expected && index <= ends.length, "holds");
            }
            assertFalse(trace.holds(type(uint256).max, shares), "holds the largest");
        }
    }

    /// @dev Any cut of the line of shares into stretches pays all that was set aside, and never a wei more.
    function testFuzz_amountAt_StretchesAddUpToTheWei(uint256 seed, uint256 cuts) public {
        (uint256[] memory ends, uint256[] memory amounts) = _push(seed, 5);
        uint256 last = ends[ends.length - 1];
        uint256 sum = 0;
        uint256 from = 0;
        while (from < last) {
            cuts = uint256(keccak256(abi.encode(cuts)));
            uint256 to = from + 1 + (cuts % 7);
            if (to > last) to = last;
            uint256 before = from == 0 ? 0 : trace.amountAt(trace.find(from), from);
            sum += trace.amountAt(trace.find(to), to) - before;
            from = to;
        }
        assertEq(sum, amounts[amounts.length - 1], "sum of stretches");
    }

    function testFuzz_amountAt_IsMonotoneAndWithinItsCheckpoint(uint256 seed) public {
        (uint256[] memory ends, uint256[] memory amounts) = _push(seed, 5);
        uint256 previous = 0;
        for (uint256 shares = 1; shares <= ends[ends.length - 1]; ++shares) {
            uint256 index = trace.find(shares);
            uint256 amount = trace.amountAt(index, shares);
            assertGe(amount, previous, "monotone");
            assertLe(amount, amounts[index - 1], "at most the end");
            assertGe(amount, index == 1 ? 0 : amounts[index - 2], "at least the start");
            previous = amount;
        }
    }

    function _push(
        uint256 seed,
        uint256 count
    ) private returns (uint256[] memory ends, uint256[] memory amounts) {
        ends = new uint256[](count);
        amounts = new uint256[](count);
        uint256 shares = 0;
        uint256 amount = 0;
        for (uint256 i = 0; i < count; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            shares += 1 + (seed % 6);
            amount += (seed >> 128) % 1000;
            trace.push(uint64(shares), uint128(amount));
            (ends[i], amounts[i]) = (shares, amount);
        }
    }
}
