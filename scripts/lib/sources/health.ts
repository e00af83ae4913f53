/** How well an endpoint has done lately. Figures only: whoever asks decides what to do about them. */

/** A failure counts for so long. */
const MEMORY_MS = 10 * 60_000;
/** What one failure weighs: as much as an answer that is slower by this. */
const FAILURE_MS = 1_000;
/** What one slot or block behind the others weighs. */
const LAG_MS = 500;
/** Share of the newest latency in the mean. */
const NEWEST = 0.3;
/** The rest after a first failure; it doubles with each that follows, up to the longest. */
const REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;

export class Health {
  readonly #now: () => number;
  #failures: number[] = [];
  #inARow = 0;
  #restUntil = -Infinity;
  #latencyMs = 0;
  #lag = 0;

  /** @param now milliseconds; only differences count */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The lower, the better: milliseconds of delay that its faults are worth. */
  get score(): number {
    return this.#latencyMs + FAILURE_MS * this.recentFailures + LAG_MS * this.#lag;
  }

  /** Failures of the last ten minutes. */
  get recentFailures(): number {
    const from = this.#now() - MEMORY_MS;
    this.#failures = this.#failures.filter((time) => time > from);
    return this.#failures.length;
  }

  /** Mean of the time to an answer, the newest first in weight. Milliseconds. */
  get latencyMs(): number {
    return this.#latencyMs;
  }

  /** Slots or blocks behind the others, as told last. */
  get lag(): number {
    return this.#lag;
  }

  /** It did not answer, and is left alone for a while. */
  get isResting(): boolean {
    return this.#now() < this.#restUntil;
  }

  answered(latencyMs: number): void {
    this.#latencyMs = this.#latencyMs === 0 ? latencyMs : this.#latencyMs * (1 - NEWEST) + latencyMs * NEWEST;
    this.#inARow = 0;
    this.#restUntil = -Infinity;
  }

  /** It answered against the rules, or refused. */
  failed(): void {
    this.#failures.push(this.#now());
  }

  /** It did not answer. */
  away(): void {
    this.failed();
    this.#restUntil = this.#now() + Math.min(LONGEST_REST_MS, REST_MS * 2 ** this.#inARow);
    this.#inARow++;
  }

  isBehind(lag: number): void {
    this.#lag = Math.max(0, lag);
  }
}

/**
 * Where most of them are: the position that at least half of them have reached. One that claims to be far ahead
 * makes nobody late.
 */
export function commonPosition(positions: readonly number[]): number | undefined {
  const descending = positions.toSorted((a, b) => b - a);
  return descending[Math.ceil(descending.length / 2) - 1];
}
