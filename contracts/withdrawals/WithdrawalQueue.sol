// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "solady/src/tokens/ERC721.sol";
import {LibString} from "solady/src/utils/LibString.sol";
import {Guarded} from "../access/Guarded.sol";
import {PausableUntil} from "../access/PausableUntil.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {Checkpoint, WithdrawalCheckpoints} from "../libraries/WithdrawalCheckpoints.sol";

/// @title WithdrawalQueue
/// @notice Requests, cooldown, finalisation in order, claims.
/// TRUST: `ACCOUNTING` says when to finalise; `EXIT_HOLDER` delays it, for three frames of four at most; nobody can price
/// a finalised ticket again or stop its claim.
/// INVARIANTS: QUE-1, QUE-2, QUE-3, SLA-2.
/// ASSUMPTIONS: the queue's account in the ledger is closed to transfers by others, so its shares are those of
/// unfinalised tickets.
contract WithdrawalQueue is IWithdrawalQueue, ERC721, PausableUntil {
    using WithdrawalCheckpoints for WithdrawalCheckpoints.Trace;
    using WithdrawalCheckpoints for Checkpoint;

    /// @dev Shares are counted in 1e-9 of a share, so that a ticket fits a slot.
    uint256 private constant GRAIN = 1e9;
    /// @notice The least request: 0.0001 shares, in 1e-9 shares.
    uint256 public constant MIN_REQUEST = 1e5;
    /// @notice The longest cooldown, in seconds.
    uint256 public constant MAX_COOLDOWN = 30 days;
    /// @notice The most frames in a row for which finalisations are held.
    uint256 public constant MAX_HELD_FRAMES = 3;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice The shortest cooldown, in seconds.
    uint256 public immutable minCooldown;
    /// @dev A frame, in seconds.
    uint256 private immutable _frameSeconds;

    /* STORAGE */

    // A ticket is one slot, in ERC721: owner (20) + ready time (4) + cumulative shares up to and with it (8) = 32.
    // The last two outlive its claim: the next ticket is measured against them.

    // beside the end of the pause: 8 + 8 + 8 + 3 + 1 + 4 = 32 bytes; a cooldown of 30 days fits 22 bits
    uint64 private _lastTicketId;
    uint64 private _checkpointCount;
    uint24 private _cooldown;
    bool private _suspended;
    uint32 private _heldAt;
    WithdrawalCheckpoints.Trace private _checkpoints;
    uint256 private _heldFrom;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        uint256 minCooldown_,
        uint256 cooldown_
    ) Guarded(authority_) {
        require(address(ledger_) != address(0), ZeroAddress());
        ledger = ledger_;
        minCooldown = minCooldown_;
        _frameSeconds = ledger_.parameters().frameSeconds;
        _setCooldown(cooldown_);
    }

    /* HOLDERS */

    /// @inheritdoc IWithdrawalQueue
    function request(uint256 amount, address owner) external returns (uint256 ticketId) {
        (uint256 last, uint256 readyAt, uint256 upTo) = _next(owner);
        ticketId = last + 1;
        uint256 shares = _issue(amount, owner, ticketId, readyAt, upTo);
        _take(ticketId, shares);
    }

    /// @inheritdoc IWithdrawalQueue
    function requestBatch(
        uint256[] calldata amounts,
        address owner
    ) external returns (uint256 firstTicketId) {
        require(amounts.length > 0, NoRequests());
        (uint256 id, uint256 readyAt, uint256 upTo) = _next(owner);
        firstTicketId = id + 1;
        uint256 shares = 0;
        for (uint256 i = 0; i < amounts.length; ++i) {
            shares += _issue(amounts[i], owner, ++id, readyAt, upTo + shares);
        }
        _take(id, shares);
    }

    /// @inheritdoc IWithdrawalQueue
    function claim(uint256 ticketId) external returns (uint256 amount) {
        address owner = _ownerOf(ticketId);
        amount = _settle(ticketId, owner, findCheckpoint(ticketId));
        _pay(owner, amount);
    }

    /// @inheritdoc IWithdrawalQueue
    function claimTo(uint256 ticketId, address recipient, uint256 hint) external returns (uint256 amount) {
        amount = _settle(ticketId, recipient, hint);
        _pay(recipient, amount);
    }

    /// @inheritdoc IWithdrawalQueue
    function claimBatch(
        uint256[] calldata ticketIds,
        uint256[] calldata hints,
        address recipient
    ) external returns (uint256 amount) {
        require(hints.length == ticketIds.length, LengthMismatch(hints.length, ticketIds.length));
        require(ticketIds.length > 0, NoRequests());
        for (uint256 i = 0; i < ticketIds.length; ++i) amount += _settle(ticketIds[i], recipient, hints[i]);
        _pay(recipient, amount);
    }

    /// @notice ERC-721: lets `account` claim a ticket or give it away. Takes no ether, although the token may.
    function approve(address account, uint256 ticketId) public payable override {
        require(msg.value == 0, NotTheLedger(msg.sender));
        super.approve(account, ticketId);
    }

    /// @notice ERC-721: gives a ticket away, never to the queue, which could not claim it. Takes no ether.
    function transferFrom(address from, address to, uint256 ticketId) public payable override {
        require(msg.value == 0, NotTheLedger(msg.sender));
        require(to != address(this), WrongRecipient(to));
        super.transferFrom(from, to, ticketId);
    }

    /* BRAINS */

    /// @inheritdoc IWithdrawalQueue
    function finalize(
        uint256 lastTicketId_,
        uint256 refTime
    ) external onlyRole(Roles.ACCOUNTING) returns (uint256 shares, uint256 amount) {
        if (_suspended) _endSuspension();
        if (block.timestamp < pausedUntil || _isHeld(refTime)) return (0, 0);
        require(lastTicketId_ <= _lastTicketId, TicketUnknown(lastTicketId_));
        (uint256 readyAt, uint256 upTo) = _ticket(lastTicketId_);
        require(readyAt <= refTime, TicketNotReady(lastTicketId_, readyAt, refTime));

        uint256 count = _checkpointCount;
        Checkpoint last = _checkpoints.list[count];
        uint256 done = last.sharesOf();
        if (upTo <= done) return (0, 0);

        // the ledger sends the ether in this call and calls nobody else
        (shares, amount) = ledger.redeem((upTo - done) * GRAIN, GRAIN);
        if (shares == 0) return (0, 0);
        _checkpointCount = uint64(++count);
        // cumulative shares fit 64 bits as `upTo` does; ether fits 87
        _checkpoints.list[count] = WithdrawalCheckpoints.pack(
            done + shares / GRAIN,
            last.amountOf() + amount
        );
        emit Finalized(count, lastTicketId_, shares, amount);
    }

    /// @inheritdoc IWithdrawalQueue
    function hold() external onlyRole(Roles.EXIT_HOLDER) {
        // those of a row and of the frame after it count as one: in every fourth frame at least nothing is held
        if (block.timestamp >= _heldFrom + (MAX_HELD_FRAMES + 1) * _frameSeconds) _heldFrom = block.timestamp;
        _heldAt = uint32(block.timestamp);
        emit Held(block.timestamp, _heldFrom + MAX_HELD_FRAMES * _frameSeconds);
    }

    /// @inheritdoc IWithdrawalQueue
    function suspend() external onlyRole(Roles.ACCOUNTING) {
        if (_suspended) return;
        _suspended = true;
        emit Suspended();
    }

    /// @notice Ends a suspension. Caller: `ACCOUNTING`. Or ends the running pause. Caller: `RESUMER`.
    function resume() external override {
        if (_suspended && authority.hasRole(Roles.ACCOUNTING, msg.sender)) {
            _endSuspension();
            return;
        }
        _requireRole(Roles.RESUMER, msg.sender);
        require(block.timestamp < pausedUntil, NotPaused());
        pausedUntil = uint64(block.timestamp);
        emit Resumed(msg.sender);
    }

    /// @notice Takes the ether of burnt shares from the ledger.
    receive() external payable {
        require(msg.sender == address(ledger), NotTheLedger(msg.sender));
    }

    /* GOVERNANCE */

    /// @inheritdoc IWithdrawalQueue
    function setCooldown(uint256 newCooldown) external onlyRole(Roles.PARAMETER_MANAGER) {
        _setCooldown(newCooldown);
    }

    /* VIEWS */

    /// @inheritdoc IWithdrawalQueue
    function ticket(uint256 ticketId) external view returns (Ticket memory) {
        (uint256 readyAt, uint256 upTo, uint256 from) = _known(ticketId);
        address owner = _ownerOf(ticketId);
        return
            Ticket({
                owner: owner,
                shares: (upTo - from) * GRAIN,
                readyAt: readyAt,
                finalized: upTo <= _checkpoints.list[_checkpointCount].sharesOf(),
                claimed: owner == address(0)
            });
    }

    /// @inheritdoc IWithdrawalQueue
    function claimable(uint256 ticketId) external view returns (uint256) {
        uint256 index = findCheckpoint(ticketId);
        (, uint256 upTo, uint256 from) = _known(ticketId);
        (, uint256 amount) = _checkpoints.valueIn(index, from, upTo);
        return _ownerOf(ticketId) == address(0) ? 0 : amount;
    }

    /// @inheritdoc IWithdrawalQueue
    function findCheckpoint(uint256 ticketId) public view returns (uint256 index) {
        (, uint256 upTo, ) = _known(ticketId);
        uint256 count = _checkpointCount;
        index = _checkpoints.find(upTo, count);
        require(index <= count, TicketNotFinalized(ticketId));
    }

    /// @inheritdoc IWithdrawalQueue
    function lastTicketId() external view returns (uint256) {
        return _lastTicketId;
    }

    /// @inheritdoc IWithdrawalQueue
    function checkpointCount() external view returns (uint256) {
        return _checkpointCount;
    }

    /// @inheritdoc IWithdrawalQueue
    function totals() external view returns (uint256 requested, uint256 finalized, uint256 amount) {
        (, requested) = _ticket(_lastTicketId);
        Checkpoint last = _checkpoints.list[_checkpointCount];
        return (requested, last.sharesOf(), last.amountOf());
    }

    /// @inheritdoc IWithdrawalQueue
    function heldUntil() external view returns (uint256 refTime, uint256 endsAt) {
        if (_heldAt > 0) (refTime, endsAt) = (_heldAt, _heldFrom + MAX_HELD_FRAMES * _frameSeconds);
    }

    /// @inheritdoc IWithdrawalQueue
    function isSuspended() external view returns (bool) {
        return _suspended;
    }

    /// @inheritdoc IWithdrawalQueue
    function cooldown() external view returns (uint256) {
        return _cooldown;
    }

    /// @notice ERC-721 metadata.
    function name() public pure override returns (string memory) {
        return "Kedge Withdrawal Ticket";
    }

    /// @notice ERC-721 metadata.
    function symbol() public pure override returns (string memory) {
        return "kETH-W";
    }

    /// @notice ERC-721 metadata, as a data URI: the ticket's number.
    function tokenURI(uint256 ticketId) public view override returns (string memory) {
        _known(ticketId);
        return
            string.concat(
                'data:application/json;utf8,{"name":"Kedge Withdrawal Ticket ',
                LibString.toString(ticketId),
                '"}'
            );
    }

    /* INTERNAL */

    /// @dev The last ticket so far, when the next one is ready, and all shares asked for.
    function _next(address owner) private view returns (uint256 last, uint256 readyAt, uint256 upTo) {
        require(owner != address(this), WrongRecipient(owner));
        last = _lastTicketId;
        (readyAt, upTo) = _ticket(last);
        // never earlier than the ticket before: tickets are finalised in order
        uint256 fresh = block.timestamp + _cooldown;
        if (readyAt < fresh) readyAt = fresh;
    }

    /// @dev Mints the ticket of `amount` wei behind `upTo` shares; returns its shares.
    function _issue(
        uint256 amount,
        address owner,
        uint256 id,
        uint256 readyAt,
        uint256 upTo
    ) private returns (uint256 shares) {
        shares = ledger.getSharesByPooledEth(amount) / GRAIN;
        require(shares >= MIN_REQUEST, RequestTooSmall(shares, MIN_REQUEST));
        // shares of the ledger fit 88 bits
        unchecked {
            upTo += shares;
        }
        require(upTo <= type(uint64).max, QueueFull(upTo));
        // times fit 32 bits until 2106
        _mintAndSetExtraDataUnchecked(owner, id, uint96((readyAt << 64) | upTo));
        emit Requested(id, owner, shares * GRAIN, readyAt);
    }

    /// @dev The ledger calls nobody; it reverts all of the above if the caller has too few shares.
    function _take(uint256 lastId, uint256 shares) private {
        _lastTicketId = uint64(lastId);
        ledger.transferSharesFrom(msg.sender, address(this), shares * GRAIN);
    }

    /// @dev Takes a finalised ticket away from its owner; returns what it pays.
    function _settle(uint256 ticketId, address recipient, uint256 hint) private returns (uint256 amount) {
        (, uint256 upTo, uint256 from) = _known(ticketId);
        address owner = _ownerOf(ticketId);
        require(owner != address(0), TicketClaimed(ticketId));
        require(
            msg.sender == owner || _isApprovedOrOwner(msg.sender, ticketId),
            NotTicketOwner(ticketId, msg.sender)
        );
        bool held;
        (held, amount) = _checkpoints.valueIn(hint, from, upTo);
        require(held, WrongHint(ticketId, hint));
        _burn(ticketId);
        emit Claimed(ticketId, recipient, amount);
    }

    /// @dev A report later than the fault has booked its loss, and whoever leaves bears it.
    function _isHeld(uint256 refTime) private view returns (bool) {
        return refTime <= _heldAt && block.timestamp < _heldFrom + MAX_HELD_FRAMES * _frameSeconds;
    }

    function _endSuspension() private {
        _suspended = false;
        emit SuspensionEnded();
    }

    function _pay(address recipient, uint256 amount) private {
        // the ledger would take it as a stake of the queue, whose shares no ticket stands for
        require(
            recipient != address(0) && recipient != address(this) && recipient != address(ledger),
            WrongRecipient(recipient)
        );
        (bool sent, ) = recipient.call{value: amount}("");
        require(sent, EtherRefused(recipient));
    }

    /// @dev Ready time and cumulative shares; zeros for ticket 0.
    function _ticket(uint256 ticketId) private view returns (uint256 readyAt, uint256 upTo) {
        uint256 data = _getExtraData(ticketId);
        return (data >> 64, uint64(data));
    }

    function _known(uint256 ticketId) private view returns (uint256 readyAt, uint256 upTo, uint256 from) {
        (readyAt, upTo) = _ticket(ticketId);
        require(upTo > 0, TicketUnknown(ticketId));
        (, from) = _ticket(ticketId - 1);
    }

    function _setCooldown(uint256 newCooldown) private {
        require(
            newCooldown >= minCooldown && newCooldown <= MAX_COOLDOWN,
            CooldownOutOfBounds(newCooldown, minCooldown, MAX_COOLDOWN)
        );
        emit CooldownSet(_cooldown, newCooldown);
        _cooldown = uint24(newCooldown);
    }
}
