import type { ContractRunner } from "ethers";
import {
  AsyncRedeemer__factory,
  Authority__factory,
  BalanceCheckpoint__factory,
  EmergencyBrake__factory,
  BeaconDepositor__factory,
  BeaconVerifier__factory,
  BondVault__factory,
  CommitteeBonds__factory,
  Consolidator__factory,
  DutyJudge__factory,
  ExitController__factory,
  ExitWindowTimelock__factory,
  InstantExit__factory,
  InsuranceReserve__factory,
  KeeperBudget__factory,
  MemberEvidence__factory,
  KeeperJobs__factory,
  OperatorRegistry__factory,
  OracleCommittee__factory,
  ProtocolLens__factory,
  RandaoSource__factory,
  ReportOracle__factory,
  RewardDistributor__factory,
  RewardsVault__factory,
  SlashingOracle__factory,
  StakeAllocator__factory,
  StakedEther__factory,
  StakerGovernor__factory,
  UpkeepAdapter__factory,
  ValidatorRegistry__factory,
  WithdrawalQueue__factory,
  WithdrawalVault__factory,
  WithheldRewards__factory,
  WrappedStakedEther__factory,
} from "../../typechain-types/index.js";

/// How each contract of the protocol is connected to, by its name.
const CONNECT = {
  Authority: (address: string, runner: ContractRunner) => Authority__factory.connect(address, runner),
  OperatorRegistry: (address: string, runner: ContractRunner) =>
    OperatorRegistry__factory.connect(address, runner),
  ValidatorRegistry: (address: string, runner: ContractRunner) =>
    ValidatorRegistry__factory.connect(address, runner),
  WithdrawalVault: (address: string, runner: ContractRunner) =>
    WithdrawalVault__factory.connect(address, runner),
  RewardsVault: (address: string, runner: ContractRunner) => RewardsVault__factory.connect(address, runner),
  StakedEther: (address: string, runner: ContractRunner) => StakedEther__factory.connect(address, runner),
  WrappedStakedEther: (address: string, runner: ContractRunner) =>
    WrappedStakedEther__factory.connect(address, runner),
  BondVault: (address: string, runner: ContractRunner) => BondVault__factory.connect(address, runner),
  CommitteeBonds: (address: string, runner: ContractRunner) =>
    CommitteeBonds__factory.connect(address, runner),
  InsuranceReserve: (address: string, runner: ContractRunner) =>
    InsuranceReserve__factory.connect(address, runner),
  KeeperBudget: (address: string, runner: ContractRunner) => KeeperBudget__factory.connect(address, runner),
  RewardDistributor: (address: string, runner: ContractRunner) =>
    RewardDistributor__factory.connect(address, runner),
  WithdrawalQueue: (address: string, runner: ContractRunner) =>
    WithdrawalQueue__factory.connect(address, runner),
  AsyncRedeemer: (address: string, runner: ContractRunner) => AsyncRedeemer__factory.connect(address, runner),
  InstantExit: (address: string, runner: ContractRunner) => InstantExit__factory.connect(address, runner),
  OracleCommittee: (address: string, runner: ContractRunner) =>
    OracleCommittee__factory.connect(address, runner),
  ReportOracle: (address: string, runner: ContractRunner) => ReportOracle__factory.connect(address, runner),
  BeaconVerifier: (address: string, runner: ContractRunner) =>
    BeaconVerifier__factory.connect(address, runner),
  RandaoSource: (address: string, runner: ContractRunner) => RandaoSource__factory.connect(address, runner),
  StakeAllocator: (address: string, runner: ContractRunner) =>
    StakeAllocator__factory.connect(address, runner),
  BeaconDepositor: (address: string, runner: ContractRunner) =>
    BeaconDepositor__factory.connect(address, runner),
  SlashingOracle: (address: string, runner: ContractRunner) =>
    SlashingOracle__factory.connect(address, runner),
  DutyJudge: (address: string, runner: ContractRunner) => DutyJudge__factory.connect(address, runner),
  WithheldRewards: (address: string, runner: ContractRunner) =>
    WithheldRewards__factory.connect(address, runner),
  MemberEvidence: (address: string, runner: ContractRunner) =>
    MemberEvidence__factory.connect(address, runner),
  ExitController: (address: string, runner: ContractRunner) =>
    ExitController__factory.connect(address, runner),
  ProtocolLens: (address: string, runner: ContractRunner) => ProtocolLens__factory.connect(address, runner),
  Consolidator: (address: string, runner: ContractRunner) => Consolidator__factory.connect(address, runner),
  KeeperJobs: (address: string, runner: ContractRunner) => KeeperJobs__factory.connect(address, runner),
  BalanceCheckpoint: (address: string, runner: ContractRunner) =>
    BalanceCheckpoint__factory.connect(address, runner),
  EmergencyBrake: (address: string, runner: ContractRunner) =>
    EmergencyBrake__factory.connect(address, runner),
  ExitWindowTimelock: (address: string, runner: ContractRunner) =>
    ExitWindowTimelock__factory.connect(address, runner),
  StakerGovernor: (address: string, runner: ContractRunner) =>
    StakerGovernor__factory.connect(address, runner),
  UpkeepAdapter: (address: string, runner: ContractRunner) => UpkeepAdapter__factory.connect(address, runner),
} as const;

export type ContractName = keyof typeof CONNECT;
export type Addresses = Record<ContractName, string>;
export type Protocol = { readonly [N in ContractName]: ReturnType<(typeof CONNECT)[N]> };

export const CONTRACT_NAMES = Object.keys(CONNECT) as ContractName[];

/// Typed handles of all contracts, speaking through `runner`.
export function connectProtocol(addresses: Addresses, runner: ContractRunner): Protocol {
  const entries = CONTRACT_NAMES.map((name) => [name, CONNECT[name](addresses[name], runner)]);
  return Object.fromEntries(entries) as Protocol;
}
