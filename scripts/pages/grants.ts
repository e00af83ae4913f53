import { id, ZeroAddress, ZeroHash, type Contract, type EventLog } from "ethers";

/** Who holds a role of a contract that keeps roles. */
export interface Grant {
  keeper: string;
  /** Its name; the identifier where nothing gives it a name. */
  role: string;
  accounts: string[];
  /** Whether nobody can grant or revoke it any more, where the keeper knows of such a thing. */
  frozen?: boolean;
}

/** A holder by its name. Who governs acts by vote, after the vote's delays; all others act at once. */
export interface Holder {
  name: string;
  governs: boolean;
}

/** The role that grants all others. */
export const ADMIN = "DEFAULT_ADMIN_ROLE";
export const AUTHORITY = "Authority";

/** Rebuilds from events who holds what: `roles` of the authority, and roles that other contracts keep themselves. */
export async function readGrants(
  contracts: { name: string; contract: Contract }[],
  roles: readonly string[],
): Promise<Grant[]> {
  const keepers = contracts.filter(({ contract }) => contract.interface.hasEvent("RoleGranted"));
  return (await Promise.all(keepers.map(({ name, contract }) => grantsOf(name, contract, roles)))).flat();
}

/** Holders by the names that the deployment gives them, and holders that it does not know. */
export function nameHolders(
  grants: readonly Grant[],
  names: ReadonlyMap<string, string>,
): { holders: Map<string, Holder[]>; findings: string[] } {
  const root = grants.find(({ keeper, role }) => keeper === AUTHORITY && role === ADMIN);
  const governing = new Set(root?.accounts.map((account) => account.toLowerCase()));
  const findings: string[] = [];
  const holders = new Map<string, Holder[]>();
  for (const { keeper, role, accounts } of grants) {
    if (/^0x[0-9a-f]{64}$/.test(role) && accounts.length > 0) {
      findings.push(`${keeper} has granted ${role}, which is no role that is declared`);
    }
    const named = accounts.map((account) => {
      const name = account === ZeroAddress ? "anyone" : names.get(account.toLowerCase());
      if (name === undefined) {
        findings.push(`${roleName(keeper, role)} is held by ${account}, which the deployment does not name`);
      }
      return { name: name ?? account, governs: governing.has(account.toLowerCase()) };
    });
    holders.set(
      roleName(keeper, role),
      named.sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
  }
  return { holders, findings };
}

/** Roles of the authority go by their names, those that a contract keeps itself by both names. */
export function roleName(keeper: string, role: string): string {
  return keeper === AUTHORITY ? role : `${keeper}.${role}`;
}

async function grantsOf(keeper: string, contract: Contract, roles: readonly string[]): Promise<Grant[]> {
  const names = new Map([[ZeroHash, ADMIN]]);
  if (keeper === AUTHORITY) for (const role of roles) names.set(id(`kedge.role.${role}`), role);
  for (const name of constantsOf(contract)) {
    names.set((await contract.getFunction(name).staticCall()) as string, name);
  }

  const holders = new Map<string, Set<string>>([...names.keys()].map((role) => [role, new Set()]));
  for (const { args, eventName } of await roleEvents(contract)) {
    const [role, account] = args as unknown as [string, string];
    const accounts = holders.get(role) ?? new Set();
    if (eventName === "RoleGranted") accounts.add(account);
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
function constantsOf({ interface: abi }: Contract): string[] {
  const names: string[] = [];
  abi.forEachFunction(({ name, inputs }) => {
    if (name.endsWith("_ROLE") && inputs.length === 0) names.push(name);
  });
  return names;
}

async function roleEvents(contract: Contract): Promise<EventLog[]> {
  const events = await Promise.all(
    ["RoleGranted", "RoleRevoked"].map((name) => contract.queryFilter(contract.getEvent(name))),
  );
  return (events.flat() as EventLog[]).sort((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
}
