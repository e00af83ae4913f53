import { RetryableError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";

/** What a cycle of a job came to. */
export type Outcome =
  /** Something was done. */
  | "acted"
  /** There was nothing to do. */
  | "idle"
  /** It may succeed later: a node was away, or a state is not there yet. */
  | "retry"
  /** A person is needed: somebody lies, or a setting is wrong. */
  | "failed";

/** One round of a job, for logs and metrics. */
export interface Cycle {
  /** Unique in this process. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly now: number;
  readonly log: Logger;
}

/**
 * A job of a keeper: it looks, decides, and does. To do it twice does no harm: whoever acts looks again before.
 *
 * - `observe` asks chains and other keepers, and changes nothing.
 * - `plan` is pure: the same observation at the same time gives the same plan; none where nothing is to be done.
 * - `pressing` is pure, too: the part of a plan that cannot wait for this keeper's turn, though others may do the same now.
 * - `act` carries the plan out and says in a line what was done.
 *
 * Errors: `OvertakenError` where nothing is left to do; `RetryableError` where the next cycle may succeed; anything else needs a person.
 */
export interface Job<O = unknown, P = unknown> {
  readonly name: string;
  observe(cycle: Cycle): Promise<O>;
  plan(observed: O, now: number): P | undefined;
  /** Default: all can wait. */
  pressing?(plan: P, observed: O, now: number): P | undefined;
  act(plan: P, cycle: Cycle): Promise<string>;
}

/** Somebody else did it between the look and the act: nothing is left to do. */
export class OvertakenError extends RetryableError {}

/** Jobs of all kinds in one list. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyJob = Job<any, any>;
