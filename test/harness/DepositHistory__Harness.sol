// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DepositHistory} from "../../contracts/libraries/DepositHistory.sol";

/// @notice One history of deposits.
contract DepositHistory__Harness {
    using DepositHistory for DepositHistory.History;

    DepositHistory.History private _history;

    function add(uint32 frame, uint64 amountGwei) external returns (uint256 inFrame, uint256 sum) {
        return _history.add(frame, amountGwei);
    }

    function total() external view returns (uint256) {
        return _history.total();
    }

    function totalAt(uint256 frame) external view returns (uint256) {
        return _history.totalAt(frame);
    }
}
