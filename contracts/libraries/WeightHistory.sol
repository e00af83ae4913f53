// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title WeightHistory
/// @notice A weight with its last two changes in one slot, so that a late report is held against the weights of its own
/// frame. Changes take effect at frame boundaries in the future, so no more than two can matter.
library WeightHistory {
    /// @param oldest Before `since`. @param previous From `since` on. @param current From `from` on.
    // 4 + 4 + 4 + 6 + 6 = 24 bytes
    struct Weight {
        uint32 oldest;
        uint32 previous;
        uint32 current;
        uint48 since;
        uint48 from;
    }

    /// @notice The weight at `time`.
    function at(Weight storage self, uint256 time) internal view returns (uint256) {
        if (time >= self.from) return self.current;
        return time >= self.since ? self.previous : self.oldest;
    }

    /// @notice The weight when all changes have taken effect.
    function latest(Weight storage self) internal view returns (uint256) {
        return self.current;
    }

    /// @notice Sets the weight from `from` on. A change that has not taken effect yet is replaced.
    function set(Weight storage self, uint32 weight, uint48 from) internal {
        if (self.from <= block.timestamp) {
            self.oldest = self.previous;
            self.since = self.from;
            self.previous = self.current;
            self.from = from;
        }
        self.current = weight;
    }
}
