import "../devnet/preset.ts";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { explain } from "../lib/errors.ts";
import { conclude, FAILED, failure } from "./conclude.ts";
import { FAULT_KINDS, QUIET_FRAMES, type FaultKind } from "./schedule.ts";
import { runSoak } from "./soak.ts";

/** By the convention of the other programs. */
const BAD_USAGE = 2;

const program = new Command("soak")
  .description("Runs a committee with all jobs on a local chain, frame after frame, among random faults.")
  .option("--frames <count>", "how many frames", whole(1 + QUIET_FRAMES), 200)
  .option("--seed <number>", "of faults and deeds: the same come again", whole(0), 1)
  .option("--faults <kinds>", `all, none, or some of: ${FAULT_KINDS.join(",")}`, faultKinds, [...FAULT_KINDS])
  .option("--record", "have keepers write their cycles down, and play each again after its frame", false)
  .option("--json", "print the result as JSON; progress goes to stderr either way", false)
  .allowExcessArguments(false)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE))
  .parse();

interface Options {
  frames: number;
  seed: number;
  faults: FaultKind[];
  record: boolean;
  json: boolean;
}

const { frames, seed, faults: kinds, record, json } = program.opts<Options>();
const folder = mkdtempSync(join(tmpdir(), "kedge-soak-"));
const say = (line: string) => console.error(line);
try {
  const result = await runSoak({ frames, seed, kinds, record, folder, say });
  process.exitCode = conclude(result, { folder, json, say, write: (text) => process.stdout.write(text) });
} catch (error) {
  say(failure(explain(error), folder));
  process.exitCode = FAILED;
}
process.exit();

function whole(least: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`must be a whole number, at least ${least}`);
  };
}

function faultKinds(value: string): FaultKind[] {
  if (value === "all") return [...FAULT_KINDS];
  if (value === "none") return [];
  return value.split(",").map((kind) => {
    const known = FAULT_KINDS.find((each) => each === kind);
    if (known === undefined) throw new InvalidArgumentError(`"${kind}" is none: ${FAULT_KINDS.join(", ")}`);
    return known;
  });
}
