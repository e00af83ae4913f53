// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {TicketMetadata} from "../../../contracts/libraries/TicketMetadata.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice The document of a ticket, read by another parser.
contract TicketMetadataTest is KedgeTest {
    function test_json_IsADocumentWithAllAttributes() public pure {
        string memory json = TicketMetadata.json(facts());
        assertEq(vm.parseJsonString(json, "$.name"), "Kedge Withdrawal Ticket 12", "name");
        assertEq(vm.parseJsonString(json, "$.attributes[0].trait_type"), "State", "state");
        assertEq(vm.parseJsonString(json, "$.attributes[0].value"), "Finalised", "its value");
        assertEq(vm.parseJsonString(json, "$.attributes[1].trait_type"), "Shares", "shares");
        assertEq(vm.parseJsonString(json, "$.attributes[1].value"), "32.000000001000000000", "their value");
        assertEq(vm.parseJsonString(json, "$.attributes[2].trait_type"), "Ready", "ready");
        assertEq(vm.parseJsonString(json, "$.attributes[2].display_type"), "date", "as a date");
        assertEq(vm.parseJsonUint(json, "$.attributes[2].value"), 1_700_000_000, "its value");
        assertEq(vm.parseJsonString(json, "$.attributes[3].trait_type"), "Claimable", "claimable");
        assertEq(vm.parseJsonString(json, "$.attributes[3].value"), "0.000000000000000001", "its value");
        assertEq(vm.parseJsonString(json, "$.attributes[4].trait_type"), "Value now", "value");
        assertEq(vm.parseJsonString(json, "$.attributes[4].value"), "0.000000000000000000", "its value");
    }

    function test_uri_IsTheDocumentInBase64() public pure {
        TicketMetadata.Facts memory f = facts();
        string memory encoded = Base64.encode(bytes(TicketMetadata.json(f)));
        assertEq(TicketMetadata.uri(f), string.concat("data:application/json;base64,", encoded), "uri");
    }

    function testFuzz_decimal_ReadsBack(uint128 amount) public pure {
        bytes memory text = bytes(TicketMetadata.decimal(amount));
        uint256 value = 0;
        for (uint256 i = 0; i < text.length; ++i) {
            if (i == text.length - 19) assertEq(uint8(text[i]), uint8(bytes1(".")), "the point");
            else value = value * 10 + uint8(text[i]) - 48;
        }
        assertEq(value, amount, "the digits");
    }

    function facts() private pure returns (TicketMetadata.Facts memory) {
        return
            TicketMetadata.Facts({
                ticketId: 12,
                state: "Finalised",
                shares: 32 ether + 1e9,
                readyAt: 1_700_000_000,
                claimable: 1,
                value: 0
            });
    }
}
