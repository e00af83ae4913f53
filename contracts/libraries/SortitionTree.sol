// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title SortitionTree
/// @notice Draws ids by weight: a sum tree of fan-out four, four sums of 64 bits to a slot.
///
///     level 1      | sum of ids 0-3 | sum of 4-7 | sum of 8-11 | sum of 12-15 |
///     level 0      | id 0 | id 1 | id 2 | id 3 |    | id 4 | …
///
/// A node is the word of its four parts, the first in the lowest bits; its place in the level above is its index / 4. To
/// set a weight writes one slot of each level, to find a point reads one slot of each, and there are ⌈log4(last id + 1)⌉
/// levels: 7 for 10,000 ids. The tree grows upward: when an id does not fit, a new root is written with the sum of the
/// old one as its first part, and nothing below moves. No id is ever 0, so that no weight stands there.
library SortitionTree {
    /// @dev `levels` is the height, 0 while empty; a node's key is `level (from bit 32) | index (32)`.
    struct Tree {
        uint256 levels;
        mapping(uint256 key => uint256) nodes;
    }

    /// @notice Ids go from 1 to `maximum`.
    error IdOutOfBounds(uint256 id, uint256 maximum);
    /// @notice The weight is above `room`, what all other weights leave of 64 bits.
    error WeightOutOfBounds(uint256 id, uint256 weight, uint256 room);
    /// @notice A point lies below the sum of all weights.
    error PointOutOfBounds(uint256 point, uint256 total);

    /// @notice The last id.
    uint256 internal constant MAX_ID = type(uint32).max;
    /// @notice The largest sum of all weights.
    uint256 internal constant MAX_TOTAL = type(uint64).max;

    /// @notice Gives `id` another weight; 0 takes it out of the draw. Returns the weight it had.
    function set(Tree storage self, uint256 id, uint256 weight) internal returns (uint256 old) {
        require(id != 0 && id <= MAX_ID, IdOutOfBounds(id, MAX_ID));
        old = weightOf(self, id);
        if (weight == old) return old;
        uint256 sum = total(self);
        uint256 room = MAX_TOTAL - (sum - old);
        require(weight <= room, WeightOutOfBounds(id, weight, room));

        uint256 levels = _grow(self, id, sum);
        for (uint256 level = 0; level < levels; ++level) {
            uint256 key = _key(level, id >> (2 * level + 2));
            uint256 shift = ((id >> (2 * level)) & 3) * 64;
            // the part becomes its true sum, which fits 64 bits: what wraps around cancels out
            unchecked {
                self.nodes[key] += (weight - old) << shift;
            }
        }
    }

    /// @notice The weight of `id`, 0 if it has none.
    function weightOf(Tree storage self, uint256 id) internal view returns (uint256) {
        // beyond, the key would be that of a node higher up
        if (id > MAX_ID) return 0;
        return uint64(self.nodes[_key(0, id >> 2)] >> ((id & 3) * 64));
    }

    /// @notice The sum of all weights.
    function total(Tree storage self) internal view returns (uint256) {
        uint256 levels = self.levels;
        if (levels == 0) return 0;
        uint256 word = self.nodes[_key(levels - 1, 0)];
        return uint256(uint64(word)) + uint64(word >> 64) + uint64(word >> 128) + (word >> 192);
    }

    /// @notice The id on whose stretch `point` lies, when the weights of all ids are laid end to end in order:
    /// of `total` points each id is found from as many as it weighs.
    function find(Tree storage self, uint256 point) internal view returns (uint256 id) {
        uint256 sum = total(self);
        require(point < sum, PointOutOfBounds(point, sum));
        for (uint256 level = self.levels; level > 0; --level) {
            uint256 word = self.nodes[_key(level - 1, id)];
            id <<= 2;
            // the point lies below the sum of the four parts, so it lies in the fourth if in none before
            for (uint256 i = 0; i < 3 && point >= uint64(word); ++i) {
                point -= uint64(word);
                word >>= 64;
                ++id;
            }
        }
    }

    /// @dev Adds roots until `id` has a place.
    function _grow(Tree storage self, uint256 id, uint256 sum) private returns (uint256 levels) {
        levels = self.levels;
        if (id >> (2 * levels) == 0) return levels;
        while (id >> (2 * levels) != 0) {
            if (sum != 0) self.nodes[_key(levels, 0)] = sum;
            ++levels;
        }
        self.levels = levels;
    }

    function _key(uint256 level, uint256 index) private pure returns (uint256) {
        return (level << 32) | index;
    }
}
