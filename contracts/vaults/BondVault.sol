// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuthority} from "../interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IWrappedStakedEther} from "../interfaces/IWrappedStakedEther.sol";
import {BondClaims} from "./BondClaims.sol";
import {FaultLocks} from "./FaultLocks.sol";
import {HeldBonds} from "./HeldBonds.sol";
import {OperatorBonds} from "./OperatorBonds.sol";
import {OverdueLocks} from "./OverdueLocks.sol";

/// @title BondVault
/// @notice Holds operators' bonds and lets go of them only as far as no stake and no fault needs them.
/// TRUST: that of its parts: claims, and locks for faults of validators, overdue predeposits and contested claims.
/// INVARIANTS: BND-1, BND-2, BND-3, SLA-1.
/// ASSUMPTIONS: shares that come here in any other way than by a deposit belong to no bond, and stay here.
contract BondVault is BondClaims, FaultLocks, OverdueLocks, HeldBonds {
    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IWrappedStakedEther wrapper_,
        IOperatorRegistry operators,
        IValidatorRegistry validators,
        uint256 ratioBp,
        uint256 curatedRatioBp,
        uint256 delay
    )
        OperatorBonds(authority_, ledger_, wrapper_, operators, validators, ratioBp, curatedRatioBp)
        BondClaims(delay)
    {}
}
