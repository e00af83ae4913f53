// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuthority} from "../interfaces/IAuthority.sol";
import {EtherVault} from "./EtherVault.sol";

/// @title WithdrawalVault
/// @notice The withdrawal credentials of all our validators: the beacon chain's withdrawals are credited here, without
/// a call (EIP-4895). It takes no other ether.
/// TRUST, INVARIANTS, ASSUMPTIONS: those of `EtherVault`.
contract WithdrawalVault is EtherVault {
    constructor(IAuthority authority_) EtherVault(authority_) {}
}
