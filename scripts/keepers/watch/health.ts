/**
 * Whether a keeper lives and can do its work, from facts that the runner tells it. A fact that nobody told, or
 * that is too old, is not taken for a good one: it is a cause of not being ready of its own.
 */
import { FatalError } from "../../lib/errors.ts";
import type { GaugeName } from "./catalogue.ts";
import {
  CAUSES,
  CAUSE_IDS,
  type CauseId,
  type Facts,
  type HealthLimits,
  type JobTimes,
  type Known,
} from "./causes.ts";
import type { Metrics } from "./metrics.ts";

export interface HealthOptions {
  /** Names of the jobs that run: each must tell its times. */
  jobs: readonly string[];
  limits: HealthLimits;
  /** It shows what it would do, and sends nothing: it is never ready. Default: false. */
  dryRun?: boolean;
  /** Seconds since 1970. */
  clock: () => number;
}

export interface FoundCause {
  id: CauseId;
  sentence: string;
  fix: string;
  detail: string;
}

const FACTS: readonly (keyof Facts)[] = [
  "sources",
  "quorum",
  "finalizedAt",
  "missingRoles",
  "balanceWei",
  "journal",
  "clockSkewSeconds",
  "signing",
];

/** What is shown of facts and jobs: taken back before each is shown anew, so that none outlives what it is made from. */
const FACT_GAUGES: readonly GaugeName[] = [
  "kedge_source_healthy",
  "kedge_source_head_age_seconds",
  "kedge_beacon_sources_agreeing",
  "kedge_beacon_sources_required",
  "kedge_finality_age_seconds",
  "kedge_keeper_roles_missing",
  "kedge_keeper_balance_ether",
  "kedge_journal_writable",
  "kedge_clock_skew_seconds",
  "kedge_job_last_success_age_seconds",
  "kedge_job_due_seconds",
  "kedge_job_grace_seconds",
];

interface Told<T> {
  value: T;
  at: number;
}

export class Health {
  readonly #facts = new Map<keyof Facts, Told<Facts[keyof Facts]>>();
  readonly #jobs = new Map<string, Told<JobTimes>>();
  readonly #options: HealthOptions;
  #tickedAt: number;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#tickedAt = options.clock();
  }

  /** The loop went round, or what runs in it came further. */
  tick(): void {
    this.#tickedAt = this.#options.clock();
  }

  /** What the runner found out; what it does not name stays as it was told before. */
  tell(facts: Partial<Facts>): void {
    const at = this.#options.clock();
    for (const name of FACTS) {
      const value = facts[name];
      if (value !== undefined) this.#facts.set(name, { value, at });
    }
  }

  /** The times of one job, told anew each time the loop goes round. @throws FatalError on a job that does not run */
  tellJob(job: string, times: JobTimes): void {
    if (!this.#options.jobs.includes(job)) throw new FatalError(`no job "${job}" runs here`);
    this.#jobs.set(job, { value: times, at: this.#options.clock() });
  }

  /** The loop goes round. */
  isAlive(): boolean {
    return !this.causes().some(({ id }) => id === "loop-stalled");
  }

  /** Why the keeper is not ready; none when it is. */
  causes(): FoundCause[] {
    const known = this.#known();
    return CAUSE_IDS.flatMap((id) => {
      const { sentence, fix, find } = CAUSES[id];
      const detail = find(known);
      return detail === undefined ? [] : [{ id, sentence, fix, detail }];
    });
  }

  /** Everything that is known, for people. */
  status() {
    const { facts, unknown, jobs, tickAgeSeconds, dryRun, limits } = this.#known();
    const causes = this.causes();
    return {
      alive: this.isAlive(),
      ready: causes.length === 0,
      dryRun,
      causes,
      tickAgeSeconds,
      facts,
      unknown,
      jobs: Object.fromEntries(jobs),
      limits,
    };
  }

  /** Sets the metrics that say the same. */
  publish(metrics: Metrics): void {
    const { facts, jobs, limits } = this.#known();
    const found = new Set(this.causes().map(({ id }) => id));
    metrics.set("kedge_ready", found.size === 0);
    for (const cause of CAUSE_IDS) metrics.set("kedge_health_cause", found.has(cause), { cause });

    metrics.set("kedge_loop_tick_age_seconds", this.#tickedAt);
    metrics.set("kedge_loop_tick_age_limit_seconds", limits.stallSeconds);
    metrics.set("kedge_finality_age_limit_seconds", limits.finalityAgeSeconds);
    metrics.set("kedge_clock_skew_limit_seconds", limits.clockSkewSeconds);
    metrics.set("kedge_keeper_balance_minimum_ether", limits.minBalanceWei);
    for (const name of FACT_GAUGES) metrics.forget(name);
    publishFacts(metrics, facts);

    for (const [keeper, { lastSuccessAt, dueAt }] of jobs) {
      if (lastSuccessAt !== undefined)
        metrics.set("kedge_job_last_success_age_seconds", lastSuccessAt, { keeper });
      if (dueAt === undefined) continue;
      metrics.set("kedge_job_due_seconds", dueAt, { keeper });
      metrics.set("kedge_job_grace_seconds", limits.jobGraceSeconds, { keeper });
    }
  }

  #known(): Known {
    const { clock, limits, jobs, dryRun = false } = this.#options;
    const now = clock();
    const isFresh = (told: Told<unknown> | undefined) =>
      told !== undefined && now - told.at <= limits.staleSeconds;
    const fresh = [...this.#facts].filter(([, told]) => isFresh(told));
    return {
      facts: Object.fromEntries(fresh.map(([name, { value }]) => [name, value])),
      unknown: [
        ...FACTS.filter((name) => !isFresh(this.#facts.get(name))),
        ...jobs.filter((job) => !isFresh(this.#jobs.get(job))).map((job) => `job ${job}`),
      ],
      jobs: new Map(
        [...this.#jobs].filter(([, told]) => isFresh(told)).map(([job, { value }]) => [job, value]),
      ),
      tickAgeSeconds: now - this.#tickedAt,
      dryRun,
      limits,
      now,
    };
  }
}

function publishFacts(metrics: Metrics, facts: Partial<Facts>): void {
  const { sources = [], quorum, finalizedAt, missingRoles, balanceWei, journal, clockSkewSeconds } = facts;
  for (const { layer, source, healthy, headAt } of sources) {
    metrics.set("kedge_source_healthy", healthy, { layer, source });
    if (headAt !== undefined) metrics.set("kedge_source_head_age_seconds", headAt, { layer, source });
  }
  if (quorum !== undefined) {
    metrics.set("kedge_beacon_sources_agreeing", quorum.agreeing);
    metrics.set("kedge_beacon_sources_required", quorum.required);
  }
  if (finalizedAt !== undefined) metrics.set("kedge_finality_age_seconds", finalizedAt);
  if (missingRoles !== undefined) metrics.set("kedge_keeper_roles_missing", missingRoles.length);
  if (balanceWei !== undefined) metrics.set("kedge_keeper_balance_ether", balanceWei);
  if (journal !== undefined) metrics.set("kedge_journal_writable", journal.writable);
  if (clockSkewSeconds !== undefined) metrics.set("kedge_clock_skew_seconds", Math.abs(clockSkewSeconds));
}
