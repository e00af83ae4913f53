// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IWithdrawalQueue
/// @notice The way out. A request moves shares to the queue, where they go on earning and bearing losses, and gives a
/// ticket (ERC-721) for them. When the cooldown has passed, a report finalises tickets in order: their shares are burnt
/// at the rate of that moment and the ether is set aside, never to be priced again. The ticket's owner then claims it.
/// Shares are counted in 1e-9 of a share here: a request leaves less than that with the caller.
interface IWithdrawalQueue {
    /// @notice What is known of a ticket.
    /// @param owner Its owner, zero when it was claimed.
    /// @param shares Its shares (18 decimals).
    /// @param readyAt When its cooldown ends, seconds since 1970.
    /// @param finalized Whether all of it is finalised.
    /// @param claimed Whether it was claimed.
    struct Ticket {
        address owner;
        uint256 shares;
        uint256 readyAt;
        bool finalized;
        bool claimed;
    }

    /// @notice `owner` got a ticket for `shares` (18 decimals); its cooldown ends at `readyAt`.
    event Requested(uint256 indexed ticketId, address indexed owner, uint256 shares, uint256 readyAt);
    /// @notice Tickets were finalised: `shares` (18 decimals) for `amount` wei, in checkpoint `checkpoint`.
    event Finalized(uint256 indexed checkpoint, uint256 lastTicketId, uint256 shares, uint256 amount);
    /// @notice A ticket was claimed; the `Transfer` beside it names its owner.
    event Claimed(uint256 indexed ticketId, address recipient, uint256 amount);
    /// @notice Nothing is finalised by reports whose reference slot is not after `refTime`, until `endsAt` (both seconds
    /// since 1970).
    event Held(uint256 refTime, uint256 endsAt);
    /// @notice A report is parked: ether leaves at no rate until one is applied.
    event Suspended();
    /// @notice A report was applied, or governance ended the suspension.
    event SuspensionEnded();
    /// @notice The cooldown of new requests changed (seconds).
    event CooldownSet(uint256 oldCooldown, uint256 newCooldown);

    /// @notice Nothing was asked for.
    error NoRequests();
    /// @notice A request is worth less than the least (1e-9 shares).
    error RequestTooSmall(uint256 shares, uint256 minimum);
    /// @notice More shares than the queue can count.
    error QueueFull(uint256 shares);
    /// @notice No such ticket.
    error TicketUnknown(uint256 ticketId);
    /// @notice The ticket's cooldown had not passed at the report's reference slot.
    error TicketNotReady(uint256 ticketId, uint256 readyAt, uint256 refTime);
    /// @notice The ticket is not finalised.
    error TicketNotFinalized(uint256 ticketId);
    /// @notice The ticket was claimed.
    error TicketClaimed(uint256 ticketId);
    /// @notice The caller neither owns the ticket nor is approved for it.
    error NotTicketOwner(uint256 ticketId, address caller);
    /// @notice The checkpoint given as a hint is not the ticket's.
    error WrongHint(uint256 ticketId, uint256 hint);
    /// @notice The recipient is the zero address, the queue or the ledger.
    error WrongRecipient(address recipient);
    /// @notice The recipient refused ether; the ticket stays.
    error EtherRefused(address recipient);
    /// @notice Ether comes from the ledger alone.
    error NotTheLedger(address sender);
    /// @notice The cooldown is out of its bounds (seconds).
    error CooldownOutOfBounds(uint256 cooldown, uint256 minimum, uint256 maximum);
    /// @notice Lists that belong together have different lengths.
    error LengthMismatch(uint256 given, uint256 needed);

    /// @notice Asks to withdraw `amount` wei of the caller's kETH, against its allowance; the ticket is `owner`'s.
    function request(uint256 amount, address owner) external returns (uint256 ticketId);

    /// @notice Asks to withdraw several amounts, a ticket each, with consecutive ids.
    function requestBatch(uint256[] calldata amounts, address owner) external returns (uint256 firstTicketId);

    /// @notice Claims a finalised ticket for its owner. Caller: its owner, or who is approved for it.
    /// @return amount Wei paid to the owner.
    function claim(uint256 ticketId) external returns (uint256 amount);

    /// @notice Claims a finalised ticket for `recipient`.
    /// @param hint Checkpoint in which the ticket's last share was finalised (`findCheckpoint`).
    function claimTo(uint256 ticketId, address recipient, uint256 hint) external returns (uint256 amount);

    /// @notice Claims several finalised tickets in one payment to `recipient`.
    function claimBatch(
        uint256[] calldata ticketIds,
        uint256[] calldata hints,
        address recipient
    ) external returns (uint256 amount);

    /// @notice Finalises tickets up to `lastTicketId`, in order, as far as the buffer goes; a ticket may be finalised in
    /// part. Does nothing while paused, or held. Caller: `ACCOUNTING`.
    /// @param refTime Time of the report's reference slot: the last ticket's cooldown must have ended by then.
    /// @return shares Shares burnt (18 decimals). @return amount Wei set aside.
    function finalize(
        uint256 lastTicketId,
        uint256 refTime
    ) external returns (uint256 shares, uint256 amount);

    /// @notice Holds finalisations by reports whose reference slot is not after now, so that nobody leaves ahead of a loss
    /// that is known and not booked. Caller: `EXIT_HOLDER`. A row of holds ends `MAX_HELD_FRAMES` after its first, and the
    /// next begins a frame later at the earliest. Requests and claims go on.
    function hold() external;

    /// @notice Says that a report is parked, so that no ether leaves at a rate that may be wrong, until the next `finalize`.
    /// Caller: `ACCOUNTING`.
    function suspend() external;

    /// @notice Sets the cooldown of new requests, in seconds. Caller: `PARAMETER_MANAGER`.
    function setCooldown(uint256 cooldown) external;

    /// @notice What is known of a ticket. Reverts for an unknown id.
    function ticket(uint256 ticketId) external view returns (Ticket memory);

    /// @notice Wei that a finalised ticket pays; 0 if it is claimed. Reverts if it is not finalised.
    function claimable(uint256 ticketId) external view returns (uint256);

    /// @notice Checkpoint in which the ticket's last share was finalised. Reverts if it is not finalised.
    function findCheckpoint(uint256 ticketId) external view returns (uint256);

    /// @notice Id of the last ticket; ids start at 1.
    function lastTicketId() external view returns (uint256);

    /// @notice How many finalisations there were.
    function checkpointCount() external view returns (uint256);

    /// @notice All shares ever asked for, and all ever finalised (1e-9 shares), and ether set aside in all (wei).
    function totals() external view returns (uint256 requested, uint256 finalized, uint256 amount);

    /// @notice Until when finalisations are held (seconds since 1970): by reports of up to `refTime`, and not past `endsAt`.
    /// Zeros if they never were.
    function heldUntil() external view returns (uint256 refTime, uint256 endsAt);

    /// @notice Whether a report is parked.
    function isSuspended() external view returns (bool);

    /// @notice The cooldown of new requests, in seconds.
    function cooldown() external view returns (uint256);
}
