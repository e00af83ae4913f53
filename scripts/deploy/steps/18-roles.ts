import {
  Authority__factory,
  ExitWindowTimelock__factory,
  StakedEther__factory,
  type Authority,
} from "../../../typechain-types/index.js";
import { FatalError } from "../../lib/errors.ts";
import { ADMIN_ROLE, roleId } from "../../lib/roles.ts";
import type { DeployContext } from "../context.ts";
import { adminOf, CLOSED, FROZEN, holdersOf } from "../holders.ts";

/// Grants the roles, closes the accounts that could not give shares back, freezes what moves ether, and hands over:
/// the deployer ends with no role.
export async function grantRoles(c: DeployContext): Promise<void> {
  const authority = Authority__factory.connect(c.addressOf("Authority"), c.deployer);
  const ledger = StakedEther__factory.connect(c.addressOf("StakedEther"), c.deployer);
  const deployer = await c.deployer.getAddress();
  const admin = adminOf(c);

  for (const [name, holder] of holdersOf(c)) {
    const role = roleId(name);
    await c.ensure(
      `${name} is held by ${holder}`,
      () => authority.hasRole(role, holder),
      () => authority.grantRole(role, holder),
    );
  }
  for (const name of CLOSED) {
    const account = c.addressOf(name);
    await c.ensure(
      `${name} takes shares only when it pulls them`,
      () => ledger.isClosed(account),
      () => ledger.closeAccount(account),
    );
  }
  for (const name of FROZEN) {
    await c.ensure(
      `${name} is frozen`,
      () => authority.isFrozen(roleId(name)),
      () => authority.freezeRole(roleId(name)),
    );
  }
  if (deployer.toLowerCase() === admin.toLowerCase()) return;
  if (c.parameters.admin.value === null) {
    if (!(await authority.isFrozen(ADMIN_ROLE))) await requireActing(c);
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

/// The root goes in one transaction, and never comes back: what the timelock can do already shows before that it can act. Nothing
/// is sent.
async function requireActing(c: DeployContext): Promise<void> {
  const ledger = StakedEther__factory.connect(c.addressOf("StakedEther"), c.deployer.provider);
  const timelock = c.addressOf("ExitWindowTimelock");
  try {
    await ledger.pauseStaking.staticCall(60n, { from: timelock });
  } catch (error) {
    throw new FatalError(`the stakers' timelock ${timelock} cannot act: nothing is handed over`, {
      cause: error,
    });
  }
}

/// Nothing is taken on trust of what was sent before: who holds each role is asked of the chain.
async function requireHolders(c: DeployContext, authority: Authority, deployer: string): Promise<void> {
  const expected = new Map<string, Set<string>>([[ADMIN_ROLE, new Set([adminOf(c).toLowerCase()])]]);
  for (const [name, holder] of holdersOf(c)) {
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
