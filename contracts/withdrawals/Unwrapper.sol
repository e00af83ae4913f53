// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Unwrapper
/// @notice Where wkETH turns into kETH on its way to the queue, whose own account takes only what it brings in itself.
/// TRUST: who made it may take all it has; it has nothing between two calls, but for what somebody sends by mistake.
/// INVARIANTS: QUE-1.
/// ASSUMPTIONS: its maker moves out what it let come in, in the same call.
contract Unwrapper {
    constructor(IERC20 ledger) {
        ledger.approve(msg.sender, type(uint256).max);
    }
}
