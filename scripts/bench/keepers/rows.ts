import { formatTable } from "../../lib/table.ts";
import type { Baseline, Member } from "./processes.ts";

/// At the largest state: what a member may take of memory, and of the time that reading and decoding takes.
export const MOST_MIB = 1_024;
export const MOST_RATIO = 2;
/// What each validator of the largest state may cost, as a multiple of what it costs in the smallest.
export const MOST_GROWTH = 1.5;

export interface Row {
  validators: number;
  bytes: number;
  /// Reading and decoding alone, in seconds, and the memory that this takes.
  decodeSeconds: number;
  decodeMiB: number;
  /// All that a member does with it.
  wholeSeconds: number;
  ratio: number;
  rssMiB: number;
  /// Time of the processor for each validator: as much in a large state as in a small one.
  cpuMicrosecondsEach: number;
}

/// One state, measured several times: the median of the seconds, and the most of the memory.
export function toRow(validators: number, baselines: readonly Baseline[], members: readonly Member[]): Row {
  const decodeSeconds = median(baselines.map(({ seconds }) => seconds));
  const wholeSeconds = median(members.map(({ seconds }) => seconds));
  const cpuSeconds = median(members.map((member) => member.cpuSeconds));
  return {
    validators,
    bytes: baselines[0]!.bytes,
    decodeSeconds: rounded(decodeSeconds, 2),
    decodeMiB: Math.ceil(Math.max(...baselines.map(({ rssMiB }) => rssMiB))),
    wholeSeconds: rounded(wholeSeconds, 2),
    ratio: rounded(wholeSeconds / decodeSeconds, 2),
    rssMiB: Math.ceil(Math.max(...members.map(({ rssMiB }) => rssMiB))),
    cpuMicrosecondsEach: rounded((cpuSeconds * 1e6) / validators, 2),
  };
}

/// Bars that the largest state passes.
export function faultsOf(rows: readonly Row[]): string[] {
  const sorted = rows.toSorted((a, b) => a.validators - b.validators);
  const [smallest, largest] = [sorted[0]!, sorted.at(-1)!];
  const { validators, rssMiB, ratio } = largest;
  const growth = rounded(largest.cpuMicrosecondsEach / smallest.cpuMicrosecondsEach, 2);
  const bars: [string, number, number][] = [
    ["MiB of memory", rssMiB, MOST_MIB],
    ["times what decoding takes", ratio, MOST_RATIO],
    [`times what each costs of ${smallest.validators}`, growth, MOST_GROWTH],
  ];
  return bars
    .filter(([, value, most]) => value > most)
    .map(([what, value, most]) => `${validators} validators: ${value} ${what}, the bar is ${most}`);
}

export function stateTable(rows: readonly Row[]): string {
  const right = (title: string) => ({ title, align: "right" as const });
  return formatTable(
    [
      ...["validators", "MB", "read + decode, s", "MiB of it", "whole, s", "ratio", "bar", "peak MiB"],
      ...["bar", "CPU µs each"],
    ].map(right),
    rows.map((row) => [
      ...[row.validators, (row.bytes / 1e6).toFixed(1), row.decodeSeconds, row.decodeMiB, row.wholeSeconds],
      ...[row.ratio, MOST_RATIO, row.rssMiB, MOST_MIB, row.cpuMicrosecondsEach],
    ]),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
