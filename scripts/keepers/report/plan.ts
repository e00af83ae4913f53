import type { Report } from "../../actions/buildReport.ts";
import { firstDifference, type Difference } from "./body.ts";

/** A member's place in the committee as of a frame's boundary. */
export interface Seat {
  memberId: bigint;
  key: string;
  weight: bigint;
}

/** What a member's keeper published, and whose signature it is: that was checked. */
export interface Vote {
  signer: string;
  signature: string;
  digest: string;
  report: Report;
}

/** A member that reports something else. */
export interface Disagreement extends Difference {
  signer: string;
}

export interface Gathered {
  /** The digest of one's own report. */
  digest: string;
  report: Report;
  /** Signatures of the same report, one for each key. */
  equal: Vote[];
  disagreements: Disagreement[];
  /** Weight of the equal ones, and of all. */
  weight: bigint;
  totalWeight: bigint;
}

/** Sorts votes by whether they are for one's own report. Votes of keys without a seat count for nothing. */
export function gather(own: Vote, others: readonly Vote[], seats: readonly Seat[]): Gathered {
  const weights = new Map(seats.map(({ key, weight }) => [key.toLowerCase(), weight]));
  const voters = new Map<string, Vote>();
  for (const vote of [own, ...others]) {
    const key = vote.signer.toLowerCase();
    if (weights.has(key) && !voters.has(key)) voters.set(key, vote);
  }
  const votes = [...voters.values()];
  const equal = votes.filter(({ digest }) => digest === own.digest);
  const disagreements = votes.flatMap((vote) => {
    const difference = firstDifference(own.report, vote.report);
    return difference === undefined ? [] : [{ signer: vote.signer, ...difference }];
  });
  const sum = (keys: readonly string[]) => keys.reduce((total, key) => total + (weights.get(key) ?? 0n), 0n);
  return {
    digest: own.digest,
    report: own.report,
    equal,
    disagreements,
    weight: sum(equal.map(({ signer }) => signer.toLowerCase())),
    totalWeight: sum([...weights.keys()]),
  };
}

/** More than two thirds of the weight: `IOracleCommittee.verify`. */
export function isQuorum({ weight, totalWeight }: Pick<Gathered, "weight" | "totalWeight">): boolean {
  return weight * 3n > totalWeight * 2n;
}

/**
 * How long a member waits before it submits, in seconds after the frame could be reported: its turn goes round with the
 * frames. One without a seat comes after all.
 */
export function turnDelay(
  { seats, signer, frame }: { seats: readonly Seat[]; signer: string | undefined; frame: bigint },
  secondsPerTurn: number,
): number {
  const at = seats.findIndex(({ key }) => key.toLowerCase() === signer?.toLowerCase());
  if (at < 0) return seats.length * secondsPerTurn;
  const first = Number(frame % BigInt(seats.length));
  return ((at - first + seats.length) % seats.length) * secondsPerTurn;
}
