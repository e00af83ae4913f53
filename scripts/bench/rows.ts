import { BARS, type Bar, type Measured, type Operation } from "./bars.ts";

/// Gas by which a figure may differ from the snapshot.
const NOISE = 200;

export interface Row extends Bar {
  operation: string;
  gas: number;
}

/// Every operation that has a line in `BARS`, in that order.
export function toRows(measured: Measured): Row[] {
  return (Object.keys(BARS) as Operation[]).map((operation) => {
    const gas = measured.get(operation);
    if (gas === undefined) throw new Error(`"${operation}" was not measured`);
    return { operation, gas, ...BARS[operation] };
  });
}

export function isAbove({ gas, bar = Infinity }: Pick<Row, "gas" | "bar">): boolean {
  return gas > bar;
}

/// Hashes and signatures differ from run to run, and their zero bytes cost less than others.
export function changes(rows: readonly Row[], snapshot: Record<string, number>): string[] {
  return rows
    .filter(({ operation, gas }) => Math.abs(gas - (snapshot[operation] ?? 0)) > NOISE)
    .map(({ operation, gas }) => `${operation}: ${gas}, in the snapshot ${snapshot[operation] ?? "nothing"}`);
}

export function snapshotOf(rows: readonly Row[]): string {
  return `${JSON.stringify(Object.fromEntries(rows.map(({ operation, gas }) => [operation, gas])), null, 2)}\n`;
}
