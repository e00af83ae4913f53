import { ZeroAddress } from "ethers";
import { ADMIN, AUTHORITY, type Grant } from "../deploy/grants.ts";

/** A holder by its name. Who governs acts by vote, after the vote's delays; all others act at once. */
export interface Holder {
  name: string;
  governs: boolean;
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
