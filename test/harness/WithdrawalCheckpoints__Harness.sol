// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WithdrawalCheckpoints} from "../../contracts/libraries/WithdrawalCheckpoints.sol";

/// @notice The library with its trace in reach.
contract WithdrawalCheckpoints__Harness {
    using WithdrawalCheckpoints for WithdrawalCheckpoints.Trace;

    WithdrawalCheckpoints.Trace private _trace;
    uint256 public count;

    function push(uint64 shares, uint128 amount) external {
        _trace.list[++count] = WithdrawalCheckpoints.pack(shares, 0, amount);
    }

    function find(uint256 shares) external view returns (uint256) {
        return _trace.find(shares, count);
    }

    function valueIn(
        uint256 index,
        uint256 from,
        uint256 upTo
    ) external view returns (bool held, uint256 amount) {
        return _trace.valueIn(index, from, upTo);
    }
}
