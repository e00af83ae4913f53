// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFreeEther} from "../../contracts/interfaces/IAllocationSources.sol";

/// @notice Free ether as it is told, in wei.
contract FreeEther__Mock is IFreeEther {
    uint256 public freeBuffer;

    function set(uint256 amount) external {
        freeBuffer = amount;
    }
}
