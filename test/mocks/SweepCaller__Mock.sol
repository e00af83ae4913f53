// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEtherVault} from "../../contracts/interfaces/IEtherVault.sol";

/// @notice Stands for the ledger towards a vault.
contract SweepCaller__Mock {
    error Refused();

    uint256 public received;
    bool private _refusing;

    function sweep(IEtherVault vault, uint256 amount) external {
        vault.sweep(amount);
    }

    function refuse() external {
        _refusing = true;
    }

    function receiveSwept() external payable {
        require(!_refusing, Refused());
        received += msg.value;
    }
}
