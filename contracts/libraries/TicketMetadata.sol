// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "solady/src/utils/Base64.sol";
import {LibString} from "solady/src/utils/LibString.sol";

/// @title TicketMetadata
/// @notice What a wallet shows of a ticket: a JSON document in a data URI, made on chain.
library TicketMetadata {
    using LibString for uint256;

    /// @param ticketId Number of the ticket.
    /// @param state One word for where it stands.
    /// @param shares Its shares (18 decimals).
    /// @param readyAt When its cooldown ends, seconds since 1970.
    /// @param claimable Wei that a claim pays; 0 until it is finalised.
    /// @param value Wei that its shares are worth now, at the rate of the pool; 0 when it is finalised.
    struct Facts {
        uint256 ticketId;
        string state;
        uint256 shares;
        uint256 readyAt;
        uint256 claimable;
        uint256 value;
    }

    /// @notice The data URI. No text in it comes from outside, so nothing is to be escaped.
    function uri(Facts memory f) internal pure returns (string memory) {
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json(f))));
    }

    /// @notice The document itself.
    function json(Facts memory f) internal pure returns (string memory) {
        return
            string.concat(
                '{"name":"Kedge Withdrawal Ticket ',
                f.ticketId.toString(),
                '","description":"A request to withdraw staked ether from Kedge. Whoever owns it claims the ether when it '
                'is finalised. Values are in ether.","attributes":[{"trait_type":"State","value":"',
                f.state,
                '"},',
                _number("Shares", f.shares),
                ',{"display_type":"date","trait_type":"Ready","value":',
                f.readyAt.toString(),
                "},",
                _number("Claimable", f.claimable),
                ",",
                _number("Value now", f.value),
                "]}"
            );
    }

    /// @dev An attribute with 18 decimals, as text: a number of JSON would lose digits in most readers.
    function _number(string memory name, uint256 amount) private pure returns (string memory) {
        return string.concat('{"trait_type":"', name, '","value":"', decimal(amount), '"}');
    }

    /// @notice `amount` with 18 decimals, all of them.
    function decimal(uint256 amount) internal pure returns (string memory) {
        string memory fraction = (amount % 1e18).toString();
        return
            string.concat(
                (amount / 1e18).toString(),
                ".",
                LibString.repeat("0", 18 - bytes(fraction).length),
                fraction
            );
    }
}
