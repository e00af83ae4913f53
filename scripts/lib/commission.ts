/**
 * How the operators' part of fee shares is shared out: pure, so that members who see the same facts get the same figures.
 * Shares have 18 decimals; every division rounds down, and what is left over is forfeited, to be burnt for all holders.
 */
import type { Duties } from "./participation.ts";
import { FORFEITED, NO_DUTIES, type OperatorFigures } from "./operatorFigures.ts";

const BP = 10_000n;

/** What a frame showed of one operator. */
export interface OperatorFrame {
  operatorId: bigint;
  commissionBp: bigint;
  duties: Duties;
  attestedBp: bigint | undefined;
  /** Execution rewards that its blocks did not pay to the pool in this frame, in wei. */
  withheldWei: bigint;
  /** What was held, burnt or forgiven on chain of all it ever withheld, in wei. */
  accountedWei: bigint;
}

export interface Pot {
  /** Fee shares of operators that no root has told of yet. */
  shares: bigint;
  /** In how many reports they came; a bad frame forfeits the part of one. */
  reports: bigint;
  /** Operators' part of rewards, in 1/100,000,000: the fee times what the other parts leave of it. */
  partOfRewards: bigint;
}

export interface Rate {
  toShares(wei: bigint): bigint;
  toWei(shares: bigint): bigint;
}

/** Whether an operator's frame is bad, as `DutyJudge` says it. */
export function isBadFrame(attestedBp: bigint | undefined, networkBp: bigint, leewayBp: bigint): boolean {
  return attestedBp !== undefined && attestedBp + leewayBp < networkBp;
}

/**
 * The next figures of all operators. Each earns the pot's shares by its part of our validators' duties that it did, as far
 * as its commission allows; less the part of one report for a bad frame; less what it still owes for withheld execution
 * rewards. Without active validators the pot is left for the next root.
 */
export function nextFigures(
  previous: readonly OperatorFigures[],
  operators: readonly OperatorFrame[],
  at: { frame: bigint; networkBp: bigint; leewayBp: bigint; pot: Pot; rate: Rate },
): OperatorFigures[] {
  const { frame, networkBp, leewayBp, pot, rate } = at;
  const before = new Map(previous.map((figures) => [figures.operatorId, figures]));
  const active = operators.reduce((sum, { duties }) => sum + duties.activeGwei, 0n);
  let left = active === 0n ? 0n : pot.shares;
  const next = new Map<bigint, OperatorFigures>();

  for (const operator of operators) {
    const { operatorId, attestedBp } = operator;
    const old = before.get(operatorId);
    let earned = active === 0n ? 0n : earnedOf(operator, pot, active);
    if (isBadFrame(attestedBp, networkBp, leewayBp)) earned -= ceilDiv(earned, pot.reports);
    let withheldWei = (old?.withheldWei ?? 0n) + operator.withheldWei;
    const owed = withheldWei - operator.accountedWei;
    if (owed > 0n) {
      const worth = rate.toWei(earned);
      const kept = worth > owed ? rate.toShares(owed) : earned;
      earned -= kept;
      withheldWei -= worth > owed ? owed : worth;
    }
    left -= earned;
    next.set(operatorId, {
      operatorId,
      cumulativeShares: (old?.cumulativeShares ?? 0n) + earned,
      frame,
      attestedBp: attestedBp ?? NO_DUTIES,
      networkBp,
      withheldWei,
    });
  }
  const forfeited = (before.get(FORFEITED)?.cumulativeShares ?? 0n) + left;
  if (forfeited > 0n) {
    next.set(FORFEITED, {
      operatorId: FORFEITED,
      cumulativeShares: forfeited,
      frame,
      attestedBp: NO_DUTIES,
      networkBp,
      withheldWei: 0n,
    });
  }
  return [...next.values()].sort((a, b) => (a.operatorId < b.operatorId ? -1 : 1));
}

/** A commission below the operators' part of rewards takes as much less of it. */
function earnedOf({ duties, commissionBp }: OperatorFrame, pot: Pot, active: bigint): bigint {
  const asked = commissionBp * BP;
  const full = pot.partOfRewards;
  if (asked >= full) return (pot.shares * duties.attestedGwei) / active;
  return (pot.shares * duties.attestedGwei * asked) / (active * full);
}

function ceilDiv(a: bigint, b: bigint): bigint {
  return b <= 1n ? a : (a + b - 1n) / b;
}
