import { replay as playAgain, type Replayed } from "../../keepers/record/replay.ts";
import { createLogger } from "../../lib/logger.ts";
import { shortly } from "../../lib/sources/difference.ts";
import { FAILED, print } from "../output.ts";

/// `kedge report replay`: a recorded cycle of whichever job, run again without a network. Exit code 1 where it comes to something else.
export async function replay(file: string, options: { json: boolean }): Promise<void> {
  const replayed = await playAgain(file, createLogger({ level: "error" }));
  print(replayed, { ...options, text: textOf(replayed) });
  if (replayed.deviations.length > 0) process.exitCode = FAILED;
}

function textOf({ job, cycle, outcome, text, deviations }: Replayed): string {
  const [first, ...others] = deviations;
  const ended = `${job} ${cycle}: ${outcome}: ${text}`;
  if (first === undefined) return `${ended}\nequal, byte for byte`;
  const { what, recorded, replayed } = first;
  const shown = (value: unknown) => (value === undefined ? "nothing" : shortly(value));
  const more = others.length === 0 ? "" : `, and ${others.length} more that may follow from it`;
  return `${ended}\n${what}: recorded ${shown(recorded)}, now ${shown(replayed)}${more}`;
}
