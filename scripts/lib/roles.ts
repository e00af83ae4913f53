import { id, ZeroHash } from "ethers";

/// Names of the roles of contracts/access/Roles.sol.
export const ROLE_NAMES = [
  "LEDGER",
  "WITHDRAWAL_QUEUE",
  "DEPOSITOR",
  "ACCOUNTING",
  "REPORTER",
  "OPERATOR_JUDGE",
  "WITNESS",
  "EXIT_HOLDER",
  "BOND_LOCKER",
  "BOND_VAULT",
  "SHARE_BURNER",
  "EXIT_REQUESTER",
  "CONSOLIDATOR",
  "BUDGET_SPENDER",
  "COMMITTEE",
  "COMMITTEE_JUDGE",
  "EVIDENCE",
  "BALANCE_WITNESS",
  "CLOSED_ACCOUNT",
  "REPORT_RESOLVER",
  "COMMITTEE_MANAGER",
  "OPERATOR_MANAGER",
  "COMPLIANCE_MANAGER",
  "PARAMETER_MANAGER",
  "REQUEST_TARGET_MANAGER",
  "GUARDIAN",
  "PAUSER",
  "RESUMER",
] as const;

export type RoleName = (typeof ROLE_NAMES)[number];

/// The admin of all roles.
export const ADMIN_ROLE = ZeroHash;

/// The identifier of a role, as the contracts compute it.
export function roleId(name: RoleName): string {
  return id(`kedge.role.${name}`);
}
