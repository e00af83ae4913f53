// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOperatorRegistry} from "../../contracts/interfaces/IOperatorRegistry.sol";

/// @notice Operators that stand as they are told. It answers what the allocator asks of an `IOperatorRegistry`.
contract Operators__Mock {
    uint256 public count;
    mapping(uint256 operatorId => IOperatorRegistry.Standing) public standingOf;
    mapping(uint256 operatorId => address) public managerOf;
    mapping(uint256 operatorId => bytes32) public lastReason;

    function add(address manager) external returns (uint256 operatorId) {
        operatorId = ++count;
        managerOf[operatorId] = manager;
    }

    /// @notice More operators, who have no managers.
    function addMany(uint256 operatorCount) external {
        count += operatorCount;
    }

    function setStanding(uint256 operatorId, IOperatorRegistry.Standing standing) external {
        standingOf[operatorId] = standing;
    }

    function setManager(uint256 operatorId, address manager) external {
        managerOf[operatorId] = manager;
    }

    function demote(uint256 operatorId, bytes32 reason) external {
        standingOf[operatorId] = IOperatorRegistry.Standing(uint8(standingOf[operatorId]) + 1);
        lastReason[operatorId] = reason;
    }
}
