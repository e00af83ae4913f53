// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Authority} from "../../contracts/access/Authority.sol";
import {EmergencyBrake} from "../../contracts/access/EmergencyBrake.sol";
import {PausableUntil} from "../../contracts/access/PausableUntil.sol";
import {ExitWindowTimelock} from "../../contracts/governance/ExitWindowTimelock.sol";
import {StakerGovernor} from "../../contracts/governance/StakerGovernor.sol";
import {IAccounting} from "../../contracts/interfaces/IAccounting.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {IBeaconDepositor} from "../../contracts/interfaces/IBeaconDepositor.sol";
import {IBeaconVerifier} from "../../contracts/interfaces/IBeaconVerifier.sol";
import {IBondVault} from "../../contracts/interfaces/IBondVault.sol";
import {ICommitteeBonds} from "../../contracts/interfaces/ICommitteeBonds.sol";
import {IDepositContract} from "../../contracts/interfaces/IDepositContract.sol";
import {IDutyJudge} from "../../contracts/interfaces/IDutyJudge.sol";
import {IEtherVault} from "../../contracts/interfaces/IEtherVault.sol";
import {IExitController} from "../../contracts/interfaces/IExitController.sol";
import {IExitWindowTimelock} from "../../contracts/interfaces/IExitWindowTimelock.sol";
import {IInsuranceReserve} from "../../contracts/interfaces/IInsuranceReserve.sol";
import {IInstantExit} from "../../contracts/interfaces/IInstantExit.sol";
import {IKeeperBudget} from "../../contracts/interfaces/IKeeperBudget.sol";
import {IMemberEvidence} from "../../contracts/interfaces/IMemberEvidence.sol";
import {IKeeperJobs} from "../../contracts/interfaces/IKeeperJobs.sol";
import {IOperatorRegistry} from "../../contracts/interfaces/IOperatorRegistry.sol";
import {IOracleCommittee} from "../../contracts/interfaces/IOracleCommittee.sol";
import {IProvenReports} from "../../contracts/interfaces/IProvenReports.sol";
import {IRewardDistributor} from "../../contracts/interfaces/IRewardDistributor.sol";
import {IReportLimits} from "../../contracts/interfaces/IReportLimits.sol";
import {IReportOracle} from "../../contracts/interfaces/IReportOracle.sol";
import {ISlashingOracle} from "../../contracts/interfaces/ISlashingOracle.sol";
import {IStakeAllocator} from "../../contracts/interfaces/IStakeAllocator.sol";
import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {IStakerGovernor} from "../../contracts/interfaces/IStakerGovernor.sol";
import {IUpkeepAdapter} from "../../contracts/interfaces/IUpkeepAdapter.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../../contracts/interfaces/IWithdrawalQueue.sol";
import {IWithdrawalVault} from "../../contracts/interfaces/IWithdrawalVault.sol";
import {IWrappedStakedEther} from "../../contracts/interfaces/IWrappedStakedEther.sol";
import {ProtocolLens} from "../../contracts/lens/ProtocolLens.sol";
import {KeeperJobs} from "../../contracts/keepers/KeeperJobs.sol";
import {UpkeepAdapter} from "../../contracts/keepers/UpkeepAdapter.sol";
import {BeaconDepositor} from "../../contracts/operators/BeaconDepositor.sol";
import {Consolidator} from "../../contracts/operators/Consolidator.sol";
import {OperatorRegistry} from "../../contracts/operators/OperatorRegistry.sol";
import {RandaoSource} from "../../contracts/operators/RandaoSource.sol";
import {StakeAllocator} from "../../contracts/operators/StakeAllocator.sol";
import {ValidatorRegistry} from "../../contracts/operators/ValidatorRegistry.sol";
import {BalanceCheckpoint} from "../../contracts/oracle/BalanceCheckpoint.sol";
import {BeaconLayouts} from "../../contracts/oracle/BeaconLayouts.sol";
import {BeaconVerifier} from "../../contracts/oracle/BeaconVerifier.sol";
import {DutyJudge} from "../../contracts/oracle/DutyJudge.sol";
import {MemberEvidence} from "../../contracts/oracle/MemberEvidence.sol";
import {OracleCommittee} from "../../contracts/oracle/OracleCommittee.sol";
import {ReportOracle} from "../../contracts/oracle/ReportOracle.sol";
import {SlashingOracle} from "../../contracts/oracle/SlashingOracle.sol";
import {WithheldRewards} from "../../contracts/oracle/WithheldRewards.sol";
import {StakedEther} from "../../contracts/token/StakedEther.sol";
import {WrappedStakedEther} from "../../contracts/token/WrappedStakedEther.sol";
import {BondVault} from "../../contracts/vaults/BondVault.sol";
import {CommitteeBonds} from "../../contracts/vaults/CommitteeBonds.sol";
import {InsuranceReserve} from "../../contracts/vaults/InsuranceReserve.sol";
import {KeeperBudget} from "../../contracts/vaults/KeeperBudget.sol";
import {RewardDistributor} from "../../contracts/vaults/RewardDistributor.sol";
import {RewardsVault} from "../../contracts/vaults/RewardsVault.sol";
import {WithdrawalVault} from "../../contracts/vaults/WithdrawalVault.sol";
import {AsyncRedeemer} from "../../contracts/withdrawals/AsyncRedeemer.sol";
import {ExitController} from "../../contracts/withdrawals/ExitController.sol";
import {InstantExit} from "../../contracts/withdrawals/InstantExit.sol";
import {WithdrawalQueue} from "../../contracts/withdrawals/WithdrawalQueue.sol";
import {Accounting__Harness} from "../harness/Accounting__Harness.sol";

/// @notice Makes the contracts that tests deploy, with their constructors' types checked by the compiler.
/// @dev A test that says `new` carries the whole code of what it makes, and is compiled with it; sixty tests that carried
/// the protocol were more than one run of the compiler could take. They call this contract instead, which alone does.
contract Factory {
    function newAccounting(
        IAuthority authority,
        IStakedEther ledger,
        IWithdrawalQueue queue,
        IRewardDistributor distributor,
        IAccounting.AccountingParameters calldata given,
        IReportLimits.Limits calldata limits
    ) external returns (Accounting__Harness) {
        return new Accounting__Harness(authority, ledger, queue, distributor, given, limits);
    }

    function newAsyncRedeemer(
        IWrappedStakedEther wrapper,
        IWithdrawalQueue queue
    ) external returns (AsyncRedeemer) {
        return new AsyncRedeemer(wrapper, queue);
    }

    function newAuthority(address admin) external returns (Authority) {
        return new Authority(admin);
    }

    function newBalanceCheckpoint(
        IBeaconVerifier verifier,
        IStakedEther ledger,
        IValidatorRegistry validators,
        address withdrawals,
        address rewards,
        IProvenReports reports,
        uint256 settleSeconds
    ) external returns (BalanceCheckpoint) {
        return
            new BalanceCheckpoint(verifier, ledger, validators, withdrawals, rewards, reports, settleSeconds);
    }

    function newBeaconDepositor(
        IAuthority authority,
        IStakedEther ledger,
        IValidatorRegistry registry,
        IOperatorRegistry operators,
        IWithdrawalQueue queue,
        IBondVault bonds,
        IStakeAllocator allocator,
        IBeaconDepositor.Parameters calldata p
    ) external returns (BeaconDepositor) {
        return new BeaconDepositor(authority, ledger, registry, operators, queue, bonds, allocator, p);
    }

    function newBeaconVerifier(
        BeaconLayouts.Network calldata n,
        BeaconLayouts.Layout[] calldata layouts
    ) external returns (BeaconVerifier) {
        return new BeaconVerifier(n, layouts);
    }

    function newBondVault(
        IAuthority authority,
        IStakedEther ledger,
        IWrappedStakedEther wrapper,
        IOperatorRegistry operators,
        IValidatorRegistry validators,
        uint256 ratioBp,
        uint256 curatedRatioBp,
        uint256 claimDelay
    ) external returns (BondVault) {
        return
            new BondVault(
                authority,
                ledger,
                wrapper,
                operators,
                validators,
                ratioBp,
                curatedRatioBp,
                claimDelay
            );
    }

    function newCommitteeBonds(IAuthority authority, IStakedEther ledger) external returns (CommitteeBonds) {
        return new CommitteeBonds(authority, ledger);
    }

    function newConsolidator(
        IBeaconVerifier verifier,
        IStakedEther ledger,
        IValidatorRegistry validators,
        IOperatorRegistry operators,
        IWithdrawalVault withdrawals,
        uint256 committeePeriod
    ) external returns (Consolidator) {
        return new Consolidator(verifier, ledger, validators, operators, withdrawals, committeePeriod);
    }

    function newDutyJudge(
        IRewardDistributor distributor,
        IOperatorRegistry operators,
        IStakedEther ledger,
        IDutyJudge.Parameters calldata p
    ) external returns (DutyJudge) {
        return new DutyJudge(distributor, operators, ledger, p);
    }

    function newExitController(
        IBeaconVerifier verifier,
        IStakedEther ledger,
        IValidatorRegistry validators,
        IOperatorRegistry operators,
        IWithdrawalQueue queue,
        IWithdrawalVault withdrawals,
        IEtherVault rewards,
        IKeeperBudget budget,
        IExitController.Parameters calldata p
    ) external returns (ExitController) {
        return
            new ExitController(
                verifier,
                ledger,
                validators,
                operators,
                queue,
                withdrawals,
                rewards,
                budget,
                p
            );
    }

    function newEmergencyBrake(
        IAuthority authority,
        IStakedEther ledger,
        PausableUntil depositor,
        PausableUntil queue,
        uint256 pauseSeconds
    ) external returns (EmergencyBrake) {
        return new EmergencyBrake(authority, ledger, depositor, queue, pauseSeconds);
    }

    function newExitWindowTimelock(
        IStakedEther ledger,
        IWithdrawalQueue queue,
        address appointer,
        IExitWindowTimelock.Parameters calldata p
    ) external returns (ExitWindowTimelock) {
        return new ExitWindowTimelock(ledger, queue, appointer, p);
    }

    function newInstantExit(
        IAuthority authority,
        IStakedEther ledger,
        IWrappedStakedEther wrapper,
        IWithdrawalQueue queue,
        IInstantExit.Parameters calldata p
    ) external returns (InstantExit) {
        return new InstantExit(authority, ledger, wrapper, queue, p);
    }

    function newInsuranceReserve(
        IAuthority authority,
        IStakedEther ledger,
        IBondVault bonds,
        uint256 delay
    ) external returns (InsuranceReserve) {
        return new InsuranceReserve(authority, ledger, bonds, delay);
    }

    function newKeeperBudget(
        IAuthority authority,
        IStakedEther ledger,
        uint256 perCall,
        uint256 perDay,
        IKeeperBudget.JobBudget[] calldata budgets
    ) external returns (KeeperBudget) {
        return new KeeperBudget(authority, ledger, perCall, perDay, budgets);
    }

    function newKeeperJobs(
        KeeperJobs.Contracts calldata contracts,
        IKeeperJobs.Parameters calldata p
    ) external returns (KeeperJobs) {
        return new KeeperJobs(contracts, p);
    }

    function newMemberEvidence(
        IMemberEvidence.Sources calldata sources,
        uint256 toleranceBp,
        uint256 floorGwei
    ) external returns (MemberEvidence) {
        return new MemberEvidence(sources, toleranceBp, floorGwei);
    }

    function newOperatorRegistry(IAuthority authority) external returns (OperatorRegistry) {
        return new OperatorRegistry(authority);
    }

    function newOracleCommittee(
        IAuthority authority,
        ICommitteeBonds bonds,
        uint256 genesisTime,
        uint256 secondsPerSlot,
        uint256 frameSeconds,
        uint256 minBond,
        IOracleCommittee.Seat[] calldata seats
    ) external returns (OracleCommittee) {
        return
            new OracleCommittee(authority, bonds, genesisTime, secondsPerSlot, frameSeconds, minBond, seats);
    }

    function newProtocolLens(
        IStakedEther ledger,
        IWithdrawalQueue queue,
        IExitController exits,
        address withdrawals,
        address rewards,
        uint256 epochSeconds
    ) external returns (ProtocolLens) {
        return new ProtocolLens(ledger, queue, exits, withdrawals, rewards, epochSeconds);
    }

    function newRandaoSource(
        IBeaconVerifier verifier,
        uint256 epochsBetween
    ) external returns (RandaoSource) {
        return new RandaoSource(verifier, epochsBetween);
    }

    function newReportOracle(
        IAuthority authority,
        IStakedEther ledger,
        IWithdrawalQueue queue,
        IRewardDistributor distributor,
        IOracleCommittee committee,
        IAccounting.AccountingParameters calldata accounting,
        IReportLimits.Limits calldata limits,
        IReportOracle.Parameters calldata p
    ) external returns (ReportOracle) {
        return new ReportOracle(authority, ledger, queue, distributor, committee, accounting, limits, p);
    }

    function newRewardDistributor(
        IAuthority authority,
        IStakedEther ledger,
        IOperatorRegistry operators,
        IInsuranceReserve reserve,
        IKeeperBudget budget,
        address treasury,
        IRewardDistributor.Parts calldata parts
    ) external returns (RewardDistributor) {
        return new RewardDistributor(authority, ledger, operators, reserve, budget, treasury, parts);
    }

    function newRewardsVault(IAuthority authority) external returns (RewardsVault) {
        return new RewardsVault(authority);
    }

    function newSlashingOracle(
        IBeaconVerifier verifier,
        IStakedEther ledger,
        IValidatorRegistry validators,
        IOperatorRegistry operators,
        IBondVault bonds,
        IWithdrawalQueue queue,
        ISlashingOracle.Parameters calldata p
    ) external returns (SlashingOracle) {
        return new SlashingOracle(verifier, ledger, validators, operators, bonds, queue, p);
    }

    function newStakeAllocator(
        IAuthority authority,
        IStakeAllocator.Sources calldata sources,
        IStakeAllocator.Parameters calldata first
    ) external returns (StakeAllocator) {
        return new StakeAllocator(authority, sources, first);
    }

    function newStakedEther(
        IAuthority authority,
        IDepositContract depositContract,
        IValidatorRegistry registry,
        IEtherVault withdrawals,
        IEtherVault rewards,
        IStakedEther.Parameters calldata p
    ) external payable returns (StakedEther) {
        return
            new StakedEther{value: msg.value}(authority, depositContract, registry, withdrawals, rewards, p);
    }

    function newStakerGovernor(
        IStakedEther ledger,
        IWrappedStakedEther wrapper,
        TimelockController timelock,
        IStakerGovernor.Parameters calldata first
    ) external returns (StakerGovernor) {
        return new StakerGovernor(ledger, wrapper, timelock, first);
    }

    function newUpkeepAdapter(IUpkeepAdapter.Contracts calldata contracts) external returns (UpkeepAdapter) {
        return new UpkeepAdapter(contracts);
    }

    function newValidatorRegistry(
        IAuthority authority,
        IOperatorRegistry operators,
        uint256 deadline
    ) external returns (ValidatorRegistry) {
        return new ValidatorRegistry(authority, operators, deadline);
    }

    function newWithdrawalQueue(
        IAuthority authority,
        IStakedEther ledger,
        IWrappedStakedEther wrapper,
        uint256 maxRequest,
        uint256 minCooldown,
        uint256 cooldown
    ) external returns (WithdrawalQueue) {
        return new WithdrawalQueue(authority, ledger, wrapper, maxRequest, minCooldown, cooldown);
    }

    function newWithdrawalVault(IAuthority authority) external returns (WithdrawalVault) {
        return new WithdrawalVault(authority);
    }

    function newWithheldRewards(
        IAuthority authority,
        IRewardDistributor distributor,
        IBondVault bonds,
        IStakedEther ledger,
        uint256 period
    ) external returns (WithheldRewards) {
        return new WithheldRewards(authority, distributor, bonds, ledger, period);
    }

    function newWrappedStakedEther(IStakedEther ledger) external returns (WrappedStakedEther) {
        return new WrappedStakedEther(ledger);
    }
}
