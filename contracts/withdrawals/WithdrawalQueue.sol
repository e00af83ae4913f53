// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuthority} from "../interfaces/IAuthority.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {IWrappedStakedEther} from "../interfaces/IWrappedStakedEther.sol";
import {TicketMetadata} from "../libraries/TicketMetadata.sol";
import {Checkpoint, WithdrawalCheckpoints} from "../libraries/WithdrawalCheckpoints.sol";
import {WithdrawalRequests} from "./WithdrawalRequests.sol";

/// @title WithdrawalQueue
/// @notice The way out: requests (`WithdrawalRequests`), their finalisation in order (`Finalization`), and here claims. A
/// ticket is a token (`TicketToken`).
/// TRUST: those who may delay a finalisation; nobody can price a finalised ticket again or stop its claim.
/// INVARIANTS: QUE-1, QUE-2, QUE-3, SLA-2.
/// ASSUMPTIONS: those of `Finalization`.
contract WithdrawalQueue is WithdrawalRequests {
    using WithdrawalCheckpoints for WithdrawalCheckpoints.Trace;
    using WithdrawalCheckpoints for Checkpoint;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IWrappedStakedEther wrapper_,
        uint256 maxRequest_,
        uint256 minCooldown_,
        uint256 cooldown_
    ) WithdrawalRequests(authority_, ledger_, wrapper_, maxRequest_, minCooldown_, cooldown_) {}

    /* CLAIMS */

    /// @inheritdoc IWithdrawalQueue
    function claim(uint256 ticketId) external returns (uint256 amount) {
        (, uint256 upTo, uint256 from) = _known(ticketId);
        address owner = _ownerOf(ticketId);
        amount = _settle(ticketId, owner, _find(ticketId, upTo), from, upTo);
        _pay(owner, amount);
    }

    /// @inheritdoc IWithdrawalQueue
    function claimTo(uint256 ticketId, address recipient, uint256 hint) external returns (uint256 amount) {
        (, uint256 upTo, uint256 from) = _known(ticketId);
        amount = _settle(ticketId, recipient, hint, from, upTo);
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
        for (uint256 i = 0; i < ticketIds.length; ++i) {
            (, uint256 upTo, uint256 from) = _known(ticketIds[i]);
            amount += _settle(ticketIds[i], recipient, hints[i], from, upTo);
        }
        _pay(recipient, amount);
    }

    /// @inheritdoc IWithdrawalQueue
    function acceptClaims(bool accepted) external {
        _setAux(msg.sender, accepted ? 1 : 0);
        emit ClaimsAccepted(msg.sender, accepted);
    }

    /* VIEWS */

    /// @inheritdoc IWithdrawalQueue
    function acceptsClaims(address owner) public view returns (bool) {
        bytes memory code = owner.code;
        // an account with a key may name a contract to act for it (EIP-7702), and keeps its key
        return code.length == 0 || (code.length == 23 && bytes3(code) == 0xef0100) || _getAux(owner) != 0;
    }

    /// @inheritdoc IWithdrawalQueue
    function ticket(uint256 ticketId) public view returns (Ticket memory) {
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
    function placeOf(uint256 ticketId) external view returns (uint256 from, uint256 upTo) {
        (, upTo, from) = _known(ticketId);
    }

    /// @inheritdoc IWithdrawalQueue
    function claimable(uint256 ticketId) public view returns (uint256) {
        (, uint256 upTo, uint256 from) = _known(ticketId);
        (, uint256 amount) = _checkpoints.valueIn(_find(ticketId, upTo), from, upTo);
        return _ownerOf(ticketId) == address(0) ? 0 : amount;
    }

    /// @inheritdoc IWithdrawalQueue
    function findCheckpoint(uint256 ticketId) external view returns (uint256 index) {
        (, uint256 upTo, ) = _known(ticketId);
        index = _find(ticketId, upTo);
    }

    /// @notice ERC-721 metadata, as a data URI. Reverts for a ticket that is unknown or was claimed.
    function tokenURI(uint256 ticketId) public view override returns (string memory) {
        Ticket memory t = ticket(ticketId);
        require(!t.claimed, TicketClaimed(ticketId));
        string memory state = block.timestamp < t.readyAt ? "Cooling down" : "Waiting for ether";
        if (t.finalized) state = "Finalised";
        return
            TicketMetadata.uri(
                TicketMetadata.Facts({
                    ticketId: ticketId,
                    state: state,
                    shares: t.shares,
                    readyAt: t.readyAt,
                    claimable: t.finalized ? claimable(ticketId) : 0,
                    value: t.finalized ? 0 : ledger.getPooledEthByShares(t.shares)
                })
            );
    }

    /* INTERNAL */

    function _find(uint256 ticketId, uint256 upTo) private view returns (uint256 index) {
        uint256 count = _checkpointCount;
        index = _checkpoints.find(upTo, count);
        require(index <= count, TicketNotFinalized(ticketId));
    }

    /// @dev Takes a finalised ticket away from its owner; returns what it pays.
    function _settle(
        uint256 ticketId,
        address recipient,
        uint256 hint,
        uint256 from,
        uint256 upTo
    ) private returns (uint256 amount) {
        address owner = _ownerOf(ticketId);
        require(owner != address(0), TicketClaimed(ticketId));
        require(
            msg.sender == owner ||
                (recipient == owner && acceptsClaims(owner)) ||
                _isApprovedOrOwner(msg.sender, ticketId),
            NotTicketOwner(ticketId, msg.sender)
        );
        bool held;
        (held, amount) = _checkpoints.valueIn(hint, from, upTo);
        require(held, WrongHint(ticketId, hint));
        _burn(ticketId);
        emit Claimed(ticketId, recipient, amount);
    }

    function _pay(address recipient, uint256 amount) private {
        // the ledger would take it as a stake of the queue, whose shares no ticket stands for; the wrapper, too
        require(
            recipient != address(0) &&
                recipient != address(this) &&
                recipient != address(ledger) &&
                recipient != address(wrapper),
            WrongRecipient(recipient)
        );
        (bool sent, ) = recipient.call{value: amount}("");
        require(sent, EtherRefused(recipient));
    }
}
