/** A keeper in good health, hour after hour, on a clock of its own; a test makes one thing go wrong. */
import type { Facts, HealthLimits, JobTimes } from "../../../scripts/keepers/watch/causes.ts";
import type { Scrape } from "../../../scripts/keepers/watch/evaluate.ts";
import { Health } from "../../../scripts/keepers/watch/health.ts";
import { Metrics } from "../../../scripts/keepers/watch/metrics.ts";
import { WEI_PER_ETHER } from "../../../scripts/lib/units.ts";

export const POLL_SECONDS = 30;
export const FRAME_SECONDS = 3600;
const SECONDS_PER_SLOT = 12;
/** A report is booked so long after its reference slot. */
const REPORT_DELAY_SECONDS = 120;
/** The start of a frame. */
export const START = 1_800_000_000;

export const KEEPERS = ["report", "finalise"];
export const SOURCES = ["el-a:8545", "cl-a:5052", "cl-b:5052"];
export const LIMITS: HealthLimits = {
  stallSeconds: 60,
  staleSeconds: 120,
  finalityAgeSeconds: 1800,
  minBalanceWei: WEI_PER_ETHER / 10n,
  clockSkewSeconds: 2,
  jobGraceSeconds: 90,
};

/** What is not told to `Health`. */
interface Chain {
  frameRefAt: number;
  reportRefAt: number;
  reportParked: boolean;
  signedRatio: number;
  oldestReadyAt: number | undefined;
  valves: { staking: boolean; finalization: boolean };
  stuckSince: number | undefined;
}

export class World {
  now = START;
  readonly clock = () => this.now;
  readonly metrics = new Metrics({
    keepers: KEEPERS,
    sources: SOURCES,
    staleSeconds: 120,
    clock: this.clock,
  });
  readonly health: Health;

  constructor({ dryRun = false } = {}) {
    this.health = new Health({ jobs: KEEPERS, limits: LIMITS, dryRun, clock: this.clock });
  }

  /** One round of the loop in which all is well, but for what `fault` changes, and its scrape. */
  async poll(fault: Fault = {}): Promise<Scrape> {
    this.now += POLL_SECONDS;
    const facts = this.#facts();
    const chain = this.#chain();
    const jobs = new Map<string, JobTimes>(
      KEEPERS.map((keeper) => [keeper, { lastSuccessAt: this.now, dueAt: this.now + 60 }]),
    );
    fault.facts?.(facts, this.now);
    fault.chain?.(chain, this.now);
    fault.jobs?.(jobs);
    if (!fault.stalled) {
      this.health.tick();
      this.health.tell(facts);
      for (const [job, times] of jobs) this.health.tellJob(job, times);
      this.#show(chain);
      this.metrics.count("kedge_job_cycles_total", { keeper: "report", outcome: "idle" });
      fault.count?.(this.metrics);
    }
    this.health.publish(this.metrics);
    return { at: this.now, samples: fault.unreachable ? undefined : await this.metrics.samples() };
  }

  /** Scrapes of so many seconds. */
  async run(seconds: number, fault: Fault = {}): Promise<Scrape[]> {
    const scrapes: Scrape[] = [];
    for (let passed = 0; passed < seconds; passed += POLL_SECONDS) scrapes.push(await this.poll(fault));
    return scrapes;
  }

  #facts(): Facts {
    return {
      sources: SOURCES.map((source) => ({
        layer: source.startsWith("el") ? "execution" : "beacon",
        source,
        healthy: true,
        headAt: this.now - SECONDS_PER_SLOT,
      })),
      quorum: { agreeing: 2, required: 2 },
      finalizedAt: this.now - 900,
      missingRoles: [],
      balanceWei: WEI_PER_ETHER,
      journal: { writable: true },
      clockSkewSeconds: 0.1,
      signing: {},
    };
  }

  #chain(): Chain {
    const frameRefAt = this.now - ((this.now - START) % FRAME_SECONDS);
    const booked = this.now - frameRefAt >= REPORT_DELAY_SECONDS;
    return {
      frameRefAt,
      reportRefAt: booked ? frameRefAt : frameRefAt - FRAME_SECONDS,
      reportParked: false,
      signedRatio: booked ? 1 : 0,
      oldestReadyAt: undefined,
      valves: { staking: false, finalization: false },
      stuckSince: undefined,
    };
  }

  #show(chain: Chain): void {
    const { metrics } = this;
    metrics.set("kedge_frame_ref_slot", chain.frameRefAt / SECONDS_PER_SLOT);
    metrics.set("kedge_frame_age_seconds", chain.frameRefAt);
    metrics.set("kedge_frame_length_seconds", FRAME_SECONDS);
    metrics.set("kedge_report_ref_slot", chain.reportRefAt / SECONDS_PER_SLOT);
    metrics.set("kedge_report_age_seconds", chain.reportRefAt);
    metrics.set("kedge_report_parked", chain.reportParked);
    metrics.set("kedge_committee_signed_weight_ratio", chain.signedRatio);
    for (const valve of ["staking", "finalization"] as const) {
      metrics.set("kedge_valve_paused", chain.valves[valve], { valve });
    }
    if (chain.oldestReadyAt === undefined) metrics.forget("kedge_queue_oldest_ready_ticket_age_seconds");
    else metrics.set("kedge_queue_oldest_ready_ticket_age_seconds", chain.oldestReadyAt);
    if (chain.stuckSince === undefined) metrics.forget("kedge_journal_stuck_attempt_age_seconds");
    else metrics.set("kedge_journal_stuck_attempt_age_seconds", chain.stuckSince);
  }
}

/** What goes wrong while it lasts. */
export interface Fault {
  facts?: (facts: Facts, now: number) => void;
  chain?: (chain: Chain, now: number) => void;
  jobs?: (jobs: Map<string, JobTimes>) => void;
  count?: (metrics: Metrics) => void;
  stalled?: boolean;
  unreachable?: boolean;
}
