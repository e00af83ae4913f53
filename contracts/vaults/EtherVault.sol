// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IEtherVault} from "../interfaces/IEtherVault.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";

/// @title EtherVault
/// @notice Holds ether and gives it to the ledger alone.
/// TRUST: the holder of `LEDGER`, which is frozen when the deployment is handed over.
/// INVARIANTS: POOL-2.
/// ASSUMPTIONS: ether may arrive at any time and by any means; nothing here depends on an exact balance.
abstract contract EtherVault is IEtherVault, Guarded {
    /* CONSTRUCTOR */

    constructor(IAuthority authority_) Guarded(authority_) {}

    /* LEDGER */

    /// @inheritdoc IEtherVault
    function sweep(uint256 amount) external onlyRole(Roles.LEDGER) {
        require(amount <= address(this).balance, InsufficientEther(address(this).balance, amount));
        IStakedEther(msg.sender).receiveSwept{value: amount}();
    }
}
