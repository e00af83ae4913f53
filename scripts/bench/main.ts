import "../devnet/preset.ts";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { Progress } from "../lib/progress.ts";
import { formatTable } from "../lib/table.ts";
import { BARS, type Bar, type Measured, type Operation } from "./bars.ts";
import { Bench } from "./bench.ts";
import { benchCheckpoints, type CheckpointCosts } from "./checkpoints.ts";
import { benchDraws, DRAW_LOT_ETH, OPERATOR_COUNTS, type Growth } from "./draws.ts";
import { benchExits } from "./exits.ts";
import { benchReports } from "./reports.ts";
import { benchSlashings } from "./slashings.ts";
import { benchTokens } from "./tokens.ts";
import { benchValidators, LOT_ETH } from "./validators.ts";
import { benchWithdrawals } from "./withdrawals.ts";

const SNAPSHOT = join(dirname(fileURLToPath(import.meta.url)), "snapshot.json");

/// Gas by which a figure may differ from the snapshot.
const NOISE = 200;

/// The operation that may grow with operators by at most this, in per cent for ten times as many.
const MAX_GROWTH = 5;
const BARRED = "predeposit of ten, curated";

interface Row extends Bar {
  operation: string;
  gas: number;
}

const program = new Command("bench:gas")
  .description("What each operation costs on a fresh deployment, beside its bar and the best peer.")
  .option("--json", "rows as data")
  .option("--checkpoints", "measure the proofs of whole pools, and nothing else")
  .option("--update", "write the snapshot")
  .option("--check", "fail where a figure differs from the snapshot");

const options = program
  .parse()
  .opts<{ json?: boolean; checkpoints?: boolean; update?: boolean; check?: boolean }>();
if (options.checkpoints === true) {
  const costs = await new Progress().run("checkpoints", () => benchCheckpoints());
  console.log(options.json ? JSON.stringify(costs, null, 2) : checkpointTable(costs));
  process.exit();
}
const rows = await measure();
const growths = await measureGrowth();
if (options.json) console.log(JSON.stringify({ rows, growth: growths }, null, 2));
else console.log(`${table(rows)}\n\n${growthTable(growths)}`);
if (options.update) writeFileSync(SNAPSHOT, snapshotOf(rows));

const above = rows.filter(isAbove);
for (const { operation, gas, bar } of above) {
  console.error(`${operation}: ${gas} is above its bar of ${String(bar)}`);
}
const changed = options.check === true ? changedOperations(rows) : [];
for (const line of changed) console.error(`${line}: run with --update, and say why in the commit`);
const steep = growths.filter(isSteep);
for (const { operation } of steep)
  console.error(`${operation}: grows by more than ${MAX_GROWTH} % a tenfold`);
process.exitCode = above.length > 0 || changed.length > 0 || steep.length > 0 ? 1 : 0;

async function measure(): Promise<Row[]> {
  const progress = new Progress();
  const bench = await progress.run("deploy", () => Bench.start(LOT_ETH));
  try {
    await progress.run("tokens", () => benchTokens(bench));
    const pubkeys = await progress.run("validators", () => benchValidators(bench));
    await progress.run("reports", () => benchReports(bench));
    await progress.run("withdrawals", () => benchWithdrawals(bench));
    await progress.run("exits", () => benchExits(bench));
    await progress.run("slashings", () => benchSlashings(bench, pubkeys[0]!));
  } finally {
    await bench.net.close();
  }
  return toRows(bench.measured);
}

/// On a network of its own, so that the operators are those that were counted.
async function measureGrowth(): Promise<Growth[]> {
  const progress = new Progress();
  const bench = await progress.run("deploy again", () => Bench.start(DRAW_LOT_ETH));
  try {
    return await progress.run("draws as operators grow", () => benchDraws(bench));
  } finally {
    await bench.net.close();
  }
}

function isAbove({ gas, bar = Infinity }: Pick<Row, "gas" | "bar">): boolean {
  return gas > bar;
}

/// In per cent, for each step to ten times as many operators.
function tenfolds({ gas }: Growth): number[] {
  return gas.slice(1).map((figure, i) => (100 * (figure - gas[i]!)) / gas[i]!);
}

function isSteep(growth: Growth): boolean {
  return growth.operation === BARRED && tenfolds(growth).some((percent) => percent > MAX_GROWTH);
}

function growthTable(all: Growth[]): string {
  const right = (title: string) => ({ title, align: "right" as const });
  return formatTable(
    [
      { title: "as operators grow" },
      ...OPERATOR_COUNTS.map((count) => right(String(count))),
      right("a tenfold, at most"),
    ],
    all.map((growth) => [growth.operation, ...growth.gas, `${Math.max(...tenfolds(growth)).toFixed(1)} %`]),
  );
}

function checkpointTable({ rows: costs, open, walk, walked }: CheckpointCosts): string {
  const right = (title: string) => ({ title, align: "right" as const });
  const table = formatTable(
    [
      { title: "checkpoint of a pool of" },
      right("balances"),
      right("transactions"),
      right("each"),
      right("completion"),
      right("each"),
    ],
    costs.map(({ validators, layout, balances, transactions, complete }) => [
      `${validators}, ${layout}`,
      balances,
      transactions,
      Math.round(balances / validators),
      complete,
      Math.round(complete / validators),
    ]),
  );
  return `${table}\n\nopening ${open}; a walk past ${walked} pending deposits ${walk}, each ${Math.round(walk / walked)}`;
}

function toRows(measured: Measured): Row[] {
  return (Object.keys(BARS) as Operation[]).map((operation) => {
    const gas = measured.get(operation);
    if (gas === undefined) throw new Error(`"${operation}" was not measured`);
    return { operation, gas, ...BARS[operation] };
  });
}

/// Hashes and signatures differ from run to run, and their zero bytes cost less than others.
function changedOperations(all: Row[]): string[] {
  const before = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Record<string, number>;
  return all
    .filter(({ operation, gas }) => Math.abs(gas - (before[operation] ?? 0)) > NOISE)
    .map(({ operation, gas }) => `${operation}: ${gas}, in the snapshot ${before[operation] ?? "nothing"}`);
}

function snapshotOf(all: Row[]): string {
  return (
    JSON.stringify(Object.fromEntries(all.map(({ operation, gas }) => [operation, gas])), null, 2) + "\n"
  );
}

function table(all: Row[]): string {
  return formatTable(
    [
      { title: "operation" },
      { title: "Kedge", align: "right" },
      { title: "bar", align: "right" },
      { title: "best peer", align: "right" },
      { title: "which" },
      { title: "floor", align: "right" },
      { title: "" },
    ],
    all.map(({ operation, gas, bar, peerGas, peer, floor }) => [
      operation,
      gas,
      bar ?? "",
      peerGas,
      peer,
      floor,
      isAbove({ gas, bar }) ? "ABOVE" : "",
    ]),
  );
}
