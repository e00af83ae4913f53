// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SSTORE2} from "solady/src/utils/SSTORE2.sol";

/// @title MemberList
/// @notice Members of a committee with their weights, as one sorted list in the code of a data contract: reading all of
/// it costs little more than one slot. Entries are `address (20 bytes) | weight (4 bytes)`, ascending by address, behind
/// the total of all weights (4 bytes).
library MemberList {
    uint256 private constant HEAD = 4;
    uint256 private constant ENTRY = 24;

    /// @notice The list without members.
    function empty() internal pure returns (bytes memory) {
        return new bytes(HEAD);
    }

    /// @notice Stores a list; it never changes. Returns where.
    function store(bytes memory list) internal returns (address) {
        return SSTORE2.write(list);
    }

    /// @notice Reads a list.
    function load(address list) internal view returns (bytes memory) {
        return SSTORE2.read(list);
    }

    function count(bytes memory list) internal pure returns (uint256) {
        return (list.length - HEAD) / ENTRY;
    }

    function total(bytes memory list) internal pure returns (uint256) {
        return uint32(bytes4(_word(list, 0)));
    }

    /// @notice Member `i` and its weight.
    function at(bytes memory list, uint256 i) internal pure returns (address member, uint256 weight) {
        bytes32 entry = _word(list, HEAD + i * ENTRY);
        return (address(bytes20(entry)), uint32(uint256(entry) >> 64));
    }

    /// @notice Place and weight of `member`, sought from place `start` on; weight 0 if it is not there, with the place of
    /// the first member above it, or `count`.
    function find(
        bytes memory list,
        address member,
        uint256 start
    ) internal pure returns (uint256 place, uint256 weight) {
        // entries begin with the address, so they compare like addresses; what is read behind each counts for less
        assembly ("memory-safe") {
            let key := shl(96, member)
            let first := add(list, add(0x20, HEAD))
            let end := add(add(list, 0x20), mload(list))
            let entry := 0
            let at_ := add(first, mul(start, ENTRY))
            for {} lt(at_, end) {
                at_ := add(at_, ENTRY)
            } {
                entry := mload(at_)
                if iszero(lt(entry, key)) {
                    if eq(shr(96, entry), shr(96, key)) {
                        weight := and(shr(64, entry), 0xffffffff)
                    }
                    break
                }
            }
            place := div(sub(at_, first), ENTRY)
        }
    }

    /// @notice The weight of `member`, 0 if it is none.
    function weightOf(bytes memory list, address member) internal pure returns (uint256 weight) {
        (, weight) = find(list, member, 0);
    }

    /// @notice The list with another weight for `member`; 0 leaves it out.
    function set(
        bytes memory list,
        address member,
        uint32 weight
    ) internal pure returns (bytes memory changed) {
        uint256 size = count(list);
        changed = "";
        uint256 sum = weight;
        bool placed = weight == 0;
        for (uint256 i = 0; i < size; ++i) {
            (address other, uint256 otherWeight) = at(list, i);
            if (other == member) continue;
            if (!placed && other > member) {
                changed = abi.encodePacked(changed, member, weight);
                placed = true;
            }
            // read from a list, where it has 32 bits
            changed = abi.encodePacked(changed, other, uint32(otherWeight));
            sum += otherWeight;
        }
        if (!placed) changed = abi.encodePacked(changed, member, weight);
        // at most 32 members of at most 1e6 each
        changed = abi.encodePacked(uint32(sum), changed);
    }

    /// @dev 32 bytes from `offset`; what lies behind the list's end is cut away by the callers' types.
    function _word(bytes memory list, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(list, 0x20), offset))
        }
    }
}
