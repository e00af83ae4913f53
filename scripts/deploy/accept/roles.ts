import { ZeroAddress } from "ethers";
import { stableStringify } from "../../lib/json.ts";
import { CONTRACT_NAMES } from "../../lib/protocol.ts";
import { ADMIN_ROLE, ROLE_NAMES, roleId } from "../../lib/roles.ts";
import { ADMIN, AUTHORITY, type Grant } from "../grants.ts";
import { adminOf, FROZEN, holdersOf } from "../holders.ts";
import { addressOf, deploymentOf, equal, type Ground, type Question } from "./check.ts";
import { rolesOf, type RecordedRoles } from "./rolesFile.ts";

const TIMELOCK = "ExitWindowTimelock";

/// Who holds which role: no more and no less than was meant when it was deployed; later, than was recorded then.
export function roleQuestions(ground: Ground): Question[] {
  const wanted = ground.live ? recordedHolders(ground) : meantHolders(ground);
  const held = new Map(ground.grants.map((grant) => [roleName(grant), grant.accounts]));
  const questions = [...new Set([...wanted.keys(), ...held.keys()])].map((role) =>
    equal(`role: ${role}`, named(wanted.get(role), ground), async () => named(held.get(role), ground)),
  );
  return [...questions, ...authorityQuestions(ground), ...recordQuestions(ground)];
}

/// By its name in the authority; with that of the contract where another keeps it.
export function roleName({ keeper, role }: Pick<Grant, "keeper" | "role">): string {
  return keeper === AUTHORITY ? role : `${keeper}.${role}`;
}

/// Who holds a role, by events.
export function holdersIn({ grants }: Ground, role: string): readonly string[] {
  return grants.find((grant) => roleName(grant) === role)?.accounts ?? [];
}

function meantHolders(ground: Ground): Map<string, string[]> {
  const deployment = deploymentOf(ground);
  const timelock = deployment.addressOf(TIMELOCK);
  const meant = new Map([
    [ADMIN, [adminOf(deployment)]],
    [`${TIMELOCK}.DEFAULT_ADMIN_ROLE`, [timelock]],
    [`${TIMELOCK}.PROPOSER_ROLE`, [deployment.addressOf("StakerGovernor")]],
    [`${TIMELOCK}.CANCELLER_ROLE`, [timelock]],
    [`${TIMELOCK}.EXECUTOR_ROLE`, [ZeroAddress]],
  ]);
  for (const [role, holder] of holdersOf(deployment)) meant.set(role, [...(meant.get(role) ?? []), holder]);
  return meant;
}

function recordedHolders({ recorded }: Ground): Map<string, string[]> {
  return new Map(
    Object.entries(recorded ?? {}).flatMap(([keeper, roles]) =>
      Object.entries(roles).map(([role, { holders }]) => [roleName({ keeper, role }), holders] as const),
    ),
  );
}

function authorityQuestions(ground: Ground): Question[] {
  const { protocol, parameters, grants, live, recorded } = ground;
  const { Authority } = protocol;
  const ids = [ADMIN_ROLE, ...ROLE_NAMES.map(roleId)];
  const frozen = live
    ? Object.entries(recorded?.[AUTHORITY] ?? {}).flatMap(([role, { frozen }]) => (frozen ? [role] : []))
    : [...FROZEN, ...(parameters.admin.value === null ? [ADMIN] : [])];
  return [
    equal("roles: frozen", [...frozen].sort(), async () =>
      grants
        .filter((grant) => grant.frozen)
        .map(({ role }) => role)
        .sort(),
    ),
    equal("roles: the admin of each", [ADMIN_ROLE], async () => [
      ...new Set(await Promise.all(ids.map((role) => Authority.getRoleAdmin(role)))),
    ]),
    {
      name: "roles: members and events agree",
      wanted: "the same accounts",
      ask: async () => {
        const kept = await Promise.all(ids.map((role) => Authority.getRoleMembers(role)));
        const differing = [ADMIN, ...ROLE_NAMES].filter((role, i) => {
          const told =
            grants.find((grant) => grant.keeper === AUTHORITY && grant.role === role)?.accounts ?? [];
          return named([...kept[i]!], ground).join() !== named(told, ground).join();
        });
        const isSame = differing.length === 0;
        return { ok: isSame, got: isSame ? "the same" : `others of ${differing.join(", ")}` };
      },
    },
  ];
}

/// Where roles were recorded before: the record is of this deployment.
function recordQuestions({ recorded, grants }: Ground): Question[] {
  if (recorded === undefined) return [];
  return [
    {
      name: "roles: the record",
      wanted: "what the events tell",
      ask: async () => {
        const differing = differences(recorded, rolesOf(grants));
        return {
          ok: differing.length === 0,
          got: differing.length === 0 ? "the same" : `another of ${differing.join(", ")}`,
        };
      },
    },
  ];
}

function differences(a: RecordedRoles, b: RecordedRoles): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((keeper) => {
    const [first, second] = [a[keeper] ?? {}, b[keeper] ?? {}];
    return [...new Set([...Object.keys(first), ...Object.keys(second)])]
      .filter((role) => stableStringify(first[role]) !== stableStringify(second[role]))
      .map((role) => roleName({ keeper, role }));
  });
}

/// Accounts by the deployment's names, in order.
function named(
  accounts: readonly string[] | undefined,
  { protocol, parameters, deployer }: Ground,
): string[] {
  const names = new Map<string, string>([
    [ZeroAddress, "anyone"],
    ...CONTRACT_NAMES.map((name) => [addressOf({ protocol }, name), name] as const),
  ]);
  const people = { deployer, admin: parameters.admin.value, guardian: parameters.guardian.value };
  const known = (account: string) => {
    const person = Object.entries(people).find(([, who]) => who?.toLowerCase() === account.toLowerCase());
    return names.get(account) ?? (person === undefined ? account : `${person[0]} ${account}`);
  };
  return (accounts ?? []).map(known).sort();
}
