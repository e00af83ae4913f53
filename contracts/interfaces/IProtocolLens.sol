// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IProtocolLens
/// @notice Answers made of many contracts' views, for people and programs that read. Nothing in the protocol calls it.
interface IProtocolLens {
    /// @notice When a ticket may be claimable, and all that this was computed from. Times are seconds since 1970.
    /// @param readyAt End of its cooldown.
    /// @param sharesBefore Shares that are finalised before it, in its line (18 decimals).
    /// @param needed Wei that they and its own unfinalised shares are worth now.
    /// @param buffer Wei that the ledger holds.
    /// @param inVaults Wei in the vaults, which a report collects.
    /// @param coming Wei that validators were asked for, or are leaving with (`ExitController.coming`).
    /// @param boundary Frame boundary of the first report that may finalise it, or of the last one if that named it.
    /// @param delay Time from a boundary to its report, as it was for the last one, in seconds.
    /// @param heldAt Time of the last hold: it stops reports of boundaries up to then. @param heldUntil Its end; in the
    /// past, or 0, for none.
    /// @param pausedUntil End of the last pause; in the past for none.
    /// @param isNamed Whether the last report named it, and anyone may still finalise it for that (`finalizeNamed`).
    /// @param isSuspended Whether a report is parked.
    /// @param isFinalized Whether all of it is finalised.
    /// @param estimate When it may be claimable: now if it is finalised; the largest number if the ether that is seen is
    /// not enough.
    struct Estimate {
        uint256 readyAt;
        uint256 sharesBefore;
        uint256 needed;
        uint256 buffer;
        uint256 inVaults;
        uint256 coming;
        uint256 boundary;
        uint256 delay;
        uint256 heldAt;
        uint256 heldUntil;
        uint256 pausedUntil;
        bool isNamed;
        bool isSuspended;
        bool isFinalized;
        uint256 estimate;
    }

    /// @notice When ticket `ticketId` may be claimable. It supposes that reports come as the last one did, that all ether
    /// goes to tickets, that the rate stays, and that what is coming has come by the end of the time that the exit
    /// controller gives it. It cannot know of losses and gains to come, of stakes, of ether that is deposited or leaves
    /// by another way meanwhile, of exits not yet asked for, of when the beacon chain pays, and of a committee that falls
    /// silent. Reverts for an unknown id.
    function readyAt(uint256 ticketId) external view returns (Estimate memory);
}
