// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ReportRing
/// @notice What is kept of each of the last reports: when it was booked, all deposits up to its boundary, and all units at
/// its booking, for the quorum of votes. The ring is written once when it is made, so that a report pays for a change and
/// not for a new slot.
library ReportRing {
    /// @dev More frames than the longest life of a vote: its own days and the 120 of an exit window.
    uint256 internal constant SIZE = 256;

    /// @dev Each slot: `deposits in gwei (64) | frame (32) | time (40) | units (108)`, time 0 while unused.
    struct Ring {
        uint256[SIZE] slots;
    }

    function prepare(Ring storage self) internal {
        for (uint256 i = 0; i < SIZE; ++i) self.slots[i] = 1;
    }

    /// @dev The caller guarantees 32, 40, 64 and 108 bits.
    function record(
        Ring storage self,
        uint256 frame,
        uint256 time,
        uint256 depositedGwei,
        uint256 units
    ) internal {
        self.slots[frame % SIZE] = (depositedGwei << 180) | (frame << 148) | (time << 108) | units;
    }

    /// @notice When the report of `frame` was booked, and all deposits up to its boundary; time 0 if there was none, or it
    /// is more than `SIZE` frames back.
    function find(
        Ring storage self,
        uint256 frame
    ) internal view returns (uint256 time, uint256 depositedGwei) {
        uint256 entry = self.slots[frame % SIZE];
        time = _timeOf(entry, frame);
        if (time != 0) depositedGwei = entry >> 180;
    }

    /// @notice The entry of the newest report booked at or before `time`, among the last `SIZE` frames.
    /// @param newest Frame of the last report.
    function lookup(
        Ring storage self,
        uint256 newest,
        uint256 time
    ) internal view returns (bool known, uint256 units) {
        for (uint256 back = 0; back < SIZE && back <= newest; ++back) {
            uint256 entry = self.slots[(newest - back) % SIZE];
            uint256 booked = _timeOf(entry, newest - back);
            if (booked != 0 && booked <= time) return (true, entry & ((1 << 108) - 1));
        }
    }

    /// @notice When the last three reports after frame `first` were booked, newest first, among the last `SIZE` frames; 0
    /// where there are fewer.
    /// @param newest Frame of the last report.
    function lastTimes(
        Ring storage self,
        uint256 newest,
        uint256 first
    ) internal view returns (uint256[3] memory times) {
        uint256 found = 0;
        for (uint256 back = 0; back < SIZE && first + back < newest && found < 3; ++back) {
            uint256 booked = _timeOf(self.slots[(newest - back) % SIZE], newest - back);
            if (booked != 0) times[found++] = booked;
        }
    }

    /// @dev Zero for a slot that is unused, or holds a frame of an earlier round.
    function _timeOf(uint256 entry, uint256 frame) private pure returns (uint256) {
        return uint32(entry >> 148) == frame ? uint40(entry >> 108) : 0;
    }
}
