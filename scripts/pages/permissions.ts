import { ADMIN, AUTHORITY, type Grant } from "../deploy/grants.ts";
import { roleName, type Holder } from "./grants.ts";
import type { Caller, Guard, GuardedFunction } from "./guardReader.ts";
import type { DeclaredRole } from "./guards.ts";
import { code, table } from "./markdown.ts";
import type { Subjects } from "./subjects.ts";
import { waitsOf, waitTable, type Wait } from "./waits.ts";

export interface RoleRow {
  role: string;
  holders: string[];
  delay: string;
  frozen: boolean;
  says: string;
}

export interface FunctionRow {
  contract: string;
  signature: string;
  callers: string;
  holders: string[];
  delay: string;
}

export interface CallerRow {
  contract: string;
  signature: string;
  callers: string;
}

export interface Permissions {
  /** What `GOVERNED` means in seconds. */
  waits: Wait[];
  roles: RoleRow[];
  /** Functions of roles and of governance. */
  functions: FunctionRow[];
  /** Functions whose caller was fixed when the contract was made. */
  fixed: CallerRow[];
  /** Functions whose caller is who something belongs to. */
  owned: CallerRow[];
}

/** What a function or a role is behind: nothing, or the wait of governance. */
const NO_DELAY = "none";
export const GOVERNED = "governed";

const ADMIN_SAYS = "Grants and revokes every role that is not frozen.";

/** Who may call what, in this deployment. */
export async function permissionsOf(given: {
  functions: readonly GuardedFunction[];
  roles: readonly DeclaredRole[];
  grants: readonly Grant[];
  holders: ReadonlyMap<string, Holder[]>;
  names: ReadonlyMap<string, string>;
  subjects: Subjects;
}): Promise<Permissions> {
  const { functions, subjects, names } = given;
  const shown = (contract: string) => (subjects.has(contract) ? contract : `${contract} (not deployed)`);
  const permissions: Permissions = {
    waits: await waitsOf(subjects),
    roles: roleRows(given),
    functions: [],
    fixed: [],
    owned: [],
  };

  for (const fn of functions) {
    const at = { contract: shown(fn.contract), signature: fn.signature };
    const kinds = (kind: (caller: Caller) => boolean) =>
      fn.guards.filter(({ callers }) => callers.some(kind));
    const byRole = kinds(({ kind }) => kind === "role" || kind === "governance");
    const byContract = kinds(({ kind }) => kind === "contract").filter((guard) => !byRole.includes(guard));
    const byOwner = kinds(({ kind }) => kind === "condition").filter(
      (guard) => !byRole.includes(guard) && !byContract.includes(guard),
    );
    if (byRole.length > 0) {
      const held = await Promise.all(byRole.map((guard) => holdersOf(guard, fn, given)));
      permissions.functions.push({
        ...at,
        callers: await describeAll(byRole, fn, subjects, names),
        holders: [...new Set(held.flat().map(({ name }) => name))],
        delay: delayOf(held.flat()),
      });
    }
    if (byContract.length > 0) {
      permissions.fixed.push({ ...at, callers: await describeAll(byContract, fn, subjects, names) });
    }
    if (byOwner.length > 0) {
      permissions.owned.push({ ...at, callers: await describeAll(byOwner, fn, subjects, names) });
    }
  }
  return permissions;
}

/** Whether a function is for what a vote decided. `governing` are the contracts that act by vote. */
export function isSetByGovernance(
  { contract, guards }: GuardedFunction,
  governing: ReadonlySet<string>,
): boolean {
  const isGovernance = (caller: Caller) =>
    caller.kind === "governance" ||
    (caller.kind === "contract" && caller.variable === "this" && governing.has(contract)) ||
    (caller.kind === "role" && caller.role.endsWith("_MANAGER") && caller.account === undefined);
  return guards.some(({ callers }) => callers.some(isGovernance));
}

/** The blocks of docs/permissions.md. */
export function permissionBlocks({ waits, roles, functions, fixed, owned }: Permissions): string[] {
  const list = (names: readonly string[]) => names.map(code).join(", ");
  return [
    "# Permissions",
    [
      "Who may call what. Made by `npm run docs:generate` from the contracts' syntax trees, and from a deployment with the",
      "parameters of the local chain; `npm run check` fails where a guarded function is missing here, or somebody has a role",
      "who is not named. Holders go by the name of their contract, or of the deployment's parameter that names them.",
    ].join("\n"),
    [
      `The delay is \`${NO_DELAY}\` where the holder acts at once: a contract by its code, a person by hand. It is \`${GOVERNED}\``,
      "where the holder is the admin of all roles, which is governance. What governance may set, and how far:",
      "[parameters](parameters.md).",
    ].join("\n"),
    "## How long it takes",
    [
      "What is governed is proposed, voted on, queued, and done when the delay is over and everyone who asked to leave in the",
      "window has left, in this deployment:",
    ].join("\n"),
    waitTable(waits),
    [
      "A decision that only lets those out who wait (the end of a pause of finalisations, a parked report refused) has the whole delay",
      "and no window.",
    ].join("\n"),
    "## Roles",
    "What a role may do is its sentence in `contracts/access/Roles.sol`. Nobody can grant or revoke a frozen role.",
    table(
      ["role", "held by", "delay", "frozen", "what it may do"],
      roles.map((row) => [
        code(row.role),
        list(row.holders),
        row.delay,
        row.frozen ? "yes" : "no",
        sentence(row.says),
      ]),
    ),
    "## Functions that ask for a role",
    table(
      ["contract", "function", "asks for", "held by", "delay"],
      functions.map((row) => [row.contract, code(row.signature), row.callers, list(row.holders), row.delay]),
    ),
    "## Functions of one contract",
    "Their caller was fixed when the contract was made.",
    callerTable("caller", fixed),
    "## Functions of owners",
    "What belongs to somebody, by what is stored: operators have a manager, members and tickets an owner.",
    callerTable("condition", owned),
  ];
}

function callerTable(title: string, rows: readonly CallerRow[]): string {
  return table(
    ["contract", "function", title],
    rows.map((row) => [row.contract, code(row.signature), row.callers]),
  );
}

function roleRows(given: {
  roles: readonly DeclaredRole[];
  grants: readonly Grant[];
  holders: ReadonlyMap<string, Holder[]>;
}): RoleRow[] {
  const says = new Map([[ADMIN, ADMIN_SAYS], ...given.roles.map((role) => [role.name, role.says] as const)]);
  const order = [ADMIN, ...given.roles.map(({ name }) => name)];
  const place = ({ keeper, role }: Grant) => (keeper === AUTHORITY ? order.indexOf(role) : order.length);
  return [...given.grants]
    .sort((a, b) => place(a) - place(b) || (roleName(a.keeper, a.role) < roleName(b.keeper, b.role) ? -1 : 1))
    .map(({ keeper, role, frozen }) => {
      const holders = given.holders.get(roleName(keeper, role)) ?? [];
      return {
        role: roleName(keeper, role),
        holders: holders.map(({ name }) => name),
        delay: delayOf(holders),
        frozen: frozen ?? false,
        says: keeper === AUTHORITY ? (says.get(role) ?? "") : `A role of \`${keeper}\` itself.`,
      };
    });
}

/** Delays of holders, in their order, each kind once. */
function delayOf(holders: readonly Holder[]): string {
  return [...new Set(holders.map(({ governs }) => (governs ? GOVERNED : NO_DELAY)))].join(", ");
}

async function holdersOf(
  guard: Guard,
  fn: GuardedFunction,
  given: {
    holders: ReadonlyMap<string, Holder[]>;
    names: ReadonlyMap<string, string>;
    subjects: Subjects;
  },
): Promise<Holder[]> {
  const found = await Promise.all(
    guard.callers.map(async (caller): Promise<Holder[]> => {
      if (caller.kind === "role")
        return given.holders.get(roleName(caller.keeper, roleOf(caller.role))) ?? [];
      if (caller.kind !== "governance") return [];
      const subject = given.subjects.get(fn.contract);
      const executor = subject?.abi.hasFunction("timelock") ? await subject.read("timelock") : undefined;
      const name = given.names.get(String(executor).toLowerCase()) ?? fn.contract;
      return [{ name, governs: true }];
    }),
  );
  return found.flat();
}

async function describeAll(
  guards: readonly Guard[],
  fn: GuardedFunction,
  subjects: Subjects,
  names: ReadonlyMap<string, string>,
): Promise<string> {
  const texts = await Promise.all(
    guards.map(async ({ callers, when }) => {
      const text = await Promise.all(callers.map((caller) => describe(caller, fn, subjects, names)));
      return text.join(" or ") + (when === undefined ? "" : `, if ${code(when)}`);
    }),
  );
  return texts.join("; ");
}

async function describe(
  caller: Caller,
  { contract }: GuardedFunction,
  subjects: Subjects,
  names: ReadonlyMap<string, string>,
): Promise<string> {
  switch (caller.kind) {
    case "role": {
      const role = code(roleName(caller.keeper, roleOf(caller.role)));
      return caller.account === undefined ? role : `that ${code(caller.account)} has ${role}`;
    }
    case "governance":
      return "a vote";
    case "contract": {
      if (caller.variable === "this") return "itself";
      const subject = subjects.get(contract);
      const isPublic = subject?.abi.hasFunction(caller.variable) ?? false;
      const address = isPublic ? String(await subject?.read(caller.variable)) : "";
      return code(names.get(address.toLowerCase()) ?? caller.variable);
    }
    case "condition":
      return code(caller.text);
  }
}

/** The admin of every role is the same one. */
function roleOf(expression: string): string {
  return expression.startsWith("getRoleAdmin(") ? ADMIN : expression;
}

function sentence(text: string): string {
  return text.replace(/\.$/, "");
}
