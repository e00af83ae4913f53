// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title WithdrawalCheckpoints
/// @notice What finalised withdrawals are worth: cumulative shares against cumulative ether, one checkpoint for each
/// finalisation. Between two checkpoints ether grows evenly with shares, so any stretch of shares has one value, the
/// values of adjoining stretches add up to the wei, and a stretch may span checkpoints.
library WithdrawalCheckpoints {
    /// @param shares All shares finalised up to here, in 1e-9 shares.
    /// @param amount All ether set aside for them, in wei.
    // 8 + 16 = 24 bytes
    struct Checkpoint {
        uint64 shares;
        uint128 amount;
    }

    /// @dev `list[0]` is (0, 0) and is not stored; checkpoints start at 1.
    struct Trace {
        mapping(uint256 => Checkpoint) list;
    }

    /// @notice Index of the checkpoint in which the `shares`-th share was finalised, among 1 … `count`; `count + 1`
    /// if it was not. Binary search.
    function find(Trace storage self, uint256 shares, uint256 count) internal view returns (uint256) {
        uint256 low = 1;
        uint256 high = count + 1;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (self.list[middle].shares >= shares) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /// @notice Whether the `shares`-th share was finalised in checkpoint `index`.
    function holds(Trace storage self, uint256 index, uint256 shares) internal view returns (bool) {
        return index > 0 && self.list[index].shares >= shares && self.list[index - 1].shares < shares;
    }

    /// @notice Ether (wei) set aside for the shares from `from` to `upTo`, of which the last lies in checkpoint `index`.
    /// Values of adjoining stretches add up to the wei: each is a difference of amounts rounded down.
    function amountBetween(
        Trace storage self,
        uint256 index,
        uint256 from,
        uint256 upTo
    ) internal view returns (uint256) {
        Checkpoint memory previous = self.list[index - 1];
        Checkpoint memory current = self.list[index];
        if (from < previous.shares) {
            // begun in an earlier checkpoint
            uint256 start = find(self, from, index - 1);
            uint256 before = from == 0 ? 0 : _amountAt(self.list[start - 1], self.list[start], from);
            return _amountAt(previous, current, upTo) - before;
        }
        return _amountAt(previous, current, upTo) - _amountAt(previous, current, from);
    }

    /// @dev Ether set aside for the first `shares` shares, which lie between the two checkpoints, rounded down.
    function _amountAt(
        Checkpoint memory previous,
        Checkpoint memory current,
        uint256 shares
    ) private pure returns (uint256) {
        uint256 grown = current.amount - previous.amount;
        // 128 + 64 bits; shares lie between the two, so the result lies between their amounts
        return previous.amount + (grown * (shares - previous.shares)) / (current.shares - previous.shares);
    }
}
