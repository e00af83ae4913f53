import {
  Authority__factory,
  ExitWindowTimelock__factory,
  StakedEther__factory,
  type Authority,
} from "../../../typechain-types/index.js";
import { FatalError } from "../../lib/errors.ts";
import { ADMIN_ROLE, roleId, type RoleName } from "../../lib/roles.ts";
import type { DeployContext } from "../context.ts";

/// Who governs: the stakers' timelock, or an account of a test network.
function adminOf(c: DeployContext): string {
  return c.parameters.admin.value ?? c.addressOf("ExitWindowTimelock");
}

/// Who holds which role: contracts by what they do, people by the parameters.
function holders(c: DeployContext): [RoleName, string][] {
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

/// Grants the roles, closes the accounts that could not give shares back, freezes what moves ether, and hands over:
/// the deployer ends with no role.
export async function grantRoles(c: DeployContext): Promise<void> {
  const authority = Authority__factory.connect(c.addressOf("Authority"), c.deployer);
  const ledger = StakedEther__factory.connect(c.addressOf("StakedEther"), c.deployer);
  const deployer = await c.deployer.getAddress();
  const admin = adminOf(c);

  for (const [name, holder] of holders(c)) {
    const role = roleId(name);
    await c.ensure(
      `${name} is held by ${holder}`,
      () => authority.hasRole(role, holder),
      () => authority.grantRole(role, holder),
    );
  }
  for (const name of ["WrappedStakedEther", "WithdrawalQueue"] as const) {
    const account = c.addressOf(name);
    await c.ensure(
      `${name} takes shares only when it pulls them`,
      () => ledger.isClosed(account),
      () => ledger.closeAccount(account),
    );
  }
  for (const name of ["LEDGER", "WITHDRAWAL_QUEUE"] as const) {
    await c.ensure(
      `${name} is frozen`,
      () => authority.isFrozen(roleId(name)),
      () => authority.freezeRole(roleId(name)),
    );
  }
  if (deployer.toLowerCase() === admin.toLowerCase()) return;
  if (c.parameters.admin.value === null) {
    await c.ensure(
      "the stakers' timelock is the admin, for ever, and the deployer has no role",
      () => authority.isFrozen(ADMIN_ROLE),
      () => authority.handOver(admin),
    );
    await requireHolders(c, authority, deployer);
    return;
  }
  await c.ensure(
    `the admin is ${admin}`,
    () => authority.hasRole(ADMIN_ROLE, admin),
    () => authority.grantRole(ADMIN_ROLE, admin),
  );
  await c.ensure(
    "the deployer has no role",
    async () => !(await authority.hasRole(ADMIN_ROLE, deployer)),
    () => authority.renounceRole(ADMIN_ROLE, deployer),
  );
}

/// Nothing is taken on trust of what was sent before: who holds each role is asked of the chain.
async function requireHolders(c: DeployContext, authority: Authority, deployer: string): Promise<void> {
  const expected = new Map<string, Set<string>>([[ADMIN_ROLE, new Set([adminOf(c).toLowerCase()])]]);
  for (const [name, holder] of holders(c)) {
    const set = expected.get(roleId(name)) ?? new Set();
    expected.set(roleId(name), set.add(holder.toLowerCase()));
  }
  for (const [role, named] of expected) {
    const strangers = (await authority.getRoleMembers(role)).filter((who) => !named.has(who.toLowerCase()));
    if (strangers.length > 0) {
      throw new FatalError(
        `the role ${role} is held by ${strangers.join(", ")}, whom the deployment does not name`,
      );
    }
  }
  const timelock = ExitWindowTimelock__factory.connect(c.addressOf("ExitWindowTimelock"), c.deployer);
  const [proposer, canceller] = [await timelock.PROPOSER_ROLE(), await timelock.CANCELLER_ROLE()];
  const isRight =
    (await timelock.hasRole(proposer, c.addressOf("StakerGovernor"))) &&
    !(await timelock.hasRole(proposer, deployer)) &&
    !(await timelock.hasRole(canceller, deployer));
  if (!isRight) throw new FatalError("somebody else than the stakers' governor proposes to their timelock");
}
