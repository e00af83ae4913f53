import { isError } from "ethers";
import { explain, isRetryable } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import { OvertakenError, type AnyJob, type Cycle, type Outcome } from "./job.ts";

/** Errors of ethers that say that a node is away. */
const AWAY = ["NETWORK_ERROR", "SERVER_ERROR", "TIMEOUT"] as const;

/** What became of a cycle. */
export interface CycleResult {
  job: string;
  cycle: string;
  outcome: Outcome;
  /** What was done, or why nothing was. */
  text: string;
  startedAt: number;
}

export interface RunnerOptions {
  jobs: readonly AnyJob[];
  log: Logger;
  /** Seconds since 1970. */
  now: () => number;
  /** Comes back after so many seconds, or at once when the signal is given. */
  sleep: (seconds: number, signal: AbortSignal) => Promise<void>;
  pollSeconds: number;
  /** Told of each cycle's end: metrics and health. */
  onCycle?: (result: CycleResult) => void;
  /** Before each round: what health is told. */
  beforeRound?: () => Promise<void>;
  /** After each round: what moves transactions on. */
  betweenRounds?: () => Promise<void>;
  /** Shows decisions, and does nothing. */
  dryRun?: boolean;
}

/**
 * Runs jobs one after the other, round after round. A job that fails does not stop the others, and is tried again in the
 * next round. Nothing is remembered between rounds: what is to be done is seen on the chains.
 */
export class Runner {
  readonly #options: RunnerOptions;
  #cycles = 0;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Rounds until the signal is given; the round that runs then is brought to its end. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.round(signal);
      if (!signal.aborted) await this.#options.sleep(this.#options.pollSeconds, signal);
    }
  }

  /** Each job once. */
  async round(signal?: AbortSignal): Promise<CycleResult[]> {
    const { jobs, beforeRound, betweenRounds, log } = this.#options;
    const results: CycleResult[] = [];
    await beforeRound?.().catch((error: unknown) => log.warn({ err: error }, "nothing was found out"));
    for (const job of jobs) {
      if (signal?.aborted) break;
      results.push(await this.#cycle(job));
    }
    await betweenRounds?.().catch((error: unknown) =>
      log.error({ err: error }, "transactions did not move on"),
    );
    return results;
  }

  async #cycle(job: AnyJob): Promise<CycleResult> {
    const { now, log, onCycle } = this.#options;
    const startedAt = now();
    const id = `${job.name}-${startedAt}-${++this.#cycles}`;
    const cycle: Cycle = { id, now: startedAt, log: log.child({ job: job.name, cycle: id }) };
    const ended = await this.#outcome(job, cycle);
    const result = { job: job.name, cycle: id, startedAt, ...ended };
    onCycle?.(result);
    return result;
  }

  async #outcome(job: AnyJob, cycle: Cycle): Promise<Pick<CycleResult, "outcome" | "text">> {
    try {
      const plan: unknown = job.plan(await job.observe(cycle), cycle.now);
      if (plan === undefined) return { outcome: "idle", text: "nothing to do" };
      if (this.#options.dryRun) {
        cycle.log.info({ plan }, "would act");
        return { outcome: "idle", text: "would act" };
      }
      const text = await job.act(plan, cycle);
      cycle.log.info(text);
      return { outcome: "acted", text };
    } catch (error) {
      const text = explain(error);
      if (error instanceof OvertakenError) {
        cycle.log.info(text);
        return { outcome: "idle", text };
      }
      if (isRetryable(error) || AWAY.some((code) => isError(error, code))) {
        cycle.log.warn({ err: error }, "later");
        return { outcome: "retry", text };
      }
      cycle.log.error({ err: error }, "a person is needed");
      return { outcome: "failed", text };
    }
  }
}
