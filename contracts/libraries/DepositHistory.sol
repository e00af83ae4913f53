// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";

/// @title DepositHistory
/// @notice All ether ever sent to the deposit contract, as of the last frame boundaries, in one slot.
/// A report is held against the sum at its own boundary, so a deposit made after it is neither gain nor loss.
library DepositHistory {
    /// @dev `frame (32) | all (64) | atFrame (64) | atPrevious (64)`. The last deposit was made after boundary `frame` and
    /// not after the next one; `all` is the sum of all deposits, `atFrame` the sum as of boundary `frame`, `atPrevious` as
    /// of the one before, in gwei.
    struct History {
        uint256 word;
    }

    /// @notice Counts a deposit in `frame` (32 bits), never before the frame of the last one.
    /// @return inFrame Deposits of this frame so far. @return sum All deposits. Both in gwei.
    function add(
        History storage self,
        uint256 frame,
        uint64 amountGwei
    ) internal returns (uint256 inFrame, uint256 sum) {
        uint256 word = self.word;
        uint256 last = word >> 192;
        uint256 all = uint64(word >> 128);
        uint256 atFrame = uint64(word >> 64);
        uint256 atPrevious = uint64(word);
        if (frame > last) {
            atPrevious = frame == last + 1 ? atFrame : all;
            atFrame = all;
            last = frame;
        }
        sum = SafeCast.toUint64(all + amountGwei);
        inFrame = sum - atFrame;
        self.word = (last << 192) | (sum << 128) | (atFrame << 64) | atPrevious;
    }

    /// @notice All deposits, in gwei.
    function total(History storage self) internal view returns (uint256) {
        return uint64(self.word >> 128);
    }

    /// @notice Deposits made up to frame boundary `frame` (its own second included), in gwei.
    /// Reverts for a boundary older than the one before the last deposit's frame.
    function totalAt(History storage self, uint256 frame) internal view returns (uint256) {
        uint256 word = self.word;
        uint256 last = word >> 192;
        if (frame > last) return uint64(word >> 128);
        if (frame == last) return uint64(word >> 64);
        require(frame + 1 == last, IStakedEther.DepositHistoryTooShort(frame, last - 1));
        return uint64(word);
    }
}
