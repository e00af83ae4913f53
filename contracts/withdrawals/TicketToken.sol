// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "solady/src/tokens/ERC721.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";

/// @title TicketToken
/// @notice Mixin of the queue: a ticket as a token (ERC-721), and what its one slot tells of its place in the line.
/// TRUST: nobody; a ticket moves by its owner alone, and by those who its owner approved.
/// INVARIANTS: QUE-3.
/// ASSUMPTIONS: ids are given out one after the other, each once.
abstract contract TicketToken is IWithdrawalQueue, ERC721 {
    // A ticket is one slot, in ERC721: owner (20) + ready time (4) + cumulative shares up to and with it (8) = 32.
    // The last two outlive its claim: the next ticket is measured against them.

    /// @dev Interface of ERC-4906, which has events alone.
    bytes4 private constant METADATA_UPDATES = 0x49064906;

    /* HOLDERS */

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

    /* VIEWS */

    /// @notice ERC-721 metadata.
    function name() public pure override returns (string memory) {
        return "Kedge Withdrawal Ticket";
    }

    /// @notice ERC-721 metadata.
    function symbol() public pure override returns (string memory) {
        return "kETH-W";
    }

    /// @notice ERC-165: ERC-721 with metadata, and ERC-4906.
    function supportsInterface(bytes4 id) public view override returns (bool) {
        return id == METADATA_UPDATES || super.supportsInterface(id);
    }

    /* INTERNAL */

    /// @dev Gives out a ticket with all shares up to and with it. Times fit 32 bits until 2106.
    function _mintTicket(address owner, uint256 ticketId, uint256 readyAt, uint256 upTo) internal {
        _mintAndSetExtraDataUnchecked(owner, ticketId, uint96((readyAt << 64) | upTo));
    }

    /// @dev Ready time and cumulative shares; zeros for ticket 0.
    function _ticket(uint256 ticketId) internal view returns (uint256 readyAt, uint256 upTo) {
        uint256 data = _getExtraData(ticketId);
        return (data >> 64, uint64(data));
    }

    /// @dev Ready time, and the stretch of cumulative shares that is the ticket's.
    function _known(uint256 ticketId) internal view returns (uint256 readyAt, uint256 upTo, uint256 from) {
        (readyAt, upTo) = _ticket(ticketId);
        require(upTo > 0, TicketUnknown(ticketId));
        (, from) = _ticket(ticketId - 1);
    }
}
