// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IWithdrawalQueue
/// @notice The way out. A request moves shares to the queue, where they go on earning and bearing losses, and gives a
/// ticket (ERC-721) for them. When the cooldown has passed, a report finalises tickets in order: their shares are burnt
/// at the rate of that moment and the ether is set aside, never to be priced again. It is then claimed: by its owner for
/// whomever it names, or by anyone for its owner. A ticket cannot be cancelled; it can be given away or sold.
/// Shares are counted in 1e-9 of a share here: a request leaves less than that with the caller.
/// ERC-4906 tells of tickets whose state changed as they were finalised. What changes by the passing of time is told by
/// nobody.
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

    /// @notice A signature that lets the queue take a token (ERC-2612).
    /// @param value Amount that it allows: wei of kETH, or wkETH.
    /// @param deadline Until when it holds, seconds since 1970.
    /// @param signature 65 bytes of a key (r, s, v), or what the caller's contract accepts (ERC-1271).
    struct Permit {
        uint256 value;
        uint256 deadline;
        bytes signature;
    }

    /// @notice `owner` got a ticket for `shares` (18 decimals); its cooldown ends at `readyAt`.
    event Requested(uint256 indexed ticketId, address indexed owner, uint256 shares, uint256 readyAt);
    /// @notice Tickets were finalised: `shares` (18 decimals) for `amount` wei, in checkpoint `checkpoint`.
    event Finalized(uint256 indexed checkpoint, uint256 lastTicketId, uint256 shares, uint256 amount);
    /// @notice ERC-4906: what tickets of these ids show may have changed. The last of them may be finalised in part, or
    /// not at all.
    event BatchMetadataUpdate(uint256 _fromTokenId, uint256 _toTokenId);
    /// @notice `owner`, a contract, lets anyone claim for it, or no longer.
    event ClaimsAccepted(address indexed owner, bool accepted);
    /// @notice A ticket was claimed; the `Transfer` beside it names its owner.
    event Claimed(uint256 indexed ticketId, address recipient, uint256 amount);
    /// @notice Nothing is finalised by reports whose reference slot is not after `refTime`, until `endsAt` (both seconds
    /// since 1970).
    event Held(uint256 refTime, uint256 endsAt);
    /// @notice Nothing is finalised until the next report, or until somebody ends it: `by` parked a report.
    event Suspended(address indexed by);
    /// @notice Finalisations go on: a report came, or `by` ended the suspension.
    event SuspensionEnded(address indexed by);
    /// @notice The cooldown of new requests changed (seconds).
    event CooldownSet(uint256 oldCooldown, uint256 newCooldown);

    /// @notice Nothing was asked for.
    error NoRequests();
    /// @notice A request is worth less than the least (1e-9 shares).
    error RequestTooSmall(uint256 shares, uint256 minimum);
    /// @notice A request is worth more than the largest (1e-9 shares).
    error RequestTooLarge(uint256 shares, uint256 maximum);
    /// @notice The largest request is out of its bounds (1e-9 shares).
    error CeilingOutOfBounds(uint256 ceiling, uint256 minimum, uint256 maximum);
    /// @notice The wrapper is not one of this ledger.
    error WrongWrapper(address wrapper);
    /// @notice More shares than the queue can count.
    error QueueFull(uint256 shares);
    /// @notice No such ticket.
    error TicketUnknown(uint256 ticketId);
    /// @notice The ticket's cooldown had not passed at the report's reference slot.
    error TicketNotReady(uint256 ticketId, uint256 readyAt, uint256 refTime);
    /// @notice The ticket is not finalised.
    error TicketNotFinalized(uint256 ticketId);
    /// @notice Nothing is left to finalise up to the ticket that the last report named, or there is no ether for it.
    error NothingToFinalize(uint256 ticketId);
    /// @notice A report is parked: nothing is finalised between reports.
    error FinalizationSuspended();
    /// @notice Finalisations by reports up to `refTime` are held, and not past `endsAt` (seconds since 1970).
    error FinalizationHeld(uint256 refTime, uint256 endsAt);
    /// @notice What the last report named could be finalised until `until`: its rate is too old (seconds since 1970).
    error ReportTooOld(uint256 refTime, uint256 until);
    /// @notice The ticket was claimed.
    error TicketClaimed(uint256 ticketId);
    /// @notice The caller neither owns the ticket nor is approved for it; and it does not claim for an owner that accepts
    /// it.
    error NotTicketOwner(uint256 ticketId, address caller);
    /// @notice The checkpoint given as a hint is not the ticket's.
    error WrongHint(uint256 ticketId, uint256 hint);
    /// @notice The recipient is the zero address, the queue, or a token of the pool.
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

    /// @notice `requestBatch` with a permit of kETH. A permit that was used before (or front-run) does no harm where the
    /// allowance is there.
    function requestBatchWithPermit(
        uint256[] calldata amounts,
        address owner,
        Permit calldata permit
    ) external returns (uint256 firstTicketId);

    /// @notice Asks to withdraw `shares` (18 decimals) of the caller's wkETH, against its allowance, a ticket each.
    /// Exactly the shares of the tickets leave the caller: less than 1e-9 of a share of each amount stays with it.
    function requestWrapped(
        uint256[] calldata shares,
        address owner
    ) external returns (uint256 firstTicketId);

    /// @notice `requestWrapped` with a permit of wkETH, as in `requestBatchWithPermit`.
    function requestWrappedWithPermit(
        uint256[] calldata shares,
        address owner,
        Permit calldata permit
    ) external returns (uint256 firstTicketId);

    /// @notice Claims a finalised ticket for its owner. Caller: anyone, where the owner accepts it (`acceptsClaims`);
    /// else its owner, or who is approved for the ticket. An owner that refuses ether keeps its ticket.
    /// @return amount Wei paid to the owner.
    function claim(uint256 ticketId) external returns (uint256 amount);

    /// @notice Claims a finalised ticket for `recipient`. Caller: its owner, or who is approved for it; anyone as in
    /// `claim` where the recipient is the owner.
    /// @param hint Checkpoint in which the ticket's last share was finalised (`findCheckpoint`).
    function claimTo(uint256 ticketId, address recipient, uint256 hint) external returns (uint256 amount);

    /// @notice Claims several finalised tickets in one payment to `recipient`. Callers as in `claimTo`, for each ticket.
    function claimBatch(
        uint256[] calldata ticketIds,
        uint256[] calldata hints,
        address recipient
    ) external returns (uint256 amount);

    /// @notice The caller, a contract, lets anyone claim its tickets for it, or no longer. What comes by a stranger's
    /// call may be lost on an escrow or a market, so no contract is paid that way before it said so.
    function acceptClaims(bool accepted) external;

    /// @notice Finalises tickets up to `lastTicketId`, in order, as far as the buffer goes; a ticket may be finalised in
    /// part. Names them for `finalizeNamed`, and ends a suspension. While paused, or held, it does nothing else. A ticket
    /// that was passed before is no error. Caller: `ACCOUNTING`.
    /// @param refTime Time of the report's reference slot: the last ticket's cooldown must have ended by then.
    /// @return shares Shares burnt (18 decimals). @return amount Wei set aside.
    function finalize(
        uint256 lastTicketId,
        uint256 refTime
    ) external returns (uint256 shares, uint256 amount);

    /// @notice Finalises as `finalize` does, between reports, up to the ticket that the last one named, with ether that
    /// came since. Anyone may, until `NAMED_FRAMES` after its reference slot. Reverts while paused, suspended or held,
    /// and where there is nothing to do.
    /// @return shares Shares burnt (18 decimals). @return amount Wei set aside.
    function finalizeNamed() external returns (uint256 shares, uint256 amount);

    /// @notice Stops `finalizeNamed` until the next report: one is parked. Caller: `ACCOUNTING`.
    function suspend() external;

    /// @notice Ends a suspension, if there is one. Caller: `ACCOUNTING`. Who ends a pause does not end it.
    function endSuspension() external;

    /// @notice Holds finalisations by reports whose reference slot is not after now, so that nobody leaves ahead of a loss
    /// that is known and not booked. Caller: `EXIT_HOLDER`. A row of holds ends `MAX_HELD_FRAMES` after its first, and the
    /// next begins a frame later at the earliest. Requests and claims go on.
    function hold() external;

    /// @notice Sets the cooldown of new requests, in seconds. Caller: `PARAMETER_MANAGER`. It moves by at most a factor of
    /// two (or an hour, where that is more), and rises by two days at most, once in a period: `StepTooLarge`, `StepTooSoon`
    /// (`SteppedParameters`). Tickets keep the cooldown of their request.
    function setCooldown(uint256 cooldown) external;

    /// @notice Whether anyone may claim for `owner`: it has no code, or that of a key's delegate (EIP-7702), or it said so.
    function acceptsClaims(address owner) external view returns (bool);

    /// @notice What is known of a ticket. Reverts for an unknown id.
    function ticket(uint256 ticketId) external view returns (Ticket memory);

    /// @notice The stretch of all shares ever asked for (1e-9 shares) that is the ticket's. Reverts for an unknown id.
    function placeOf(uint256 ticketId) external view returns (uint256 from, uint256 upTo);

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

    /// @notice Until when finalisations are held (seconds since 1970): by reports of up to `refTime`, and not past
    /// `endsAt`. Zeros if they never were.
    function heldUntil() external view returns (uint256 refTime, uint256 endsAt);

    /// @notice Whether a parked report stops `finalizeNamed`.
    function isSuspended() external view returns (bool);

    /// @notice The ticket that the last report named, and the time of that report's reference slot (seconds since 1970).
    function named() external view returns (uint256 ticketId, uint256 refTime);

    /// @notice The cooldown of new requests, in seconds.
    function cooldown() external view returns (uint256);

    /// @notice Frames from a report's reference slot on, in which anyone may finalise what it named.
    function NAMED_FRAMES() external view returns (uint256);
}
