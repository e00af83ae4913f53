/** Which faults come when: pure, and the same for the same seed. */
import { seededRandom } from "../lib/seededRandom.ts";

export const FAULT_KINDS = [
  "beacon-lies",
  "beacon-lags",
  "beacon-forgets",
  "beacon-dies",
  "beacon-garbles",
  "beacon-errors",
  "execution-lags",
  "execution-errors",
  "execution-drops",
  "execution-full",
  "execution-dies",
  "clock",
  "kill",
  "reorg",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault of one keeper's surroundings, or of the chain. Slots count from the start of the soak. */
export interface PlannedFault {
  kind: FaultKind;
  /** Whose it is; none for a reorg, which is everybody's. */
  keeper: number | undefined;
  /** Which of its nodes. */
  node: number;
  fromSlot: number;
  /** For so long, in slots; the depth of a reorg. */
  slots: number;
  /** Chooses among several forms of the fault: from 0 up to 1. */
  form: number;
}

export interface ScheduleOptions {
  seed: number;
  frames: number;
  slotsPerFrame: number;
  slotsPerEpoch: number;
  kinds: readonly FaultKind[];
  /** How many beacon and execution nodes each keeper asks. */
  keepers: readonly { beacon: number; execution: number }[];
}

/** Of a frame in quiet: the last ones have no faults, so that all can be asked of them. */
export const QUIET_FRAMES = 2;
/** Longest fault, in slots: less than a frame of the preset. */
const LONGEST = 24;
const DEEPEST_REORG = 3;
/** Faults that begin in a frame, on average. */
const PER_FRAME = 2.5;

/**
 * Faults come in each frame but the last ones. A keeper that asks a single node is out of order while that node is: of those
 * one at a time may be, or killed, or have a wrong clock, so that more than two thirds of five can always sign. Of a keeper
 * that asks several nodes, one at a time is faulty, whatever others do.
 */
export function planFaults(options: ScheduleOptions): PlannedFault[] {
  const { seed, frames, slotsPerFrame, kinds, keepers } = options;
  const random = seededRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const planned: PlannedFault[] = [];
  if (kinds.length === 0) return planned;
  for (let frame = 0; frame < frames - QUIET_FRAMES; frame++) {
    const count = Math.floor(PER_FRAME + random());
    for (let i = 0; i < count; i++) {
      const kind = kinds[below(kinds.length)]!;
      const keeper = kind === "reorg" ? undefined : below(keepers.length);
      const nodes = keeper === undefined ? 1 : nodesOf(kind, keepers[keeper]!);
      const wanted: PlannedFault = {
        kind,
        keeper,
        node: below(nodes),
        fromSlot: frame * slotsPerFrame + below(slotsPerFrame),
        slots: kind === "reorg" ? 1 + below(DEEPEST_REORG) : 2 + below(LONGEST - 1),
        form: random(),
      };
      const settled = kind === "reorg" ? withinEpoch(wanted, options.slotsPerEpoch) : wanted;
      if (!planned.some((other) => collide(settled, other, keepers))) planned.push(settled);
    }
  }
  return planned.toSorted((a, b) => a.fromSlot - b.fromSlot);
}

/** Whether a keeper cannot do its part meanwhile. */
export function disables(
  { kind, keeper }: Pick<PlannedFault, "kind" | "keeper">,
  keepers: ScheduleOptions["keepers"],
): boolean {
  if (keeper === undefined) return false;
  return kind === "kill" || kind === "clock" || nodesOf(kind, keepers[keeper]!) === 1;
}

function nodesOf(kind: FaultKind, { beacon, execution }: { beacon: number; execution: number }): number {
  if (kind.startsWith("beacon-")) return beacon;
  return kind.startsWith("execution-") ? execution : 1;
}

/** What is final by the end of an epoch must not be undone: all of the blocks that go are of one epoch, and not its first. */
function withinEpoch(fault: PlannedFault, slotsPerEpoch: number): PlannedFault {
  const epoch = Math.floor(fault.fromSlot / slotsPerEpoch);
  const latest = slotsPerEpoch - 1 - fault.slots;
  return {
    ...fault,
    fromSlot: epoch * slotsPerEpoch + Math.min(latest, Math.max(1, fault.fromSlot % slotsPerEpoch)),
  };
}

function collide(a: PlannedFault, b: PlannedFault, keepers: ScheduleOptions["keepers"]): boolean {
  if (a.fromSlot >= b.fromSlot + b.slots || b.fromSlot >= a.fromSlot + a.slots) return false;
  if (a.kind === "reorg" || b.kind === "reorg") return a.kind === b.kind;
  return a.keeper === b.keeper || (disables(a, keepers) && disables(b, keepers));
}
