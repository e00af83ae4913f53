import { RESERVED_ETH } from "../../actions/predeposit.ts";
import type { Deadline } from "../deadline.ts";

/** An operator, as draws see it. Amounts are whole ETH, times seconds since 1970. */
export interface OperatorSeen {
  operatorId: bigint;
  /** Good or watched. */
  mayDraw: boolean;
  stakeEth: bigint;
  /** Stake that its bond can back. */
  capacityEth: bigint;
  /** What is left of its allotment, and when that ends. */
  leftEth: bigint;
  endsAt: number;
  /** Its weight in draws as it was computed, when, and what it would be computed to now. */
  weight: bigint;
  refreshedAt: number;
  weightNow: bigint;
}

/** Keys of a commitment, by their order in it. */
export interface BatchSeen {
  commitmentId: string;
  operatorId: bigint;
  /** Keys that may have their predeposit: with good signatures, and unknown to the beacon chain. */
  fresh: number[];
  /** Keys that had it, and are validators of ours that stay. */
  provable: number[];
  /** Keys that had it, and are validators of somebody else; and those that are ours already by another commitment. */
  foreign: number[];
  duplicate: number[];
  /** How many had it, and are not proven. */
  waiting: number;
  /** From when on others than the operator are paid for the first proof; 0 where there is nothing to prove. */
  dueFrom: number;
}

/** A predeposit that was not proven in time, and for which the bond is to be locked; or burnt, where it is lost. */
export interface OverdueSeen {
  commitmentId: string;
  operatorId: bigint;
  root: string;
  gindex: bigint;
  isLost: boolean;
}

export interface DepositsSeen {
  /** Of the newest block. */
  time: number;
  /** Ether that may be deposited. */
  freeEth: bigint;
  isPaused: boolean;
  draw: {
    isOpen: boolean;
    isSeedKnown: boolean;
    isLapsed: boolean;
    mayOpenFrom: number;
    /** Between these its seed can be shown. */
    seedFrom: number;
    seedUntil: number;
  };
  lotEth: bigint;
  /** Most that an operator may hold after the next draw. */
  capEth: bigint;
  promisedEth: bigint;
  /** How long a weight is good for, in seconds. */
  weightLife: number;
  /** How long an allotment stands, and how long a predeposit may wait for its proof, in seconds. */
  allotmentLife: number;
  predepositDeadline: number;
  operators: OperatorSeen[];
  batches: BatchSeen[];
  overdue: OverdueSeen[];
}

export type DepositStep =
  | { step: "foreign" | "duplicate"; commitmentId: string; at: number }
  | { step: "lock" | "burn"; operatorId: bigint; root: string; gindices: bigint[] }
  | { step: "prove" | "proveAlone"; commitmentId: string; indices: number[]; isPaid: boolean }
  | { step: "settle" }
  | { step: "abandon" }
  | { step: "lapse"; operatorId: bigint }
  | { step: "refresh"; operatorId: bigint }
  | { step: "open" }
  | { step: "predeposit"; commitmentId: string; indices: number[] };

/** What a validator gets once it is proven, in ETH: 32 with its predeposit. */
export const TOP_UP_ETH = 31n;
/** Keys of a transaction: `MAX_ITEMS` of `KeeperJobs`; checked signatures cost 174,000 gas each. */
export const MAX_KEYS = 16;
/** A weight that moved by less than a hundredth is left as it is until it is old. */
const WEIGHT_PARTS = 100n;

/** Proofs of keys that are none of ours: each takes a transaction. */
const MAX_FAULTS = 8;
/** Predeposits that are locked or burnt in a transaction: some 40,000 gas each. */
const MAX_OVERDUE = 64;

/**
 * What comes next: proofs of what operators did wrong, which stop them; proofs of keys and their top-ups, of the ether that
 * is there; what bonds pay for predeposits that nobody proved; then draws; then predeposits of what is allotted, as far as
 * their top-ups are there too. None where nothing is to be done.
 */
export function planDeposits(seen: DepositsSeen): DepositStep[] | undefined {
  const proofs = planProofs(seen);
  const draws = planDraws(seen);
  const predeposits = seen.isPaused ? [] : planPredeposits(seen);
  const steps = [...planFaults(seen), ...proofs, ...planOverdue(seen), ...draws, ...predeposits];
  return steps.length === 0 ? undefined : steps;
}

/**
 * A draw is settled while its seed can be shown, keys are proven before the bond is locked for them, and allotments spent
 * before they end.
 */
export function depositDeadline(step: DepositStep, seen: DepositsSeen): Deadline | undefined {
  if (step.step === "settle") return { from: seen.draw.seedFrom, until: seen.draw.seedUntil };
  if (!("indices" in step)) return undefined;
  const batch = seen.batches.find(({ commitmentId }) => commitmentId === step.commitmentId)!;
  if (step.step !== "predeposit") {
    return { from: batch.dueFrom, until: batch.dueFrom + seen.predepositDeadline };
  }
  const { endsAt } = seen.operators.find(({ operatorId }) => operatorId === batch.operatorId)!;
  return { from: endsAt - seen.allotmentLife, until: endsAt };
}

function planFaults({ batches }: DepositsSeen): DepositStep[] {
  const of = (step: "foreign" | "duplicate") =>
    batches.flatMap(({ commitmentId, [step]: places }) =>
      places.map((at): DepositStep => ({ step, commitmentId, at })),
    );
  return [...of("foreign"), ...of("duplicate")].slice(0, MAX_FAULTS);
}

/** One step for each commitment, of those to lock and those to burn. */
function planOverdue({ overdue }: DepositsSeen): DepositStep[] {
  const steps = new Map<string, DepositStep & { step: "lock" | "burn" }>();
  for (const { commitmentId, operatorId, root, gindex, isLost } of overdue) {
    const step = isLost ? "burn" : "lock";
    const id = `${step} ${commitmentId}`;
    const planned = steps.get(id) ?? { step, operatorId, root, gindices: [] };
    if (planned.gindices.length < MAX_OVERDUE) planned.gindices.push(gindex);
    steps.set(id, planned);
  }
  return [...steps.values()];
}

/** Keys of operators that are stopped get no more ether, and are proven all the same: their bond is not to pay for them. */
function planProofs({ batches, operators, freeEth, time }: DepositsSeen): DepositStep[] {
  const stopped = new Set(operators.filter(({ mayDraw }) => !mayDraw).map(({ operatorId }) => operatorId));
  let left = freeEth;
  return batches.flatMap(({ commitmentId, operatorId, provable, dueFrom }): DepositStep[] => {
    const isAlone = stopped.has(operatorId);
    const most = isAlone ? BigInt(MAX_KEYS) : least(left / TOP_UP_ETH, BigInt(MAX_KEYS));
    const indices = provable.slice(0, Number(most));
    if (indices.length === 0) return [];
    if (!isAlone) left -= BigInt(indices.length) * TOP_UP_ETH;
    return [{ step: isAlone ? "proveAlone" : "prove", commitmentId, indices, isPaid: dueFrom <= time }];
  });
}

function planDraws(seen: DepositsSeen): DepositStep[] {
  const { draw, operators, time } = seen;
  if (draw.isOpen) {
    if (draw.isLapsed) return [{ step: "abandon" }];
    return draw.isSeedKnown ? [{ step: "settle" }] : [];
  }
  const ended = operators.filter(({ leftEth, endsAt }) => leftEth > 0n && endsAt <= time);
  if (ended.length > 0) return ended.map(({ operatorId }) => ({ step: "lapse", operatorId }));
  if (time < draw.mayOpenFrom || seen.promisedEth + seen.lotEth > unreservedEth(seen)) return [];
  if (!operators.some((operator) => mayWin(operator, seen))) return [];
  const stale = operators.filter((operator) => isStale(operator, seen));
  if (stale.length > 0) return stale.map(({ operatorId }) => ({ step: "refresh", operatorId }));
  return [{ step: "open" }];
}

/** Whether the lot could go to this operator: a draw that nobody can win costs gas for nothing. */
function mayWin(o: OperatorSeen, { lotEth, capEth }: DepositsSeen): boolean {
  const held = o.stakeEth + o.leftEth + lotEth;
  return o.mayDraw && o.weightNow > 0n && held <= capEth && held <= o.capacityEth;
}

/** Whether a weight is another one by now, or old: in the second half of its life. */
function isStale({ weight, weightNow, refreshedAt }: OperatorSeen, { time, weightLife }: DepositsSeen) {
  const moved = weightNow > weight ? weightNow - weight : weight - weightNow;
  if (moved * WEIGHT_PARTS > weight) return true;
  return weightNow > 0n && refreshedAt + weightLife / 2 < time;
}

function planPredeposits(seen: DepositsSeen): DepositStep[] {
  const { batches, operators, time } = seen;
  const room = new Map(
    operators.map(({ operatorId, leftEth, endsAt, stakeEth, capacityEth }) => [
      operatorId,
      endsAt > time ? least(leftEth, capacityEth - stakeEth) : 0n,
    ]),
  );
  let left = unreservedEth(seen);
  return batches.flatMap(({ commitmentId, operatorId, fresh }) => {
    const allowed = room.get(operatorId) ?? 0n;
    const keys = least(BigInt(fresh.length), allowed / RESERVED_ETH, left / RESERVED_ETH, BigInt(MAX_KEYS));
    if (keys <= 0n) return [];
    room.set(operatorId, allowed - keys * RESERVED_ETH);
    left -= keys * RESERVED_ETH;
    return [{ step: "predeposit", commitmentId, indices: fresh.slice(0, Number(keys)) } as const];
  });
}

/** Free ether without the top-ups of keys that wait for their proofs: no allotment counts these. */
function unreservedEth({ batches, freeEth }: DepositsSeen): bigint {
  return freeEth - TOP_UP_ETH * batches.reduce((sum, { waiting }) => sum + BigInt(waiting), 0n);
}

function least(...amounts: bigint[]): bigint {
  return amounts.reduce((a, b) => (a < b ? a : b));
}
