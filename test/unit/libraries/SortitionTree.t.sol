// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SortitionTree} from "../../../contracts/libraries/SortitionTree.sol";
import {SortitionTree__Harness} from "../../harness/SortitionTree__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Weights, points and ids; what a draw and an update touch; and that ids are drawn as often as they weigh.
contract SortitionTreeTest is KedgeTest {
    SortitionTree__Harness private tree;

    function setUp() public {
        tree = new SortitionTree__Harness();
    }

    /// @dev The id at `point` when the weights of the ids from 1 are laid end to end.
    function _scan(uint256[] memory weights, uint256 point) private pure returns (uint256) {
        for (uint256 i = 0; i < weights.length; ++i) {
            if (point < weights[i]) return i + 1;
            point -= weights[i];
        }
        return 0;
    }

    function _assertAll(uint256[] memory weights) private view {
        uint256 sum = 0;
        for (uint256 i = 0; i < weights.length; ++i) {
            assertEq(tree.weightOf(i + 1), weights[i], "weight");
            if (weights[i] != 0) {
                assertEq(tree.find(sum), i + 1, "its first point");
                assertEq(tree.find(sum + weights[i] - 1), i + 1, "its last point");
            }
            sum += weights[i];
        }
        assertEq(tree.total(), sum, "total");
    }

    /* WEIGHTS */

    function test_total_IsZeroAtFirst() public {
        assertEq(tree.total(), 0, "total");
        assertEq(tree.weightOf(1), 0, "weight");
        assertEq(tree.weightOf(type(uint256).max), 0, "weight of an id out of bounds");
        vm.expectRevert(abi.encodeWithSelector(SortitionTree.PointOutOfBounds.selector, 0, 0));
        tree.find(0);
    }

    function test_set_ReturnsTheOldWeight() public {
        assertEq(tree.set(3, 10), 0, "first");
        assertEq(tree.set(3, 4), 10, "second");
        assertEq(tree.set(3, 4), 4, "the same again");
        assertEq(tree.weightOf(3), 4, "weight");
        assertEq(tree.total(), 4, "total");
    }

    function test_set_OfZero_TakesOutOfTheDraw() public {
        tree.set(1, 5);
        tree.set(2, 7);
        tree.set(3, 9);
        tree.set(2, 0);
        assertEq(tree.total(), 14, "total");
        for (uint256 point = 0; point < 14; ++point) {
            assertEq(tree.find(point), point < 5 ? 1 : 3, vm.toString(point));
        }
        // an id that never weighed anything does not make the tree grow
        tree.set(1_000, 0);
        assertEq(tree.levels(), 1, "levels");
    }

    function test_find_KnowsEveryPoint() public {
        uint256[] memory weights = new uint256[](40);
        for (uint256 i = 0; i < 40; ++i) {
            weights[i] = (i * 7) % 5;
            tree.set(i + 1, weights[i]);
        }
        uint256 sum = tree.total();
        for (uint256 point = 0; point < sum; ++point) {
            assertEq(tree.find(point), _scan(weights, point), vm.toString(point));
        }
    }

    function testFuzz_find_RevertWhen_PointIsNotBelowTotal(uint256 point) public {
        tree.set(1, 5);
        tree.set(20, 6);
        assertEq(tree.find(10), 20, "last point");
        point = bound(point, 11, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(SortitionTree.PointOutOfBounds.selector, point, 11));
        tree.find(point);
    }

    /* BOUNDS */

    function test_set_RevertWhen_IdIsOutOfBounds() public {
        uint256[3] memory ids = [uint256(0), uint256(type(uint32).max) + 1, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(SortitionTree.IdOutOfBounds.selector, ids[i], type(uint32).max)
            );
            tree.set(ids[i], 1);
        }
    }

    function test_weightOf_TakesNoNodeForAnId() public {
        tree.set(1, 3);
        tree.set(20, 4);
        assertEq(tree.weightOf(1 << 34), 0, "level 1");
        assertEq(tree.weightOf((1 << 34) + 1), 0, "level 1, second part");
        assertEq(tree.weightOf(1 << 35), 0, "level 2");
    }

    function test_set_TakesTheLastId() public {
        tree.set(1, 3);
        tree.set(type(uint32).max, 4);
        assertEq(tree.levels(), 16, "levels");
        assertEq(tree.total(), 7, "total");
        assertEq(tree.find(2), 1, "first");
        assertEq(tree.find(3), type(uint32).max, "last");
        tree.set(type(uint32).max, 0);
        assertEq(tree.total(), 3, "total without it");
    }

    /// @dev The sum of all fits 64 bits, whatever place it comes to stand in.
    function testFuzz_set_RevertWhen_TotalWouldPass64Bits(uint256 id, uint256 part) public {
        uint256 max = type(uint64).max;
        id = bound(id, 1, 400);
        part = bound(part, 1, max - 1);
        uint256 other = id + 1;
        tree.set(id, part);
        vm.expectRevert(
            abi.encodeWithSelector(
                SortitionTree.WeightOutOfBounds.selector,
                other,
                max - part + 1,
                max - part
            )
        );
        tree.set(other, max - part + 1);
        vm.expectRevert(abi.encodeWithSelector(SortitionTree.WeightOutOfBounds.selector, id, max + 1, max));
        tree.set(id, max + 1);

        tree.set(other, max - part);
        assertEq(tree.total(), max, "full");
        assertEq(tree.find(max - 1), other, "last point");
        assertEq(tree.find(part - 1), id, "last of the first");
        tree.set(id, 0);
        assertEq(tree.total(), max - part, "the other is left");
        assertEq(tree.weightOf(other), max - part, "untouched");
        assertEq(tree.find(0), other, "first point");
    }

    /* GROWTH */

    function test_set_GrowsUpward() public {
        tree.set(1, 11);
        assertEq(tree.levels(), 1, "up to 3");
        tree.set(3, 13);
        assertEq(tree.levels(), 1, "still");
        tree.set(4, 14);
        assertEq(tree.levels(), 2, "from 4");
        tree.set(15, 25);
        assertEq(tree.levels(), 2, "still 2");
        tree.set(16, 26);
        assertEq(tree.levels(), 3, "from 16");
        // over several levels at once
        tree.set(1_024, 99);
        assertEq(tree.levels(), 6, "from 1,024");

        uint256[] memory weights = new uint256[](1_024);
        (weights[0], weights[2], weights[3], weights[14], weights[15], weights[1_023]) = (
            11,
            13,
            14,
            25,
            26,
            99
        );
        _assertAll(weights);
    }

    /// @dev Growth writes the new roots and the new id's own branch, and nothing of what stands below.
    function test_set_GrowingRewritesNothing() public {
        tree.fill(1, 255);
        uint256 sum = tree.total();
        vm.record();
        tree.set(256, 1);
        (, bytes32[] memory written) = vm.accesses(address(tree));
        // levels 0 to 3 of a new branch, the new root twice, and the height
        assertEq(written.length, 7, "slots written");
        assertEq(tree.total(), sum + 1, "total");
        assertEq(tree.find(sum), 256, "the new id");
        assertEq(tree.find(sum - 1), 255, "the last of old");
    }

    /* MODEL */

    /// @dev Any changes, against an array.
    function testFuzz_tree_IsAnArrayOfWeights(uint256 seed, uint256 size) public {
        size = bound(size, 1, 90);
        uint256[] memory weights = new uint256[](size);
        uint256 sum = 0;
        for (uint256 i = 0; i < 60; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, i)));
            uint256 place = r % size;
            // small and large ones, and every fourth zero
            uint256 weight = (r >> 32) % 4 == 0 ? 0 : uint56(r >> 64) >> ((r >> 40) % 56);
            assertEq(tree.set(place + 1, weight), weights[place], "old weight");
            sum = sum - weights[place] + weight;
            weights[place] = weight;
            assertEq(tree.total(), sum, "total on the way");
            if (sum == 0) continue;
            uint256 point = uint256(keccak256(abi.encode(r))) % sum;
            assertEq(tree.find(point), _scan(weights, point), "found");
        }
        _assertAll(weights);
    }

    /* COST */

    /// @dev A draw reads the height and one slot of each level, the root twice; an update also writes one of each.
    function test_cost_GrowsByOneSlotForEachLevel() public {
        uint256 count = 0;
        uint256[4] memory sizes = [uint256(10), 100, 1_000, 10_000];
        uint256[4] memory levels = [uint256(2), 4, 5, 7];
        for (uint256 i = 0; i < 4; ++i) {
            tree.fill(count + 1, sizes[i]);
            count = sizes[i];
            assertEq(tree.levels(), levels[i], "levels");
            uint256 middle = tree.total() / 2;

            vm.record();
            tree.find(middle);
            (bytes32[] memory read, bytes32[] memory written) = vm.accesses(address(tree));
            assertEq(read.length, levels[i] + 3, "reads of a draw");
            assertEq(written.length, 0, "writes of a draw");

            vm.record();
            tree.set(count / 2, 123);
            (read, written) = vm.accesses(address(tree));
            assertEq(written.length, levels[i], "writes of an update");
            // a written slot counts as read once more
            assertEq(read.length, 2 * levels[i] + 4, "reads of an update");
        }
    }

    function test_gas_OfDrawsAndUpdates() public {
        uint256 count = 0;
        uint256[4] memory sizes = [uint256(10), 100, 1_000, 10_000];
        for (uint256 i = 0; i < 4; ++i) {
            tree.fill(count + 1, sizes[i]);
            count = sizes[i];
            uint256 middle = tree.total() / 2;
            vm.cool(address(tree));
            tree.find(middle);
            uint256 draw = vm.lastCallGas().gasTotalUsed;
            vm.cool(address(tree));
            tree.set(count / 2, 123);
            uint256 update = vm.lastCallGas().gasTotalUsed;
            assertLt(draw, 30_000, "draw");
            assertLt(update, 60_000, "update");
        }
    }

    /* CHANCE */

    /// @dev Chi-square over 20,000 draws of 20 ids: 43.820 is the 99.9 % quantile for 19 degrees of freedom. Weights
    /// from 1 to 30 parts, so that each id is expected more than 50 times. The seed is fixed.
    function test_find_DrawsByWeight() public {
        uint256[] memory weights = new uint256[](20);
        for (uint256 i = 0; i < 20; ++i) {
            weights[i] = (1 + ((i * 13) % 30)) * 1e9 + i;
            tree.set(i + 1, weights[i]);
        }
        uint256[] memory found = tree.frequencies("a fixed seed", 20_000, 20);
        assertLt(_chiSquare(found, weights, 20_000), 43_820, "chi-square, in thousandths");

        // the measure tells other weights apart: all alike, and one of them a quarter heavier
        uint256[] memory alike = new uint256[](20);
        for (uint256 i = 0; i < 20; ++i) alike[i] = 1e9;
        assertGt(_chiSquare(found, alike, 20_000), 1_000_000, "not uniform");
        weights[3] += weights[3] / 4;
        assertGt(_chiSquare(found, weights, 20_000), 43_820, "not with another weight");
    }

    /// @dev In thousandths.
    function _chiSquare(
        uint256[] memory found,
        uint256[] memory weights,
        uint256 draws
    ) private pure returns (uint256 sum) {
        uint256 total = 0;
        for (uint256 i = 0; i < weights.length; ++i) total += weights[i];
        for (uint256 i = 0; i < weights.length; ++i) {
            uint256 expected = (draws * weights[i] * 1e18) / total;
            uint256 seen = found[i] * 1e18;
            uint256 gap = seen > expected ? seen - expected : expected - seen;
            sum += ((gap * gap) / expected) / 1e15;
        }
    }
}
