// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibString} from "solady/src/utils/LibString.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {Checkpoint, WithdrawalCheckpoints} from "../libraries/WithdrawalCheckpoints.sol";
import {Finalization} from "./Finalization.sol";

/// @title WithdrawalQueue
/// @notice Requests, cooldown, finalisation in order (`Finalization`), claims of tickets (`TicketToken`).
/// TRUST: those who may delay a finalisation; nobody can price a finalised ticket again or stop its claim.
/// INVARIANTS: QUE-1, QUE-2, QUE-3, SLA-2.
/// ASSUMPTIONS: those of `Finalization`.
contract WithdrawalQueue is Finalization {
    using WithdrawalCheckpoints for WithdrawalCheckpoints.Trace;
    using WithdrawalCheckpoints for Checkpoint;

    /// @notice The least request: 0.0001 shares, in 1e-9 shares.
    uint256 public constant MIN_REQUEST = 1e5;
    /// @notice The longest cooldown, in seconds.
    uint256 public constant MAX_COOLDOWN = 30 days;
    /* IMMUTABLES */

    /// @notice The shortest cooldown, in seconds.
    uint256 public immutable minCooldown;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        uint256 minCooldown_,
        uint256 cooldown_
    ) Finalization(authority_, ledger_) {
        minCooldown = minCooldown_;
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
    function cooldown() external view returns (uint256) {
        return _cooldown;
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
        _mintTicket(owner, id, readyAt, upTo);
        emit Requested(id, owner, shares * GRAIN, readyAt);
    }

    /// @dev The ledger calls nobody; it reverts all of the above if the caller has too few shares.
    function _take(uint256 lastId, uint256 shares) private {
        _lastTicketId = uint40(lastId);
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

    function _pay(address recipient, uint256 amount) private {
        // the ledger would take it as a stake of the queue, whose shares no ticket stands for
        require(
            recipient != address(0) && recipient != address(this) && recipient != address(ledger),
            WrongRecipient(recipient)
        );
        (bool sent, ) = recipient.call{value: amount}("");
        require(sent, EtherRefused(recipient));
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
