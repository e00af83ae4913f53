import { id, ZeroHash, type BaseContract, type LogDescription } from "ethers";
import { FatalError } from "../lib/errors.ts";
import { logsOf } from "../lib/logs.ts";

/** Who holds a role of a contract that keeps roles. */
export interface Grant {
  keeper: string;
  /** Its name; the identifier where nothing gives it a name. */
  role: string;
  accounts: string[];
  /** Whether nobody can grant or revoke it any more, where the keeper knows of such a thing. */
  frozen?: boolean;
}

/** The role that grants all others. */
export const ADMIN = "DEFAULT_ADMIN_ROLE";
export const AUTHORITY = "Authority";

/** Rebuilds from events who holds what: `roles` of the authority, and roles that other contracts keep themselves. */
export async function readGrants(
  contracts: { name: string; contract: BaseContract }[],
  roles: readonly string[],
): Promise<Grant[]> {
  const keepers = contracts.filter(({ contract }) => contract.interface.hasEvent("RoleGranted"));
  return (await Promise.all(keepers.map(({ name, contract }) => grantsOf(name, contract, roles)))).flat();
}

async function grantsOf(keeper: string, contract: BaseContract, roles: readonly string[]): Promise<Grant[]> {
  const names = new Map([[ZeroHash, ADMIN]]);
  if (keeper === AUTHORITY) for (const role of roles) names.set(id(`kedge.role.${role}`), role);
  for (const name of constantsOf(contract)) {
    names.set((await contract.getFunction(name).staticCall()) as string, name);
  }

  const holders = new Map<string, Set<string>>([...names.keys()].map((role) => [role, new Set()]));
  for (const { args, name } of await roleEvents(contract)) {
    const [role, account] = args as unknown as [string, string];
    const accounts = holders.get(role) ?? new Set();
    if (name === "RoleGranted") accounts.add(account);
    else accounts.delete(account);
    holders.set(role, accounts);
  }
  const canFreeze = contract.interface.hasFunction("isFrozen");
  return Promise.all(
    [...holders].map(async ([role, accounts]) => ({
      keeper,
      role: names.get(role) ?? role,
      accounts: [...accounts],
      ...(canFreeze ? { frozen: (await contract.getFunction("isFrozen").staticCall(role)) as boolean } : {}),
    })),
  );
}

/** Names of the public constants that identify roles. */
function constantsOf({ interface: abi }: BaseContract): string[] {
  const names: string[] = [];
  abi.forEachFunction(({ name, inputs }) => {
    if (name.endsWith("_ROLE") && inputs.length === 0) names.push(name);
  });
  return names;
}

/** Grants and revocations, in their order. */
async function roleEvents(contract: BaseContract): Promise<LogDescription[]> {
  const { interface: abi, runner } = contract;
  if (!runner?.provider) throw new FatalError("nobody to ask for events");
  const topics = [["RoleGranted", "RoleRevoked"].map((name) => abi.getEvent(name)!.topicHash)];
  const logs = await logsOf(runner.provider, { address: await contract.getAddress(), topics });
  return logs.map((log) => abi.parseLog(log)!);
}
