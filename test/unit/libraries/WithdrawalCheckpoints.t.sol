// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checkpoint, WithdrawalCheckpoints} from "../../../contracts/libraries/WithdrawalCheckpoints.sol";
import {WithdrawalCheckpoints__Harness} from "../../harness/WithdrawalCheckpoints__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Cumulative shares against cumulative ether, apart from the queue.
contract WithdrawalCheckpointsTest is KedgeTest {
    using WithdrawalCheckpoints for Checkpoint;

    WithdrawalCheckpoints__Harness private trace;

    function setUp() public {
        trace = new WithdrawalCheckpoints__Harness();
    }

    function test_pack_KeepsAllFieldsAtTheirLimits() public pure {
        Checkpoint c = WithdrawalCheckpoints.pack(type(uint64).max, 0, 0);
        assertEq(c.sharesOf(), type(uint64).max, "shares");
        assertEq(c.ticketOf() + c.amountOf(), 0, "spilt from shares");
        c = WithdrawalCheckpoints.pack(0, type(uint64).max, 0);
        assertEq(c.ticketOf(), type(uint64).max, "ticket");
        assertEq(c.sharesOf() + c.amountOf(), 0, "spilt from the ticket");
        c = WithdrawalCheckpoints.pack(0, 0, type(uint128).max);
        assertEq(c.sharesOf() + c.ticketOf(), 0, "spilt from the amount");
        assertEq(c.amountOf(), type(uint128).max, "amount");
    }

    function testFuzz_pack_IsReadBack(uint64 shares, uint64 ticketId, uint128 amount) public pure {
        Checkpoint c = WithdrawalCheckpoints.pack(shares, ticketId, amount);
        assertEq(c.sharesOf(), shares, "shares");
        assertEq(c.ticketOf(), ticketId, "ticket");
        assertEq(c.amountOf(), amount, "amount");
    }

    function test_find_AnswersOneWithoutCheckpoints() public view {
        assertEq(trace.find(1), 1, "count + 1");
        assertFalse(_holds(0, 1), "index 0");
        assertFalse(_holds(1, 1), "index 1");
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

    function test_valueIn_GrowsEvenlyAndRoundsDown() public {
        trace.push(3, 10);
        trace.push(10, 11);
        assertEq(_value(1, 0, 1), 3, "a third");
        assertEq(_value(1, 0, 2), 6, "two thirds");
        assertEq(_value(1, 0, 3), 10, "end");
        assertEq(_value(2, 3, 9), 0, "less than a wei");
        assertEq(_value(2, 0, 9), 10, "with all before it");
        assertEq(_value(2, 3, 10), 1, "end of the next");
        assertEq(_value(2, 0, 10), 11, "all");
    }

    /// @dev From a start in the same checkpoint, at its edge, in the one before, far before, and at nothing.
    function test_valueIn_SpansCheckpoints() public {
        trace.push(10, 100);
        trace.push(20, 300);
        trace.push(30, 300);
        trace.push(40, 1_300);
        assertEq(_value(4, 35, 40), 500, "within one");
        assertEq(_value(4, 30, 40), 1_000, "all of one");
        assertEq(_value(4, 25, 40), 1_000, "begun where shares were worth nothing");
        assertEq(_value(4, 20, 40), 1_000, "begun at an edge two before");
        assertEq(_value(4, 15, 40), 1_100, "begun in the middle of another");
        assertEq(_value(4, 10, 40), 1_200, "begun at the end of the first");
        assertEq(_value(4, 5, 40), 1_250, "begun in the first");
        assertEq(_value(4, 0, 31), 400, "begun at nothing");
        assertEq(_value(3, 15, 30), 100, "ended where shares were worth nothing");
        assertEq(_value(2, 5, 15), 150, "over one edge");
    }

    function test_valueIn_IsHeldByItsCheckpointOnly() public {
        trace.push(10, 100);
        trace.push(20, 300);
        uint256[6] memory wrong = [uint256(0), 1, 3, 4, type(uint256).max - 1, type(uint256).max];
        for (uint256 i = 0; i < wrong.length; ++i) {
            (bool held, uint256 amount) = trace.valueIn(wrong[i], 5, 15);
            assertFalse(held, "another checkpoint");
            assertEq(amount, 0, "no value");
        }
        assertFalse(_holds(1, 0), "no share at all");
        assertFalse(_holds(2, 10), "the end of the one before");
        assertTrue(_holds(2, 11), "the first share");
        assertTrue(_holds(2, 20), "the last share");
        assertFalse(_holds(2, 21), "a share too many");
    }

    function test_valueIn_HoldsTheLargestFigures() public {
        trace.push(type(uint64).max - 1, type(uint128).max - 1);
        trace.push(type(uint64).max, type(uint128).max);
        assertEq(_value(1, 0, type(uint64).max - 1), type(uint128).max - 1, "first");
        assertEq(_value(2, 0, type(uint64).max), type(uint128).max, "last");
        assertEq(_value(2, type(uint64).max - 1, type(uint64).max), 1, "the last share alone");
    }

    function testFuzz_find_AgreesWithALinearSearch(uint256 seed) public {
        (uint256[] memory ends, ) = _push(seed, 9);
        for (uint256 shares = 1; shares <= ends[ends.length - 1] + 2; ++shares) {
            uint256 expected = 1;
            while (expected <= ends.length && ends[expected - 1] < shares) ++expected;
            assertEq(trace.find(shares), expected, "find");
            for (uint256 index = 0; index <= ends.length + 2; ++index) {
                assertEq(_holds(index, shares), index == expected && index <= ends.length, "holds");
            }
            assertFalse(_holds(type(uint256).max, shares), "holds the largest");
        }
    }

    /// @dev Any cut of the line of shares into stretches pays all that was set aside, and never a wei more.
    function testFuzz_valueIn_StretchesAddUpToTheWei(uint256 seed, uint256 cuts) public {
        (uint256[] memory ends, uint256[] memory amounts) = _push(seed, 5);
        uint256 last = ends[ends.length - 1];
        uint256 sum = 0;
        uint256 from = 0;
        while (from < last) {
            cuts = uint256(keccak256(abi.encode(cuts)));
            uint256 to = from + 1 + (cuts % 7);
            if (to > last) to = last;
            sum += _value(trace.find(to), from, to);
            from = to;
        }
        assertEq(sum, amounts[amounts.length - 1], "sum of stretches");
    }

    function testFuzz_valueIn_IsMonotoneAndWithinItsCheckpoint(uint256 seed) public {
        (uint256[] memory ends, uint256[] memory amounts) = _push(seed, 5);
        uint256 previous = 0;
        for (uint256 shares = 1; shares <= ends[ends.length - 1]; ++shares) {
            uint256 index = trace.find(shares);
            uint256 amount = _value(index, 0, shares);
            assertGe(amount, previous, "monotone");
            assertLe(amount, amounts[index - 1], "at most the end");
            assertGe(amount, index == 1 ? 0 : amounts[index - 2], "at least the start");
            previous = amount;
        }
    }

    /// @dev Every stretch, against a model that draws the line share by share.
    function testFuzz_valueIn_AgreesWithALineThroughTheCheckpoints(uint256 seed) public {
        (uint256[] memory ends, uint256[] memory amounts) = _push(seed, 4);
        uint256 last = ends[ends.length - 1];
        uint256[] memory line = new uint256[](last + 1);
        uint256 i = 0;
        for (uint256 shares = 1; shares <= last; ++shares) {
            if (shares > ends[i]) ++i;
            (uint256 start, uint256 base) = i == 0 ? (0, 0) : (ends[i - 1], amounts[i - 1]);
            line[shares] = base + ((amounts[i] - base) * (shares - start)) / (ends[i] - start);
        }
        for (uint256 upTo = 1; upTo <= last; ++upTo) {
            uint256 index = trace.find(upTo);
            for (uint256 from = 0; from < upTo; ++from)
                assertEq(_value(index, from, upTo), line[upTo] - line[from], "value");
        }
    }

    function _holds(uint256 index, uint256 upTo) private view returns (bool held) {
        (held, ) = trace.valueIn(index, 0, upTo);
    }

    function _value(uint256 index, uint256 from, uint256 upTo) private view returns (uint256) {
        (bool held, uint256 amount) = trace.valueIn(index, from, upTo);
        assertTrue(held, "held");
        return amount;
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
