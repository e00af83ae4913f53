import { RESERVED_ETH } from "../../actions/predeposit.ts";

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
  /** How many had it, and are not proven. */
  waiting: number;
  /** Whether others than the operator are paid for proofs now. */
  isDue: boolean;
}

export interface DepositsSeen {
  /** Of the newest block. */
  time: number;
  /** Ether that may be deposited. */
  freeEth: bigint;
  isPaused: boolean;
  draw: { isOpen: boolean; isSeedKnown: boolean; isLapsed: boolean; mayOpenFrom: number };
  lotEth: bigint;
  /** Most that an operator may hold after the next draw. */
  capEth: bigint;
  promisedEth: bigint;
  /** How long a weight is good for, in seconds. */
  weightLife: number;
  operators: OperatorSeen[];
  batches: BatchSeen[];
}

export type DepositStep =
  | { step: "prove"; commitmentId: string; indices: number[]; isPaid: boolean }
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

/**
 * What comes next: proofs and their top-ups, of the ether that is there; then draws; then predeposits of what is allotted, as
 * far as their top-ups are there too. None where nothing is to be done.
 */
export function planDeposits(seen: DepositsSeen): DepositStep[] | undefined {
  const proofs = planProofs(seen);
  const draws = planDraws(seen);
  const predeposits = seen.isPaused ? [] : planPredeposits(seen);
  const steps = [...proofs, ...draws, ...predeposits];
  return steps.length === 0 ? undefined : steps;
}

function planProofs({ batches, freeEth }: DepositsSeen): DepositStep[] {
  let left = freeEth;
  return batches.flatMap(({ commitmentId, provable, isDue }) => {
    const count = least(BigInt(provable.length), left / TOP_UP_ETH, BigInt(MAX_KEYS));
    if (count === 0n) return [];
    left -= count * TOP_UP_ETH;
    const indices = provable.slice(0, Number(count));
    return [{ step: "prove", commitmentId, indices, isPaid: isDue } as const];
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
