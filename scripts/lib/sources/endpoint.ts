import { explain, FatalError, isRetryable } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Health } from "./health.ts";

/** Where log lines go; nothing more of a logger is needed. */
export type Log = Pick<Logger, "info" | "warn">;

/** The endpoint serves another network than ours, or one that this software does not understand. */
export class WrongNetworkError extends FatalError {}

export interface EndpointOptions<C> {
  /** Host and port: fit for logs. */
  name: string;
  client: C;
  /** Looks who answers. Throws `WrongNetworkError` where it is not the network that is wanted. */
  identify: (client: C) => Promise<void>;
  /** Whether an error is an answer like any other. Default: none is. */
  isAnswer?: (error: unknown) => boolean;
  /** Told of each answer. */
  onAnswer?: (() => void) | undefined;
  log?: Log | undefined;
  /** Milliseconds; only differences count. Default: `Date.now`. */
  now?: (() => number) | undefined;
}

/** For status pages and metrics. */
export interface EndpointStatus {
  name: string;
  state: "unknown" | "trusted" | "away" | "refused";
  /** Why it is refused. */
  refusal: string | undefined;
  score: number;
  lag: number;
  latencyMs: number;
  recentFailures: number;
}

/**
 * One of several nodes. Its identity is checked before the first use, and again before the first one after a failure: the
 * machine that comes back under an address need not be the one that went away. Whoever is of another network is never
 * used again.
 */
export class Endpoint<C> {
  readonly name: string;
  readonly health: Health;
  readonly #client: C;
  readonly #now: () => number;
  readonly #identify: (client: C) => Promise<void>;
  readonly #isAnswer: (error: unknown) => boolean;
  readonly #onAnswer: (() => void) | undefined;
  readonly #log: Log | undefined;
  #identification: Promise<void> | undefined;
  #isTrusted = false;
  #refusal: WrongNetworkError | undefined;

  constructor(options: EndpointOptions<C>) {
    const { name, client, identify, isAnswer = () => false, onAnswer, now = Date.now, log } = options;
    this.name = name;
    this.health = new Health(now);
    this.#client = client;
    this.#now = now;
    this.#identify = identify;
    this.#isAnswer = isAnswer;
    this.#onAnswer = onAnswer;
    this.#log = log;
  }

  /** Why it is never used again; undefined while it may be. */
  get refusal(): string | undefined {
    return this.#refusal?.message;
  }

  get status(): EndpointStatus {
    const { score, lag, latencyMs, recentFailures, isResting } = this.health;
    const state = this.#refusal ? "refused" : isResting ? "away" : this.#isTrusted ? "trusted" : "unknown";
    return { name: this.name, state, refusal: this.refusal, score, lag, latencyMs, recentFailures };
  }

  /**
   * Asks the node, once it is known to be of our network.
   *
   * @throws WrongNetworkError where it is not
   * @throws what `action` throws
   */
  async use<T>(action: (client: C) => Promise<T>): Promise<T> {
    await this.check();
    return this.#observe(() => action(this.#client));
  }

  /** Checks the identity, where that is due. Errors as for `use`. */
  async check(): Promise<void> {
    if (this.#refusal) throw this.#refusal;
    if (this.#isTrusted) return;
    this.#identification ??= this.#observe(() => this.#identify(this.#client)).finally(() => {
      this.#identification = undefined;
    });
    await this.#identification;
    if (!this.#isTrusted) this.#log?.info({ source: this.name }, "the node is of our network");
    this.#isTrusted = true;
  }

  /** It has given itself away: what it said does not hold. */
  distrust(): void {
    this.health.failed();
    this.#isTrusted = false;
  }

  async #observe<T>(action: () => Promise<T>): Promise<T> {
    const start = this.#now();
    try {
      const result = await action();
      this.#noteAnswer(start);
      return result;
    } catch (error) {
      this.#noteError(error, start);
      throw error;
    }
  }

  #noteAnswer(start: number): void {
    this.health.answered(this.#now() - start);
    this.#onAnswer?.();
  }

  #noteError(error: unknown, start: number): void {
    if (this.#isAnswer(error)) return this.#noteAnswer(start);
    if (error instanceof WrongNetworkError) {
      this.#refusal = error;
      this.#log?.warn({ source: this.name }, `never used again: ${error.message}`);
      return;
    }
    this.#isTrusted = false;
    if (isRetryable(error)) this.health.away();
    else this.health.failed();
    this.#log?.warn({ source: this.name, recentFailures: this.health.recentFailures }, explain(error));
  }
}

/** Those that may be used, the best first; those that rest come last. The order given decides between equals. */
export function byHealth<C>(endpoints: readonly Endpoint<C>[]): Endpoint<C>[] {
  return endpoints
    .filter(({ refusal }) => refusal === undefined)
    .toSorted(
      (a, b) => Number(a.health.isResting) - Number(b.health.isResting) || a.health.score - b.health.score,
    );
}
