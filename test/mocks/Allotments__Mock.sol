// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice An allocator that has drawn as much stake for everyone as they spend.
contract Allotments__Mock {
    function spend(uint256, uint256) external {}
}
