import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { Command } from "commander";
import { Progress } from "../../lib/progress.ts";
import { Child, run, type Baseline, type Member } from "./processes.ts";
import { faultsOf, stateTable, toRow, type Row } from "./rows.ts";
import { syntheticState, type Expected } from "./syntheticState.ts";

const SNAPSHOT = fileURLToPath(new URL("snapshot.json", import.meta.url));
const SIZES = [250_000, 500_000, 1_000_000];
const TIMES = 3;

const options = new Command("bench:keepers")
  .description("What a member's report takes of time and memory, with states of up to a million validators.")
  .option("--json", "figures as data")
  .option("--update", "write the snapshot")
  .parse()
  .opts<{ json?: boolean; update?: boolean }>();

const progress = new Progress();
const folder = mkdtempSync(join(tmpdir(), "kedge-bench-"));
const rows: Row[] = [];
try {
  for (const validators of SIZES) {
    rows.push(await progress.run(`${validators} validators`, () => measure(validators)));
  }
} finally {
  rmSync(folder, { recursive: true });
}
const told = { machine: `${availableParallelism()} cores`, node: process.version, rows };
console.log(options.json ? JSON.stringify(told, null, 2) : stateTable(rows));
if (options.update) writeFileSync(SNAPSHOT, `${JSON.stringify(told, null, 2)}\n`);
const faults = faultsOf(rows);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

/// Decoding and reporting in turn, each in a process of its own, so that both meet the machine as it is.
async function measure(validators: number): Promise<Row> {
  const [stateFile, knownFile] = [join(folder, "state.ssz"), join(folder, "known.json")];
  const expected = writeState(validators, stateFile, knownFile);
  const server = new Child("server.ts", [stateFile]);
  try {
    const { url } = await server.answer<{ url: string }>();
    const [baselines, members]: [Baseline[], Member[]] = [[], []];
    for (let i = 0; i < TIMES; i++) {
      const baseline = await run<Baseline>("baseline.ts", [url]);
      const member = await run<Member>("member.ts", [url, baseline.root, knownFile]);
      if (!isDeepStrictEqual(member.found, expected)) {
        throw new Error(`found ${JSON.stringify(member.found)}, expected ${JSON.stringify(expected)}`);
      }
      baselines.push(baseline);
      members.push(member);
    }
    return toRow(validators, baselines, members);
  } finally {
    server.end();
  }
}

function writeState(validators: number, stateFile: string, knownFile: string): Expected {
  const { bytes, known, expected } = syntheticState(validators);
  writeFileSync(stateFile, bytes);
  writeFileSync(knownFile, JSON.stringify(known));
  return expected;
}
