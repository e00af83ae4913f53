// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";

/// @notice Stake of operators as it is told, and its sum. It answers what the allocator asks of an `IValidatorRegistry`.
contract Stakes__Mock {
    mapping(uint256 operatorId => uint64) private _eth;
    uint256 public totalStake;

    function set(uint256 operatorId, uint256 eth) external {
        totalStake = totalStake - _eth[operatorId] + eth;
        _eth[operatorId] = uint64(eth);
    }

    function stakeOf(uint256 operatorId) external view returns (IValidatorRegistry.Stake memory stake) {
        stake.eth = _eth[operatorId];
    }
}
