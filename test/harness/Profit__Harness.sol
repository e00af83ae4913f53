// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Profit} from "../../contracts/types/Profit.sol";

/// @notice Profit behind a call, so that its reverts can be expected.
contract Profit__Harness {
    function grow(Profit p, int256 change, int256 amount) external pure returns (Profit) {
        return p.grow(change, amount);
    }
}
