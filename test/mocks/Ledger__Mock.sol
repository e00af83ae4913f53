// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Votes__Mock} from "./Votes__Mock.sol";

/// @notice What the allocator asks of the ledger: past votes, times of the last three reports, and balances as they are
/// told.
contract Ledger__Mock is Votes__Mock {
    uint256[3] private _times;
    mapping(address account => uint256) public balanceOf;

    function applied(uint256 time) external {
        _times = [time, _times[0], _times[1]];
    }

    function setBalance(address account, uint256 amount) external {
        balanceOf[account] = amount;
    }

    function reportTimes() external view returns (uint256[3] memory) {
        return _times;
    }
}
