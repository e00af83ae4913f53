import type { Fault } from "../devnet/faults/faults.ts";
import type { FaultKind, PlannedFault } from "./schedule.ts";

/** By so much a clock is wrong, ahead or behind. */
export const CLOCK_ERROR_SECONDS = 60;

const ZERO_HASH = `0x${"00".repeat(32)}`;

/** What a node says that is not so; each is wrong in another field. */
const LIES: readonly Fault[] = [
  { kind: "lie", to: "/validators", field: "data.0.balance", value: "1" },
  { kind: "lie", to: "/finality_checkpoints", field: "data.finalized.epoch", value: "1" },
  { kind: "lie", to: "/pending_deposits", field: "data.0.amount", value: "1" },
  { kind: "lie", to: "/blocks/", field: "data.message.body.execution_payload.block_hash", value: ZERO_HASH },
  { kind: "lie", to: "/headers/", field: "data.header.message.proposer_index", value: "7" },
  { kind: "alteredState" },
];

const GARBLED = ["garbage", "truncated", "html"] as const;
const STATUSES = [500, 503, 429] as const;

/** What a proxy does for a planned fault; nothing where it is not done by a proxy. */
export function faultsOf({ kind, form, slots }: Pick<PlannedFault, "kind" | "form" | "slots">): Fault[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(form * list.length)]!;
  const forms: Record<FaultKind, () => Fault[]> = {
    "beacon-lies": () => [pick(LIES)],
    "beacon-lags": () => [{ kind: "lag", slots: 2 + (slots % 8) }],
    "beacon-forgets": () => [{ kind: "forgetsFinality" }],
    "beacon-dies": () => [{ kind: "dead" }],
    "beacon-garbles": () => [{ kind: pick(GARBLED), share: 0.5 }],
    "beacon-errors": () => [{ kind: "status", status: pick(STATUSES), share: 0.5 }],
    "execution-lags": () => [{ kind: "oldBlocks", blocks: 2 + (slots % 8) }],
    "execution-errors": () => [{ kind: "status", status: pick(STATUSES), share: 0.5 }],
    "execution-drops": () => [{ kind: "dropsTransactions" }],
    "execution-full": () => [{ kind: "refusesTransactions", message: "txpool is full" }],
    "execution-dies": () => [{ kind: "dead" }],
    clock: () => [{ kind: "clock", seconds: clockError(form) }],
    kill: () => [],
    reorg: () => [],
  };
  return forms[kind]();
}

/** Seconds by which the clock is wrong. */
export function clockError(form: number): number {
  return form < 0.5 ? -CLOCK_ERROR_SECONDS : CLOCK_ERROR_SECONDS;
}
