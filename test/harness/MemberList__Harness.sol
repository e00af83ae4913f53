// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MemberList} from "../../contracts/libraries/MemberList.sol";

/// @notice One list of members, stored anew at every change as the committee does.
contract MemberList__Harness {
    using MemberList for bytes;

    address public stored = MemberList.store(MemberList.empty());

    function set(address member, uint32 weight) external {
        stored = MemberList.store(MemberList.load(stored).set(member, weight));
    }

    function count() external view returns (uint256) {
        return MemberList.load(stored).count();
    }

    function total() external view returns (uint256) {
        return MemberList.load(stored).total();
    }

    function at(uint256 i) external view returns (address member, uint256 weight) {
        return MemberList.load(stored).at(i);
    }

    function find(address member, uint256 start) external view returns (uint256 place, uint256 weight) {
        return MemberList.load(stored).find(member, start);
    }

    function weightOf(address member) external view returns (uint256) {
        return MemberList.load(stored).weightOf(member);
    }
}
