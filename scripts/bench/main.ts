import "../devnet/preset.ts";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { Progress } from "../lib/progress.ts";
import { benchCheckpoints } from "./checkpoints.ts";
import { growthFaults } from "./growth.ts";
import { measureGrowth, measureOperations } from "./measure.ts";
import { changes, isAbove, snapshotOf, toRows } from "./rows.ts";
import { checkpointTable, growthTable, operationTable, signatureTable } from "./tables.ts";

const SNAPSHOT = join(dirname(fileURLToPath(import.meta.url)), "snapshot.json");

const program = new Command("bench:gas")
  .description("What each operation costs on a fresh deployment, beside its bar and the best peer.")
  .option("--json", "figures as data")
  .option("--checkpoints", "measure the proofs of whole pools, and nothing else")
  .option("--update", "write the snapshot")
  .option("--check", "fail where a figure differs from the snapshot");

const options = program
  .parse()
  .opts<{ json?: boolean; checkpoints?: boolean; update?: boolean; check?: boolean }>();
const progress = new Progress();
const proveCheckpoints = () => progress.run("checkpoints of whole pools", () => benchCheckpoints());
if (options.checkpoints === true) {
  const costs = await proveCheckpoints();
  console.log(options.json ? JSON.stringify(costs, null, 2) : checkpointTable(costs));
  process.exit();
}
const { measured, tickets } = await measureOperations(progress);
const rows = toRows(measured);
const { operators, signatures } = await measureGrowth(progress);
const checkpoints = await proveCheckpoints();
const growth = [operators, tickets];
if (options.json) {
  console.log(JSON.stringify({ rows, growth, signatures, checkpoints }, null, 2));
} else {
  const growths = [...growth.map(growthTable), signatureTable(signatures)];
  console.log([operationTable(rows), ...growths, checkpointTable(checkpoints)].join("\n\n"));
}
if (options.update) writeFileSync(SNAPSHOT, snapshotOf(rows));

const snapshot = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Record<string, number>;
const changed = options.check === true ? changes(rows, snapshot) : [];
const faults = [
  ...rows
    .filter(isAbove)
    .map(({ operation, gas, bar }) => `${operation}: ${gas} is above its bar of ${String(bar)}`),
  ...changed.map((line) => `${line}: run with --update, and say why in the commit`),
  ...growthFaults(growth, signatures),
];
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
