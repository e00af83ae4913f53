import { amount, wholeNumber } from "../lib/settings/kinds.ts";
import { DEFAULT_CAP_PERCENT } from "../lib/tx/fees.ts";
import { withDefault, type Others } from "../lib/settings/setting.ts";
import { formatGwei, WEI_PER_ETHER, WEI_PER_GWEI } from "../lib/units.ts";

/** Fees are set for each urgency: how much, at most and at least, and how near to what others pay. */
export const URGENCIES = ["idle", "normal", "urgent"] as const;
export type Urgency = (typeof URGENCIES)[number];

export interface FeePolicy {
  /** The most that a transaction may offer for a unit of gas, base fee included. */
  readonly maxFeeWei: bigint;
  /** The least that is offered to the proposer. */
  readonly minPriorityFeeWei: bigint;
  /** Which of the priority fees of recent blocks is offered, from 0 to 100. */
  readonly tipPercentile: number;
}

function feeSettings(
  when: string,
  maxFeeName: string,
  first: { maxFeeGwei: bigint; floorWei: bigint; percentile: number },
) {
  return {
    maxFee: withDefault(amount("gwei"), first.maxFeeGwei * WEI_PER_GWEI, {
      about: `The most that is paid for gas ${when}, base fee included.`,
      unit: "gwei",
      example: String(first.maxFeeGwei),
    }),
    floor: withDefault(amount("gwei"), first.floorWei, {
      about: `The least that is offered to the proposer ${when}.`,
      unit: "gwei",
      example: formatGwei(first.floorWei),
      check: {
        from: [maxFeeName],
        problem: (floorWei: bigint, others: Others) =>
          floorWei <= (others[maxFeeName] as bigint)
            ? undefined
            : `must be at most ${maxFeeName}, which is ${formatGwei(others[maxFeeName] as bigint)} gwei`,
      },
    }),
    percentile: withDefault(wholeNumber(0, 100), first.percentile, {
      about: `Which of the priority fees of recent blocks is offered ${when}.`,
      unit: "percentile",
      example: String(first.percentile),
    }),
  };
}

const GWEI_TENTH = WEI_PER_GWEI / 10n;

const idle = feeSettings("for what can wait", "idleMaxFee", {
  maxFeeGwei: 10n,
  floorWei: GWEI_TENTH / 10n,
  percentile: 10,
});
const normal = feeSettings("for what is due", "normalMaxFee", {
  maxFeeGwei: 40n,
  floorWei: GWEI_TENTH,
  percentile: 40,
});
const urgent = feeSettings("near a deadline", "urgentMaxFee", {
  maxFeeGwei: 200n,
  floorWei: WEI_PER_GWEI,
  percentile: 80,
});

export const FEE_SETTINGS = {
  dailyCap: withDefault(amount("ether"), WEI_PER_ETHER, {
    about: "The most that transactions may cost in any 24 hours, what they send included.",
    unit: "ether",
    example: "1",
  }),
  normalCapPercent: withDefault(wholeNumber(1, 100), DEFAULT_CAP_PERCENT.normal, {
    about:
      "How much of dailyCap may be spent when something that is due is sent: the rest is for what is urgent.",
    unit: "percent of dailyCap",
    example: String(DEFAULT_CAP_PERCENT.normal),
  }),
  idleCapPercent: withDefault(wholeNumber(1, 100), DEFAULT_CAP_PERCENT.idle, {
    about:
      "How much of dailyCap may be spent when something that can wait is sent: the rest is for what cannot.",
    unit: "percent of dailyCap",
    example: String(DEFAULT_CAP_PERCENT.idle),
    check: {
      from: ["normalCapPercent"],
      problem: (percent: number, { normalCapPercent }: Others) =>
        percent <= (normalCapPercent as number)
          ? undefined
          : `must be at most normalCapPercent, which is ${normalCapPercent as number}`,
    },
  }),
  idleMaxFee: idle.maxFee,
  idlePriorityFloor: idle.floor,
  idlePriorityPercentile: idle.percentile,
  normalMaxFee: normal.maxFee,
  normalPriorityFloor: normal.floor,
  normalPriorityPercentile: normal.percentile,
  urgentMaxFee: urgent.maxFee,
  urgentPriorityFloor: urgent.floor,
  urgentPriorityPercentile: urgent.percentile,
};

/** The settings of fees as one policy for each urgency. */
export function feePolicies(
  settings: Readonly<{
    [Name in keyof typeof FEE_SETTINGS]: Name extends `${string}Percent${string}` ? number : bigint;
  }>,
): Record<Urgency, FeePolicy> {
  const policy = (urgency: Urgency): FeePolicy => ({
    maxFeeWei: settings[`${urgency}MaxFee`],
    minPriorityFeeWei: settings[`${urgency}PriorityFloor`],
    tipPercentile: settings[`${urgency}PriorityPercentile`],
  });
  return { idle: policy("idle"), normal: policy("normal"), urgent: policy("urgent") };
}
