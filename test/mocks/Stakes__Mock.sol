// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOperatorStakes} from "../../contracts/interfaces/IAllocationSources.sol";

/// @notice Stake of operators as it is told, and its sum.
contract Stakes__Mock is IOperatorStakes {
    mapping(uint256 operatorId => uint256) public stakeOf;
    uint256 public totalStake;

    function set(uint256 operatorId, uint256 eth) external {
        totalStake = totalStake - stakeOf[operatorId] + eth;
        stakeOf[operatorId] = eth;
    }
}
