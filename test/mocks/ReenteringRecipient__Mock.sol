// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInstantExit} from "../../contracts/interfaces/IInstantExit.sol";
import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";

/// @notice Leaves at once, and once more while it is being paid; remembers what it saw on the way.
contract ReenteringRecipient__Mock {
    IInstantExit private immutable _exit;
    IStakedEther private immutable _ledger;

    uint256 private _amount;
    /// @notice Payments that have ended.
    uint256 public depth;
    /// @notice What the bucket held, and could hold, in each payment, the first one first.
    uint256[2] public usedInside;
    uint256[2] public capacityInside;
    /// @notice Shares of the contract that pays.
    uint256[2] public heldInside;
    /// @notice Wei per 1e18 shares.
    uint256[2] public rateInside;

    constructor(IInstantExit exit_, IStakedEther ledger_) {
        (_exit, _ledger) = (exit_, ledger_);
        ledger_.approve(address(exit_), type(uint256).max);
    }

    function exit(uint256 amount) external {
        _amount = amount;
        _exit.exit(amount, 0, address(this));
    }

    receive() external payable {
        uint256 at = depth++;
        (usedInside[at], capacityInside[at]) = _exit.bucket();
        heldInside[at] = _ledger.sharesOf(address(_exit));
        rateInside[at] = _ledger.getPooledEthByShares(1e18);
        if (at == 0) _exit.exit(_amount, 0, address(this));
    }
}
