import { firstDifference, type Difference } from "./difference.ts";

/** What one source says. */
export interface Vote<T> {
  source: string;
  value: T;
}

/** A source that says something else than the agreed, and where it first differs: left the agreed, right its own. */
export interface Dissent {
  source: string;
  difference: Difference;
}

export interface Verdict<T> {
  /** Those that agree, in the order of the votes; never none. */
  agreed: readonly [Vote<T>, ...Vote<T>[]];
  dissent: Dissent[];
}

/** Votes that say the same, put together; the largest group first. */
export function groupVotes<T>(votes: readonly Vote<T>[], compared: (value: T) => unknown): Vote<T>[][] {
  const groups: Vote<T>[][] = [];
  for (const vote of votes) {
    const same = groups.find(
      ([first]) => first && !firstDifference(compared(first.value), compared(vote.value)),
    );
    if (same) same.push(vote);
    else groups.push([vote]);
  }
  return groups.toSorted((a, b) => b.length - a.length);
}

/**
 * What `quorum` sources say equally; undefined where that is nothing, or where another quorum says otherwise.
 *
 * @param compared what of a value must be equal
 */
export function decide<T>(
  votes: readonly Vote<T>[],
  quorum: number,
  compared: (value: T) => unknown,
): Verdict<T> | undefined {
  const [largest, ...others] = groupVotes(votes, compared);
  if (largest === undefined || largest.length < quorum) return undefined;
  if (others.some(({ length }) => length >= quorum)) return undefined;
  const [first] = largest as [Vote<T>, ...Vote<T>[]];
  const dissent = others.flat().map(({ source, value }) => ({
    source,
    difference: firstDifference(compared(first.value), compared(value))!,
  }));
  return { agreed: largest as [Vote<T>, ...Vote<T>[]], dissent };
}
