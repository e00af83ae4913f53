import { ADMIN_ROLE, ROLE_NAMES, roleId } from "../../../scripts/lib/roles.ts";
import type { Protocol } from "../../../scripts/lib/protocol.ts";

const NAMES = new Map<string, string>([
  [ADMIN_ROLE, "ADMIN"],
  ...ROLE_NAMES.map((name) => [roleId(name), name] as const),
]);

/// Who holds which role, rebuilt from the events of the authority alone; a role without a holder is left out.
export async function holdersByEvents({ Authority }: Protocol): Promise<Record<string, string[]>> {
  const granted = await Authority.queryFilter(Authority.filters.RoleGranted());
  const revoked = await Authority.queryFilter(Authority.filters.RoleRevoked());
  const events = [
    ...granted.map((event) => ({
      ...position(event),
      role: event.args.role,
      account: event.args.account,
      holds: true,
    })),
    ...revoked.map((event) => ({
      ...position(event),
      role: event.args.role,
      account: event.args.account,
      holds: false,
    })),
  ].sort((a, b) => a.block - b.block || a.log - b.log);

  const holders = new Map<string, Set<string>>();
  for (const { role, account, holds } of events) {
    const name = NAMES.get(role) ?? role;
    const accounts = holders.get(name) ?? new Set();
    if (holds) accounts.add(account);
    else accounts.delete(account);
    holders.set(name, accounts);
  }
  return Object.fromEntries(
    [...holders]
      .filter(([, accounts]) => accounts.size > 0)
      .map(([name, accounts]) => [name, [...accounts].sort()]),
  );
}

function position(event: { blockNumber: number; index: number }): { block: number; log: number } {
  return { block: event.blockNumber, log: event.index };
}
