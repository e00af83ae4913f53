// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

/// @notice Past votes as they are told for each time. Only getPastVotes answers.
contract Votes__Mock is IVotes {
    error FutureLookup(uint256 timepoint, uint48 clock);
    error NotAsked();

    mapping(address account => mapping(uint256 time => uint256)) private _votes;

    function set(address account, uint256 time, uint256 votes) external {
        _votes[account][time] = votes;
    }

    function getPastVotes(address account, uint256 timepoint) external view returns (uint256) {
        require(timepoint < block.timestamp, FutureLookup(timepoint, uint48(block.timestamp)));
        return _votes[account][timepoint];
    }

    function getVotes(address) external pure returns (uint256) {
        revert NotAsked();
    }

    function getPastTotalSupply(uint256) external pure returns (uint256) {
        revert NotAsked();
    }

    function delegates(address) external pure returns (address) {
        revert NotAsked();
    }

    function delegate(address) external pure {
        revert NotAsked();
    }

    function delegateBySig(address, uint256, uint256, uint8, bytes32, bytes32) external pure {
        revert NotAsked();
    }
}
