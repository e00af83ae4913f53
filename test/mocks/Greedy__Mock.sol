// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AsyncRedeemer} from "../../contracts/withdrawals/AsyncRedeemer.sol";

/// @notice A controller that asks for more as long as it is paid.
contract Greedy__Mock {
    AsyncRedeemer private immutable redeemer;
    bool public refused;

    constructor(AsyncRedeemer redeemer_) {
        redeemer = redeemer_;
    }

    function take(uint256 shares) external {
        redeemer.redeem(shares, address(this), address(this));
    }

    receive() external payable {
        try redeemer.redeem(1 ether, address(this), address(this)) {} catch {
            refused = true;
        }
    }
}
