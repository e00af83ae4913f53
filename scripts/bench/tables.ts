import { formatTable } from "../lib/table.ts";
import type { CheckpointCosts } from "./checkpoints.ts";
import {
  furtherSignatures,
  SIGNATURE_BAR,
  tenfolds,
  type GrowthTable,
  type SignatureGrowth,
} from "./growth.ts";
import { isAbove, type Row } from "./rows.ts";

export function operationTable(rows: readonly Row[]): string {
  return formatTable(
    [
      { title: "operation" },
      right("Kedge"),
      right("bar"),
      right("best peer"),
      { title: "which" },
      right("floor"),
      { title: "" },
    ],
    rows.map(({ operation, gas, bar, peerGas, peer, floor }) => [
      operation,
      gas,
      bar,
      peerGas,
      peer,
      floor,
      isAbove({ gas, bar }) ? "ABOVE" : "",
    ]),
  );
}

export function growthTable({ title, sizes, rows }: GrowthTable): string {
  return formatTable(
    [{ title }, ...sizes.map((size) => right(String(size))), right("a tenfold, at most"), right("bar")],
    rows.map((growth) => [
      growth.operation,
      ...growth.gas,
      `${Math.max(...tenfolds(growth)).toFixed(1)} %`,
      growth.mostPercent === undefined ? "" : `${growth.mostPercent} %`,
    ]),
  );
}

/// Each committee is as small as a quorum of so many allows: more than two thirds of the weight, of which each has the same.
export function signatureTable(growth: SignatureGrowth): string {
  return formatTable(
    [
      { title: "as signatures grow, one weight each" },
      ...growth.committees.map(({ signatures, members }) => right(`${signatures} of ${members}`)),
      right("each further, at most"),
      right("bar"),
    ],
    [["report, no vault pulled", ...growth.gas, Math.max(...furtherSignatures(growth)), SIGNATURE_BAR]],
  );
}

export function checkpointTable({ rows, open, walk, walked }: CheckpointCosts): string {
  const table = formatTable(
    [
      { title: "checkpoint of a pool of" },
      right("balances"),
      right("transactions"),
      right("each"),
      right("completion"),
      right("each"),
    ],
    rows.map(({ validators, layout, balances, transactions, complete }) => [
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

function right(title: string) {
  return { title, align: "right" as const };
}
