import { table } from "./markdown.ts";
import type { Subjects } from "./subjects.ts";

/** What lies between a proposal and its effect, and where it is read: a view, or a field of what it answers. */
const WAITS = [
  ["StakerGovernor", "votingDelay", "from the proposal to its vote"],
  ["StakerGovernor", "votingPeriod", "the vote"],
  ["StakerGovernor", "parameters.voteExtension", "the vote is longer by this at most, where it passes late"],
  ["ExitWindowTimelock", "getMinDelay", "from the queueing on: no decision is done before"],
  ["ExitWindowTimelock", "exitWindow", "from the queueing on: tickets asked for by then are waited for"],
  ["ExitWindowTimelock", "maxWait", "they are waited for no longer than this, of open time"],
  ["ExitWindowTimelock", "absoluteEnd", "from the queueing on: nobody is waited for any more"],
  ["ExitWindowTimelock", "SHELF_LIFE", "what is ready expires after it"],
  [
    "ExitWindowTimelock",
    "inflowDelay",
    "in place of the delay, and without a window, to keep stakes out or to take a decision back",
  ],
] as const;

export interface Wait {
  contract: string;
  name: string;
  seconds: bigint;
  what: string;
}

/** How long what is governed takes, in this deployment; nothing where nobody votes. */
export async function waitsOf(subjects: Subjects): Promise<Wait[]> {
  const found = await Promise.all(
    WAITS.map(async ([contract, path, what]) => {
      const [view, field] = path.split(".") as [string, string | undefined];
      const subject = subjects.get(contract);
      if (subject === undefined) return [];
      const answer = await subject.read(view);
      const seconds = BigInt(
        (field === undefined ? answer : (answer as Record<string, unknown>)[field]) as bigint,
      );
      return [{ contract, name: field ?? view, seconds, what }];
    }),
  );
  return found.flat();
}

export function waitTable(waits: readonly Wait[]): string {
  return table(
    ["contract", "figure", "seconds", "what waits"],
    waits.map(({ contract, name, seconds, what }) => [contract, `\`${name}\``, String(seconds), what]),
  );
}
