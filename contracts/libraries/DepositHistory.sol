// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakedEther} from "../interfaces/IStakedEther.sol";

/// @title DepositHistory
/// @notice All ether ever sent to the deposit contract, as of the last frame boundaries, in one slot.
/// A report is held against the sum at its own boundary, so a deposit made after it is neither gain nor loss.
library DepositHistory {
    /// @param frame Frame of the last deposit: it was made after boundary `frame`, and not after the next one.
    /// @param all Sum of all deposits, in gwei.
    /// @param atFrame Sum as of boundary `frame`.
    /// @param atPrevious Sum as of boundary `frame - 1`.
    // 4 + 8 + 8 + 8 = 28 bytes
    struct History {
        uint32 frame;
        uint64 all;
        uint64 atFrame;
        uint64 atPrevious;
    }

    /// @notice Counts a deposit in `frame`, never before the frame of the last one.
    /// @return inFrame Deposits of this frame so far. @return sum All deposits. Both in gwei.
    function add(
        History storage self,
        uint32 frame,
        uint64 amountGwei
    ) internal returns (uint256 inFrame, uint256 sum) {
        History memory h = self;
        if (frame > h.frame) {
            h.atPrevious = frame == h.frame + 1 ? h.atFrame : h.all;
            h.atFrame = h.all;
            h.frame = frame;
        }
        h.all += amountGwei;
        self.frame = h.frame;
        self.all = h.all;
        self.atFrame = h.atFrame;
        self.atPrevious = h.atPrevious;
        return (h.all - h.atFrame, h.all);
    }

    /// @notice All deposits, in gwei.
    function total(History storage self) internal view returns (uint256) {
        return self.all;
    }

    /// @notice Deposits made up to frame boundary `frame` (its own second included), in gwei.
    /// Reverts for a boundary older than the one before the last deposit's frame.
    function totalAt(History storage self, uint256 frame) internal view returns (uint256) {
        uint256 last = self.frame;
        if (frame > last) return self.all;
        if (frame == last) return self.atFrame;
        require(frame + 1 == last, IStakedEther.DepositHistoryTooShort(frame, last - 1));
        return self.atPrevious;
    }
}
