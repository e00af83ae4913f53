import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getAddress, isAddress, ZeroAddress } from "ethers";
import { z } from "zod";
import { ConfigurationError } from "../lib/errors.ts";
import { localAddress, localCommittee } from "../lib/localAccounts.ts";
import { deploymentFolder } from "../lib/records.ts";
import type { PublicNetwork } from "./parameters/chains.ts";

/// Who a deployment is for.
export interface People {
  /// Who governs; null for the vote of stakers.
  admin: string | null;
  treasury: string;
  guardian: string;
  /// First members: the key that signs, who owns the member and its bond, and the weight.
  committee: { member: string; owner: string; weight: bigint }[];
}

/// Those that a public network is deployed for, and what is better otherwise.
export interface ReadPeople {
  people: People;
  warnings: string[];
}

/// As in `CommitteeMembers`.
const MAX_MEMBERS = 32;
const MAX_WEIGHT = 1_000_000;

/// Nobody has the keys of these.
const digits = (digit: string) => `0x${digit.repeat(40)}`;
const EXAMPLE = {
  admin: null,
  treasury: digits("1"),
  guardian: digits("2"),
  committee: [
    { member: digits("3"), owner: digits("7"), weight: 1 },
    { member: digits("4"), owner: digits("8"), weight: 1 },
    { member: digits("5"), owner: digits("9"), weight: 1 },
    { member: digits("6"), owner: `0x${"10".repeat(20)}`, weight: 1 },
  ],
};

const EXAMPLE_ADDRESSES = new Set([
  EXAMPLE.treasury,
  EXAMPLE.guardian,
  ...EXAMPLE.committee.flatMap(({ member, owner }) => [member, owner]),
]);

const address = z.string().superRefine((text, context) => {
  const problem = problemOf(text);
  if (problem !== undefined) context.addIssue({ code: "custom", message: `${text} ${problem}` });
});

const peopleSchema = z
  .strictObject({
    admin: address.nullable(),
    treasury: address,
    guardian: address,
    committee: z
      .array(
        z.strictObject({
          member: address,
          owner: address,
          weight: z.int().min(1).max(MAX_WEIGHT).transform(BigInt),
        }),
      )
      .min(1)
      .max(MAX_MEMBERS),
  })
  .pipe(
    z.custom<People>().superRefine((people, context) => {
      for (const { path, message } of clashes(people)) context.addIssue({ code: "custom", path, message });
    }),
  );

/// The file of a network, where no other is named.
export function peopleFile(network: PublicNetwork): string {
  return join(deploymentFolder(network), "people.json");
}

/// What the file looks like. Its addresses are nobody's, and are refused.
export function peopleExample(): string {
  return JSON.stringify(EXAMPLE, null, 2);
}

/// Accounts of local chains. `members` sign reports.
export function localPeople(members?: number, stakersGovern = false): People {
  return {
    admin: stakersGovern ? null : localAddress("admin"),
    treasury: localAddress("treasury"),
    guardian: localAddress("guardian"),
    committee: localCommittee(members).map(({ address, owner }) => ({ member: address, owner, weight: 1n })),
  };
}

/// People of a public network, from `file`.
///
/// @throws ConfigurationError where the file is not there, or names whom it must not; each is told
export function readPeople(network: PublicNetwork, file: string = peopleFile(network)): ReadPeople {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const isMissing = (error as { code?: unknown }).code === "ENOENT";
    const problem = isMissing ? "is not there" : "is not JSON that can be read";
    throw new ConfigurationError({ setting: file, problem, example: peopleExample() }, { cause: error });
  }
  const read = peopleSchema.safeParse(json);
  if (!read.success) {
    const issues = read.error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join(".")}: ${message}`,
    );
    throw wrong(file, issues.join("; "), read.error);
  }
  const people = read.data;
  const needed = indispensable(people);
  const warnings = needed.length === 0 ? [] : [silence(needed)];
  if (network === "mainnet") {
    if (people.admin !== null) throw wrong(file, "admin: must be null: on mainnet stakers govern");
    if (warnings.length > 0) throw wrong(file, warnings.join("; "));
  }
  return { people, warnings };
}

function wrong(file: string, problem: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError({ setting: file, problem, example: RIGHT }, { cause });
}

/// What is wrong with one address; undefined where nothing is.
function problemOf(text: string): string | undefined {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return "is not an address";
  if (!isAddress(text) || getAddress(text) !== text) {
    return "does not have its checksum: copy it with its upper and lower case letters";
  }
  if (text === ZeroAddress) return "is the zero address";
  if (EXAMPLE_ADDRESSES.has(text)) return "is the example's: nobody has its key";
  return undefined;
}

/// An address as it should be written.
const RIGHT = '"treasury": "0x00000000219ab540356cBB839Cbe05303d7705Fa"';

/// Whoever has two tasks, and a member that is enough for a report.
function clashes({ admin, treasury, guardian, committee }: People): { path: string[]; message: string }[] {
  const found: { path: string[]; message: string }[] = [];
  const taken = new Map<string, string>();
  const once = (who: string | null, path: string[]) => {
    if (who === null) return;
    const other = taken.get(who);
    if (other === undefined) taken.set(who, path.join("."));
    else found.push({ path, message: `${who} is ${other} already` });
  };
  once(treasury, ["treasury"]);
  once(guardian, ["guardian"]);
  once(admin, ["admin"]);
  const isOwner = new Map(committee.map(({ owner }, i) => [owner, `committee.${i}.owner`]));
  for (const [i, { member }] of committee.entries()) {
    const path = ["committee", String(i), "member"];
    const owned = isOwner.get(member);
    if (owned === undefined) once(member, path);
    else found.push({ path, message: `${member} is ${owned} too: a key that signs each day owns no bond` });
  }
  const total = totalWeight(committee);
  for (const [i, { member, weight }] of committee.entries()) {
    if (!isQuorum(weight, total)) continue;
    const message = `${weight} of ${total} makes ${member} a quorum alone`;
    found.push({ path: ["committee", String(i), "weight"], message });
  }
  return found;
}

/// Members without whom the others are no quorum.
function indispensable({ committee }: People): string[] {
  const total = totalWeight(committee);
  return committee.filter(({ weight }) => !isQuorum(total - weight, total)).map(({ member }) => member);
}

function silence(needed: readonly string[]): string {
  return (
    `committee: there is no report when ${needed.join(", or ")} is away: ` +
    "name four members of equal weight or more, so that the others are more than two thirds"
  );
}

function totalWeight(committee: People["committee"]): bigint {
  return committee.reduce((sum, { weight }) => sum + weight, 0n);
}

/// As in `OracleCommittee`: more than two thirds.
function isQuorum(weight: bigint, total: bigint): boolean {
  return weight * 3n > total * 2n;
}
