// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../access/Guarded.sol";
import {IAccounting} from "../interfaces/IAccounting.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IExitController} from "../interfaces/IExitController.sol";
import {IExitWindowTimelock} from "../interfaces/IExitWindowTimelock.sol";
import {IInsuranceReserve} from "../interfaces/IInsuranceReserve.sol";
import {IKeeperJobs} from "../interfaces/IKeeperJobs.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IRandomnessSource} from "../interfaces/IRandomnessSource.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {IStakeAllocator} from "../interfaces/IStakeAllocator.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IUpkeepAdapter} from "../interfaces/IUpkeepAdapter.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";

/// @title UpkeepContracts
/// @notice Mixin of the upkeep: whom it calls and asks, for ever. Another brain takes another adapter.
/// TRUST: none. INVARIANTS: none. ASSUMPTIONS: they are of one deployment.
abstract contract UpkeepContracts is IUpkeepAdapter {
    /* IMMUTABLES */

    /// @notice Who holds which role.
    IAuthority public immutable authority;
    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice Where tickets wait.
    IWithdrawalQueue public immutable withdrawalQueue;
    /// @notice What collects the vaults.
    IAccounting public immutable accounting;
    /// @notice What knows of a deficit.
    IExitController public immutable exitController;
    /// @notice What pays for finalising.
    IKeeperJobs public immutable keeperJobs;
    /// @notice Where decisions wait.
    IExitWindowTimelock public immutable timelock;
    /// @notice What draws.
    IStakeAllocator public immutable stakeAllocator;
    /// @notice Where its seeds come from.
    IRandomnessSource public immutable randomness;
    /// @notice Who the operators are.
    IOperatorRegistry public immutable operatorRegistry;
    /// @notice What they run.
    IValidatorRegistry public immutable validatorRegistry;
    /// @notice Their bonds.
    IBondVault public immutable bondVault;
    /// @notice Where fees wait.
    IRewardDistributor public immutable rewardDistributor;
    /// @notice What covers losses.
    IInsuranceReserve public immutable insuranceReserve;

    /* CONSTRUCTOR */

    constructor(Contracts memory c) {
        // all that is not asked for something below, or by who uses it
        require(
            address(c.authority) != address(0) &&
                address(c.accounting) != address(0) &&
                address(c.randomness) != address(0) &&
                address(c.operatorRegistry) != address(0) &&
                address(c.validatorRegistry) != address(0) &&
                address(c.bondVault) != address(0) &&
                address(c.rewardDistributor) != address(0) &&
                address(c.insuranceReserve) != address(0),
            Guarded.ZeroAddress()
        );
        authority = c.authority;
        ledger = c.ledger;
        withdrawalQueue = c.withdrawalQueue;
        accounting = c.accounting;
        exitController = c.exitController;
        keeperJobs = c.keeperJobs;
        timelock = c.timelock;
        stakeAllocator = c.stakeAllocator;
        randomness = c.randomness;
        operatorRegistry = c.operatorRegistry;
        validatorRegistry = c.validatorRegistry;
        bondVault = c.bondVault;
        rewardDistributor = c.rewardDistributor;
        insuranceReserve = c.insuranceReserve;
    }

    /* INTERNAL */

    /// @dev Ether of the ledger that no ticket asks for, in whole ETH, as the allocator counts it.
    function _freeEth() internal view returns (uint256) {
        uint256 held = address(ledger).balance;
        uint256 asked = ledger.balanceOf(address(withdrawalQueue));
        return held > asked ? (held - asked) / 1 ether : 0;
    }
}
