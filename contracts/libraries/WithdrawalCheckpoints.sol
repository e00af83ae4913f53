// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Checkpoint
/// @notice `shares (64) | ticket (64) | amount (128)`: all shares finalised up to here, in 1e-9 shares, the last ticket
/// known to be finalised wholly, and all ether set aside, in wei. One word, so that a finalisation writes a slot once.
type Checkpoint is uint256;

/// @title WithdrawalCheckpoints
/// @notice What finalised withdrawals are worth: cumulative shares against cumulative ether, one checkpoint for each
/// finalisation. Between two checkpoints ether grows evenly with shares, so any stretch of shares has one value, the
/// values of adjoining stretches add up to the wei, and a stretch may span checkpoints.
library WithdrawalCheckpoints {
    /// @dev `list[0]` is (0, 0) and is not stored; checkpoints start at 1.
    struct Trace {
        mapping(uint256 => Checkpoint) list;
    }

    function sharesOf(Checkpoint c) internal pure returns (uint256) {
        return Checkpoint.unwrap(c) >> 192;
    }

    function ticketOf(Checkpoint c) internal pure returns (uint256) {
        return uint64(Checkpoint.unwrap(c) >> 128);
    }

    function amountOf(Checkpoint c) internal pure returns (uint256) {
        return uint128(Checkpoint.unwrap(c));
    }

    /// @dev The caller guarantees that shares and ticket fit 64 bits and ether 128.
    function pack(uint256 shares, uint256 ticketId, uint256 amount) internal pure returns (Checkpoint) {
        return Checkpoint.wrap((shares << 192) | (ticketId << 128) | amount);
    }

    /// @notice Index of the checkpoint in which the `shares`-th share was finalised, among 1 … `count`; `count + 1`
    /// if it was not. Binary search.
    function find(Trace storage self, uint256 shares, uint256 count) internal view returns (uint256) {
        uint256 low = 1;
        uint256 high = count + 1;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (sharesOf(self.list[middle]) >= shares) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /// @notice Ether (wei) set aside for the shares from `from` to `upTo`, if the last of them was finalised in
    /// checkpoint `index`; else `held` is false. Values of adjoining stretches add up to the wei: each is a difference of
    /// amounts rounded down.
    function valueIn(
        Trace storage self,
        uint256 index,
        uint256 from,
        uint256 upTo
    ) internal view returns (bool held, uint256 amount) {
        if (index == 0) return (false, 0);
        Checkpoint previous = self.list[index - 1];
        Checkpoint current = self.list[index];
        if (upTo > sharesOf(current) || upTo <= sharesOf(previous)) return (false, 0);
        uint256 before = amountOf(previous);
        if (from > sharesOf(previous)) {
            before = _amountAt(previous, current, from);
        } else if (from < sharesOf(previous)) {
            // begun in an earlier checkpoint
            uint256 start = find(self, from, index - 1);
            before = from == 0 ? 0 : _amountAt(self.list[start - 1], self.list[start], from);
        }
        return (true, _amountAt(previous, current, upTo) - before);
    }

    /// @dev Ether set aside for the first `shares` shares, which lie between the two checkpoints, rounded down.
    function _amountAt(
        Checkpoint previous,
        Checkpoint current,
        uint256 shares
    ) private pure returns (uint256) {
        // shares and amounts only grow from one checkpoint to the next; 128 + 64 bits; the result lies between the two
        unchecked {
            uint256 grown = amountOf(current) - amountOf(previous);
            uint256 part = grown * (shares - sharesOf(previous));
            return amountOf(previous) + part / (sharesOf(current) - sharesOf(previous));
        }
    }
}
