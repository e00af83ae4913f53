import type { BaseContract } from "ethers";
import { CONTRACT_NAMES, type ContractName, type Protocol } from "../../lib/protocol.ts";
import { equal, type Ground, type Question } from "./check.ts";

/// Which contract names which, by the view that tells; the authority, which every guarded contract names, aside.
export const LINKS: Partial<Record<ContractName, Record<string, ContractName>>> = {
  ValidatorRegistry: {
    operatorRegistry: "OperatorRegistry",
  },
  StakedEther: {
    withdrawalVault: "WithdrawalVault",
    rewardsVault: "RewardsVault",
  },
  WrappedStakedEther: {
    asset: "StakedEther",
  },
  BondVault: {
    ledger: "StakedEther",
    wrapper: "WrappedStakedEther",
    operatorRegistry: "OperatorRegistry",
    validatorRegistry: "ValidatorRegistry",
  },
  CommitteeBonds: {
    ledger: "StakedEther",
  },
  InsuranceReserve: {
    ledger: "StakedEther",
    bondVault: "BondVault",
  },
  KeeperBudget: {
    ledger: "StakedEther",
  },
  RewardDistributor: {
    ledger: "StakedEther",
    operatorRegistry: "OperatorRegistry",
    insuranceReserve: "InsuranceReserve",
    keeperBudget: "KeeperBudget",
  },
  WithdrawalQueue: {
    ledger: "StakedEther",
    wrapper: "WrappedStakedEther",
  },
  AsyncRedeemer: {
    share: "WrappedStakedEther",
    wrapper: "WrappedStakedEther",
    withdrawalQueue: "WithdrawalQueue",
  },
  InstantExit: {
    ledger: "StakedEther",
    wrapper: "WrappedStakedEther",
    withdrawalQueue: "WithdrawalQueue",
  },
  OracleCommittee: {
    bonds: "CommitteeBonds",
  },
  ReportOracle: {
    ledger: "StakedEther",
    withdrawalVault: "WithdrawalVault",
    rewardsVault: "RewardsVault",
    withdrawalQueue: "WithdrawalQueue",
    rewardDistributor: "RewardDistributor",
    committee: "OracleCommittee",
    insuranceReserve: "InsuranceReserve",
  },
  RandaoSource: {
    verifier: "BeaconVerifier",
  },
  StakeAllocator: {
    operatorRegistry: "OperatorRegistry",
    validatorRegistry: "ValidatorRegistry",
    ledger: "StakedEther",
    wrapper: "WrappedStakedEther",
    bondVault: "BondVault",
    withdrawalQueue: "WithdrawalQueue",
    randomness: "RandaoSource",
  },
  BeaconDepositor: {
    ledger: "StakedEther",
    validatorRegistry: "ValidatorRegistry",
    operatorRegistry: "OperatorRegistry",
    withdrawalQueue: "WithdrawalQueue",
    bondVault: "BondVault",
    stakeAllocator: "StakeAllocator",
  },
  SlashingOracle: {
    verifier: "BeaconVerifier",
    ledger: "StakedEther",
    validatorRegistry: "ValidatorRegistry",
    operatorRegistry: "OperatorRegistry",
    bondVault: "BondVault",
    withdrawalQueue: "WithdrawalQueue",
  },
  DutyJudge: {
    rewardDistributor: "RewardDistributor",
    operatorRegistry: "OperatorRegistry",
    ledger: "StakedEther",
  },
  WithheldRewards: {
    rewardDistributor: "RewardDistributor",
    bondVault: "BondVault",
  },
  MemberEvidence: {
    committee: "OracleCommittee",
    oracle: "ReportOracle",
    verifier: "BeaconVerifier",
    ledger: "StakedEther",
    withdrawalVault: "WithdrawalVault",
    rewardsVault: "RewardsVault",
    queue: "WithdrawalQueue",
  },
  ExitController: {
    verifier: "BeaconVerifier",
    ledger: "StakedEther",
    validatorRegistry: "ValidatorRegistry",
    operatorRegistry: "OperatorRegistry",
    withdrawalQueue: "WithdrawalQueue",
    withdrawalVault: "WithdrawalVault",
    rewardsVault: "RewardsVault",
    keeperBudget: "KeeperBudget",
  },
  ProtocolLens: {
    ledger: "StakedEther",
    withdrawalQueue: "WithdrawalQueue",
    exitController: "ExitController",
    withdrawalVault: "WithdrawalVault",
    rewardsVault: "RewardsVault",
  },
  Consolidator: {
    verifier: "BeaconVerifier",
    validatorRegistry: "ValidatorRegistry",
    operatorRegistry: "OperatorRegistry",
    withdrawalVault: "WithdrawalVault",
  },
  KeeperJobs: {
    ledger: "StakedEther",
    keeperBudget: "KeeperBudget",
    withdrawalQueue: "WithdrawalQueue",
    depositor: "BeaconDepositor",
    validatorRegistry: "ValidatorRegistry",
    slashingOracle: "SlashingOracle",
    exitController: "ExitController",
  },
  BalanceCheckpoint: {
    verifier: "BeaconVerifier",
    ledger: "StakedEther",
    validatorRegistry: "ValidatorRegistry",
    reports: "ReportOracle",
  },
  EmergencyBrake: {
    ledger: "StakedEther",
    depositor: "BeaconDepositor",
    withdrawalQueue: "WithdrawalQueue",
  },
  ExitWindowTimelock: {
    ledger: "StakedEther",
    withdrawalQueue: "WithdrawalQueue",
  },
  StakerGovernor: {
    ledger: "StakedEther",
    wrapper: "WrappedStakedEther",
    timelock: "ExitWindowTimelock",
  },
  UpkeepAdapter: {
    ledger: "StakedEther",
    withdrawalQueue: "WithdrawalQueue",
    accounting: "ReportOracle",
    exitController: "ExitController",
    keeperJobs: "KeeperJobs",
    timelock: "ExitWindowTimelock",
    stakeAllocator: "StakeAllocator",
    randomness: "RandaoSource",
    operatorRegistry: "OperatorRegistry",
    validatorRegistry: "ValidatorRegistry",
    bondVault: "BondVault",
    rewardDistributor: "RewardDistributor",
    insuranceReserve: "InsuranceReserve",
  },
};

/// Contracts name each other, and all the same authority.
export function linkQuestions({ protocol }: Ground): Question[] {
  return CONTRACT_NAMES.flatMap((name) =>
    Object.entries(linksOf(protocol, name)).map(([view, target]) =>
      equal(`link: ${name}.${view}`, protocol[target].target, () =>
        (protocol[name] as BaseContract).getFunction(view).staticCall(),
      ),
    ),
  );
}

function linksOf(protocol: Protocol, name: ContractName): Record<string, ContractName> {
  const isGuarded = protocol[name].interface.hasFunction("authority");
  return { ...(isGuarded ? { authority: "Authority" } : {}), ...LINKS[name] };
}
