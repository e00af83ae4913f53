// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title SubmissionRing
/// @notice Who submitted the reports of the last frames, who signed them, and what is to be paid for them. The ring is
/// written once when it is made, so that a report pays for a change and not for a new slot.
library SubmissionRing {
    uint256 internal constant SIZE = 64;

    /// @dev Each slot: `pay in gwei (32) | frame (32) | signed by (32) | submitter (160)`, submitter 0 while unused.
    struct Ring {
        uint256[SIZE] slots;
    }

    function prepare(Ring storage self) internal {
        for (uint256 i = 0; i < SIZE; ++i) self.slots[i] = 1 << 255;
    }

    /// @dev The caller guarantees 32 bits of each.
    function record(
        Ring storage self,
        uint256 frame,
        address submitter,
        uint256 signedBy,
        uint256 payGwei
    ) internal {
        self.slots[frame % SIZE] =
            (payGwei << 224) |
            (frame << 192) |
            (signedBy << 160) |
            uint256(uint160(submitter));
    }

    /// @notice What is known of the report of `frame`; zeros if there was none, or another has its place.
    function find(
        Ring storage self,
        uint256 frame
    ) internal view returns (address submitter, uint256 signedBy, uint256 payGwei) {
        uint256 entry = self.slots[frame % SIZE];
        submitter = address(uint160(entry));
        if (submitter == address(0) || uint32(entry >> 192) != frame) return (address(0), 0, 0);
        return (submitter, uint32(entry >> 160), entry >> 224);
    }
}
