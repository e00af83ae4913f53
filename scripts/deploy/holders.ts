import type { ContractName } from "../lib/protocol.ts";
import type { RoleName } from "../lib/roles.ts";
import type { Parameters } from "./parameters/schema.ts";

/// What a deployment tells of itself.
export interface Deployment {
  parameters: Parameters;
  addressOf(name: ContractName): string;
}

/// Roles that nobody can grant or take any more: they move ether.
export const FROZEN = ["LEDGER", "WITHDRAWAL_QUEUE"] as const satisfies RoleName[];

/// Accounts that take shares only when they pull them.
export const CLOSED = ["WrappedStakedEther", "WithdrawalQueue"] as const satisfies ContractName[];

/// Who governs: the stakers' timelock, or an account of a test network.
export function adminOf(c: Deployment): string {
  return c.parameters.admin.value ?? c.addressOf("ExitWindowTimelock");
}

/// Who holds which role: contracts by what they do, people by the parameters.
export function holdersOf(c: Deployment): [RoleName, string][] {
  const admin = adminOf(c);
  return [
    ["LEDGER", c.addressOf("StakedEther")],
    ["WITHDRAWAL_QUEUE", c.addressOf("WithdrawalQueue")],
    ["WITHDRAWAL_QUEUE", c.addressOf("InstantExit")],
    ["DEPOSITOR", c.addressOf("BeaconDepositor")],
    ["ACCOUNTING", c.addressOf("ReportOracle")],
    ["REPORTER", c.addressOf("BalanceCheckpoint")],
    ["BALANCE_WITNESS", c.addressOf("BalanceCheckpoint")],
    ["BOND_VAULT", c.addressOf("BondVault")],
    ["SHARE_BURNER", c.addressOf("BondVault")],
    ["SHARE_BURNER", c.addressOf("CommitteeBonds")],
    ["SHARE_BURNER", c.addressOf("RewardDistributor")],
    ["SHARE_BURNER", c.addressOf("InsuranceReserve")],
    ["SHARE_BURNER", c.addressOf("InstantExit")],
    ["WITNESS", c.addressOf("SlashingOracle")],
    ["EXIT_HOLDER", c.addressOf("SlashingOracle")],
    ["OPERATOR_JUDGE", c.addressOf("StakeAllocator")],
    ["OPERATOR_JUDGE", c.addressOf("DutyJudge")],
    ["BOND_LOCKER", c.addressOf("WithheldRewards")],
    ["EXIT_REQUESTER", c.addressOf("ExitController")],
    ["BUDGET_SPENDER", c.addressOf("ExitController")],
    ["BUDGET_SPENDER", c.addressOf("ReportOracle")],
    ["BUDGET_SPENDER", c.addressOf("KeeperJobs")],
    ["CONSOLIDATOR", c.addressOf("Consolidator")],
    ["COMMITTEE", c.addressOf("OracleCommittee")],
    ["COMMITTEE_JUDGE", c.addressOf("OracleCommittee")],
    ["EVIDENCE", c.addressOf("MemberEvidence")],
    ["CLOSED_ACCOUNT", c.addressOf("WrappedStakedEther")],
    ["CLOSED_ACCOUNT", c.addressOf("WithdrawalQueue")],
    ["REPORT_RESOLVER", admin],
    ["COMMITTEE_MANAGER", admin],
    ["OPERATOR_MANAGER", admin],
    ["COMPLIANCE_MANAGER", admin],
    ["PARAMETER_MANAGER", admin],
    ["REQUEST_TARGET_MANAGER", admin],
    ["RESUMER", admin],
    ["PAUSER", admin],
    ["PAUSER", c.addressOf("EmergencyBrake")],
    ["GUARDIAN", c.parameters.guardian.value],
  ];
}
