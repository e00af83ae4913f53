import type { ContractRunner } from "ethers";
import {
  Accounting__factory,
  Authority__factory,
  BeaconDepositor__factory,
  OperatorRegistry__factory,
  OracleCommittee__factory,
  ReportOracle__factory,
  RewardDistributor__factory,
  RewardsVault__factory,
  StakedEther__factory,
  ValidatorRegistry__factory,
  WithdrawalQueue__factory,
  WithdrawalVault__factory,
  WrappedStakedEther__factory,
} from "../../typechain-types/index.js";

/// How each contract of the protocol is connected to, by its name.
const CONNECT = {
  Authority: Authority__factory.connect,
  OperatorRegistry: OperatorRegistry__factory.connect,
  ValidatorRegistry: ValidatorRegistry__factory.connect,
  WithdrawalVault: WithdrawalVault__factory.connect,
  RewardsVault: RewardsVault__factory.connect,
  StakedEther: StakedEther__factory.connect,
  WrappedStakedEther: WrappedStakedEther__factory.connect,
  WithdrawalQueue: WithdrawalQueue__factory.connect,
  RewardDistributor: RewardDistributor__factory.connect,
  OracleCommittee: OracleCommittee__factory.connect,
  Accounting: Accounting__factory.connect,
  ReportOracle: ReportOracle__factory.connect,
  BeaconDepositor: BeaconDepositor__factory.connect,
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
