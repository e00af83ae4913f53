import { createInterface } from "node:readline/promises";
import { ConfigurationError } from "../lib/errors.ts";
import { stableStringify } from "../lib/json.ts";

export const FAILED = 1;
export const BAD_USAGE = 2;
export const NOTHING_TO_DO = 3;
export const NEEDS_PERSON = 4;

/// Words go to stderr, so that stdout stays data.
export function log(message: string): void {
  console.error(`kedge: ${message}`);
}

/// The data of a command: JSON where a program reads it, else `text`.
export function print(value: unknown, { json, text }: { json: boolean; text: string }): void {
  process.stdout.write(`${json ? stableStringify(value, 2) : text}\n`);
}

/// Asks before something is signed. Where nobody can answer, `--yes` must have been said.
export async function confirm(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    throw new ConfigurationError({
      setting: "--yes",
      problem: "nobody can be asked here: say it beforehand",
      example: "--yes",
    });
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

/// A time of the chain (seconds since 1970), for people.
export function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
