/** What to pay for a transaction of type 2. Pure: figures in, fees or the reason to wait out. All amounts in wei per gas. */
import { FatalError } from "../errors.ts";
import { formatGwei, gweiToWei } from "../units.ts";
import { URGENCIES, type Fees, type Urgency } from "./types.ts";

export interface FeePolicy {
  /** Room for the base fee to rise, in percent of the next block's: at least 100. */
  baseFeePercent: bigint;
  /** Which of the tips that recent blocks took: 0 to 100. */
  tipPercentile: number;
  /** Floor of the tip; blocks without transactions report none. */
  minPriorityFeeWei: bigint;
  /** Cap of both fees together. */
  maxFeeWei: bigint;
  /** How long to wait for a block before paying more. */
  replaceAfterMs: number;
}

export type FeePolicies = Readonly<Record<Urgency, FeePolicy>>;

export const DEFAULT_POLICIES: FeePolicies = {
  idle: {
    baseFeePercent: 120n,
    tipPercentile: 10,
    minPriorityFeeWei: gweiToWei(1n) / 100n,
    maxFeeWei: gweiToWei(20n),
    replaceAfterMs: 30 * 60_000,
  },
  normal: {
    baseFeePercent: 150n,
    tipPercentile: 40,
    minPriorityFeeWei: gweiToWei(1n) / 20n,
    maxFeeWei: gweiToWei(100n),
    replaceAfterMs: 3 * 60_000,
  },
  urgent: {
    baseFeePercent: 200n,
    tipPercentile: 70,
    minPriorityFeeWei: gweiToWei(1n) / 2n,
    maxFeeWei: gweiToWei(500n),
    replaceAfterMs: 36_000,
  },
};

/** Idle work leaves half of a day's cap, and what is due a quarter, to what is urgent. */
export const DEFAULT_CAP_PERCENT: Readonly<Record<Urgency, number>> = { idle: 50, normal: 75, urgent: 100 };

/** What `eth_feeHistory` answers. */
export interface FeeHistory {
  /** One more than there are blocks: the last is the next block's. */
  baseFeePerGas: readonly string[];
  gasUsedRatio: readonly number[];
  /** Per block, one figure for each percentile that was asked for. */
  reward: readonly (readonly string[])[];
}

export interface Market {
  baseFeeWei: bigint;
  /** By percentile; none where all blocks were empty. */
  tipsWei: ReadonlyMap<number, bigint>;
}

/** Fees, or why none will do now. */
export type Quote = Fees | { waits: string };

/** Nodes take a replacement only where both fees rise by a tenth; some want an eighth. */
const REPLACEMENT_NUMERATOR = 9n;
const REPLACEMENT_DENOMINATOR = 8n;

/** Below these parts of its time left, an intent is at least normal, or urgent. */
const NORMAL_BELOW = 0.5;
const URGENT_BELOW = 0.2;

/** The percentiles that the policies want, ascending, as `eth_feeHistory` wants them. */
export function percentilesOf(policies: FeePolicies): number[] {
  const all = URGENCIES.map((urgency) => policies[urgency].tipPercentile);
  return [...new Set(all)].sort((a, b) => a - b);
}

/** @throws FatalError on an answer without a base fee */
export function marketOf(history: FeeHistory, percentiles: readonly number[]): Market {
  const next = history.baseFeePerGas.at(-1);
  if (next === undefined) throw new FatalError("the node's fee history names no base fee");
  const busy = history.reward.filter((_, block) => (history.gasUsedRatio[block] ?? 0) > 0);
  const tips = percentiles.flatMap((percentile, i) => {
    const paid = busy.map((block) => BigInt(block[i] ?? "0x0")).sort((a, b) => (a < b ? -1 : 1));
    const middle = paid[Math.floor(paid.length / 2)];
    return middle === undefined ? [] : [[percentile, middle] as const];
  });
  return { baseFeeWei: BigInt(next), tipsWei: new Map(tips) };
}

/** How urgent it is by now: its own urgency, or more as its deadline comes near. */
export function urgencyAt(
  {
    urgency,
    createdMs,
    deadlineMs,
  }: { urgency: Urgency; createdMs: number; deadlineMs?: number | undefined },
  nowMs: number,
): Urgency {
  if (deadlineMs === undefined) return urgency;
  const left = (deadlineMs - nowMs) / Math.max(1, deadlineMs - createdMs);
  const least: Urgency = left < URGENT_BELOW ? "urgent" : left < NORMAL_BELOW ? "normal" : "idle";
  return URGENCIES.indexOf(least) > URGENCIES.indexOf(urgency) ? least : urgency;
}

/** Fees for a first attempt: the tip gives way to the cap, down to its floor. */
export function quoteFees(market: Market, policy: FeePolicy): Quote {
  return quote(market, policy, { maxFeeWei: 0n, maxPriorityFeeWei: 0n });
}

/**
 * Fees for the same nonce again: at least an eighth more than before in both, at least today's, at most the cap.
 * @param before the highest fees that were signed for the nonce
 */
export function quoteReplacement(before: Fees, market: Market, policy: FeePolicy): Quote {
  return quote(market, policy, {
    maxFeeWei: raised(before.maxFeeWei),
    maxPriorityFeeWei: raised(before.maxPriorityFeeWei),
  });
}

function quote({ baseFeeWei, tipsWei }: Market, policy: FeePolicy, least: Fees): Quote {
  const cap = policy.maxFeeWei;
  const leastTip = max(policy.minPriorityFeeWei, least.maxPriorityFeeWei);
  const needed = max(least.maxFeeWei, baseFeeWei + leastTip);
  if (needed > cap) {
    return {
      waits: `waits for lower fees: ${formatGwei(needed)} gwei per gas are needed, the cap is ${formatGwei(cap)}`,
    };
  }
  const tip = max(leastTip, min(tipsWei.get(policy.tipPercentile) ?? 0n, cap - baseFeeWei));
  const wanted = (baseFeeWei * policy.baseFeePercent) / 100n + tip;
  return { maxFeeWei: min(max(least.maxFeeWei, wanted), cap), maxPriorityFeeWei: tip };
}

function raised(wei: bigint): bigint {
  return (wei * REPLACEMENT_NUMERATOR + REPLACEMENT_DENOMINATOR - 1n) / REPLACEMENT_DENOMINATOR;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
