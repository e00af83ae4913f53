import type { Cycle, Job } from "./job.ts";

export interface TurnsOptions {
  /** How long a turn is, in seconds. */
  turnSeconds: number;
  /** Keys of the committee, in its order: one turn for each. */
  keys: () => Promise<readonly string[]>;
  /** Of this keeper: its member's key, or else its account, which shares the turn of one of them. */
  address: () => Promise<string>;
}

/** Turns go round by the time since 1970, so that keepers that never heard of each other agree whose it is. */
export interface Round {
  turnSeconds: number;
  /** Whose turn is ours, of so many. */
  place: number;
  places: number;
}

export interface SeenInTurn<O> {
  seen: O;
  /** None where there is nothing to do, or nobody to take turns with. */
  round: Round | undefined;
}

/** What the last turn sent is in a block by then: a part of each turn at its beginning. */
const PAUSE = 1 / 4;
/** A step waits for its block. */
const SECONDS_PER_STEP = 12;

/**
 * A job that several keepers run and each could do alone: it acts in this keeper's turn, as far as that lasts, and of what
 * cannot wait at any time.
 */
export class TakingTurns<O, P> implements Job<SeenInTurn<O>, P> {
  readonly name: string;
  readonly #job: Job<O, P>;
  readonly #options: TurnsOptions;

  constructor(job: Job<O, P>, options: TurnsOptions) {
    this.name = job.name;
    this.#job = job;
    this.#options = options;
  }

  async observe(cycle: Cycle): Promise<SeenInTurn<O>> {
    const seen = await this.#job.observe(cycle);
    if (this.#job.plan(seen, cycle.now) === undefined) return { seen, round: undefined };
    const [keys, address] = await Promise.all([this.#options.keys(), this.#options.address()]);
    const round = roundOf(keys, address, this.#options.turnSeconds);
    const left = secondsLeft(round, cycle.now);
    cycle.log.debug({ ...round, secondsLeft: left }, left > 0 ? "our turn" : "not our turn");
    return { seen, round };
  }

  plan({ seen, round }: SeenInTurn<O>, now: number): P | undefined {
    const plan = this.#job.plan(seen, now);
    if (plan === undefined || round === undefined) return plan;
    const left = secondsLeft(round, now);
    return left > 0 ? firstOf(plan, left) : this.#job.pressing?.(plan, seen, now);
  }

  act(plan: P, cycle: Cycle): Promise<string> {
    return this.#job.act(plan, cycle);
  }
}

/** One that is not of the committee has a member's turn, by its address. */
export function roundOf(keys: readonly string[], address: string, turnSeconds: number): Round | undefined {
  if (keys.length === 0) return undefined;
  const places = keys.length;
  const at = keys.findIndex((key) => key.toLowerCase() === address.toLowerCase());
  return { turnSeconds, place: at >= 0 ? at : Number(BigInt(address) % BigInt(places)), places };
}

/** How long this turn goes on, in seconds; 0 where it is not ours, or what was sent in the one before may not be seen yet. */
export function secondsLeft(round: Round | undefined, now: number): number {
  if (round === undefined) return Infinity;
  const { turnSeconds, place, places } = round;
  const isOurs = Math.floor(now / turnSeconds) % places === place;
  const gone = now % turnSeconds;
  return isOurs && gone >= turnSeconds * PAUSE ? turnSeconds - gone : 0;
}

/** As many steps as there is time for, and one at least. */
function firstOf<P>(plan: P, seconds: number): P {
  if (!Array.isArray(plan) || seconds === Infinity) return plan;
  return plan.slice(0, Math.max(1, Math.floor(seconds / SECONDS_PER_STEP))) as P;
}
