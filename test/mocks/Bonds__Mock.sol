// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOperatorBonds} from "../../contracts/interfaces/IAllocationSources.sol";

/// @notice Bonds and capacities as they are told; a capacity is read through three slots, as a real one is.
contract Bonds__Mock is IOperatorBonds {
    mapping(uint256 operatorId => uint256) public bondOf;
    mapping(uint256 operatorId => uint256) private _capacities;
    mapping(uint256 operatorId => uint256) private _locked;
    uint256 private _rate = 1;

    function set(uint256 operatorId, uint256 shares, uint256 capacityEth) external {
        bondOf[operatorId] = shares;
        _capacities[operatorId] = capacityEth;
    }

    function capacityOf(uint256 operatorId) external view returns (uint256) {
        return (_capacities[operatorId] - _locked[operatorId]) * _rate;
    }
}
