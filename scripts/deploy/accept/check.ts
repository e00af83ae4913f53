import type { Provider } from "ethers";
import { explain } from "../../lib/errors.ts";
import type { ContractName, Protocol } from "../../lib/protocol.ts";
import type { Records } from "../../lib/records.ts";
import type { Grant } from "../grants.ts";
import type { Deployment } from "../holders.ts";
import type { Parameters } from "../parameters/schema.ts";
import type { RecordedRoles } from "./rolesFile.ts";

/// What was asked of a deployment, what it answered, and what it should have.
export interface Check {
  name: string;
  ok: boolean;
  got: string;
  wanted: string;
  /// Why it is ok all the same.
  note?: string;
}

/// A check that is still to be made.
export interface Question {
  name: string;
  wanted: string;
  ask: () => Promise<Answer>;
}

export type Answer = Pick<Check, "ok" | "got" | "note">;

/// What checks look at.
export interface Ground {
  protocol: Protocol;
  provider: Provider;
  parameters: Parameters;
  records: Records;
  deployer: string;
  /// Who holds which role, by events.
  grants: readonly Grant[];
  /// Who held which role when it was last accepted.
  recorded: RecordedRoles | undefined;
  /// Whether it may have been governed since it was deployed.
  live: boolean;
}

/// Somebody without any role: nobody has a key of that address.
export const STRANGER = "0x000000000000000000000000000000000057a4e0";

export function addressOf({ protocol }: Pick<Ground, "protocol">, name: ContractName): string {
  return protocol[name].target as string;
}

export function deploymentOf(ground: Ground): Deployment {
  return { parameters: ground.parameters, addressOf: (name) => addressOf(ground, name) };
}

/// An answer must read as what is wanted does; addresses and other hex in whatever case.
export function equal(name: string, wanted: unknown, ask: () => Promise<unknown>): Question {
  return {
    name,
    wanted: shown(wanted),
    ask: async () => {
      const answer = await ask();
      return { ok: isSame(answer, wanted), got: shown(answer) };
    },
  };
}

export function isSame(a: unknown, b: unknown): boolean {
  return shown(a).toLowerCase() === shown(b).toLowerCase();
}

/// A value as people read it; what is nothing, or an empty list, as "none".
export function shown(value: unknown): string {
  if (value === undefined || value === null || value === "") return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(shown).join(", ");
  if (typeof value !== "object") return String(value as string | number | bigint | boolean);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${shown(inner)}`)
    .join(" ");
}

/// Asks; what cannot be answered is not ok.
export async function answered({ name, wanted, ask }: Question): Promise<Check> {
  try {
    const { ok, got, note } = await ask();
    return { name, ok, got, wanted, ...(note === undefined ? {} : { note }) };
  } catch (error) {
    return { name, ok: false, got: explain(error), wanted };
  }
}
