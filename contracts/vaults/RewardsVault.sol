// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuthority} from "../interfaces/IAuthority.sol";
import {EtherVault} from "./EtherVault.sol";

/// @title RewardsVault
/// @notice The fee recipient of our validators' blocks: priority fees are credited to it, builders pay it by transfer.
/// TRUST, INVARIANTS, ASSUMPTIONS: those of `EtherVault`.
contract RewardsVault is EtherVault {
    constructor(IAuthority authority_) EtherVault(authority_) {}

    /// @notice Takes what block builders pay.
    receive() external payable {}
}
