/** For each alert what it is there for. */
import type { Labels } from "../../../scripts/keepers/watch/metrics.ts";
import { FRAME_SECONDS, START, type Fault } from "./world.ts";

export interface FaultCase {
  fault: Fault;
  /** How long it lasts; it begins with the second frame of a healthy run. Default: one hour. */
  seconds?: number;
  /** Seconds from the first scrape of the fault to the first evaluation at which the alert fires. */
  firesAfter: number;
  labels?: Labels[];
  /** Other alerts that the same fault rightly fires. */
  with?: string[];
  /** What comes close to the fault and fires nothing; it lasts as long. */
  almost?: Fault;
  /** Where the same fault, only shorter, is what comes close. */
  almostSeconds?: number;
}

const HOUR = 3600;
const beacon = { layer: "beacon", source: "cl-b:5052" } as const;

/** Every so many calls. */
function each(calls: number, action: NonNullable<Fault["count"]>): NonNullable<Fault["count"]> {
  let call = 0;
  return (metrics) => {
    if (call++ % calls === 0) action(metrics);
  };
}

const noReport: Fault["chain"] = (chain) => (chain.reportRefAt = START);

export const FAULTS: Record<string, FaultCase> = {
  "keeper-down": {
    fault: { unreachable: true },
    firesAfter: 300,
    labels: [{ job: "kedge" }],
    almost: { unreachable: true },
    almostSeconds: 300,
  },
  "loop-stalled": {
    fault: { stalled: true },
    // the limit of 60 s is passed 90 s after the last tick, which is a poll before the fault's first scrape
    firesAfter: 60 + 120,
    with: ["keeper-not-ready"],
    almost: { stalled: true },
    almostSeconds: 180,
  },
  "keeper-not-ready": {
    fault: { facts: (facts) => Object.assign(facts, { missingRoles: undefined }) },
    firesAfter: 120 + 900,
    almost: { facts: (facts) => Object.assign(facts, { missingRoles: undefined }) },
    almostSeconds: 120 + 900,
  },
  "report-overdue": {
    fault: { chain: noReport },
    // the last report is of the frame before; at 5,400 s it is as old as a frame and a half
    firesAfter: 1800 + 300,
    almost: { chain: noReport },
    almostSeconds: 1800 + 300,
  },
  "report-parked": {
    fault: { chain: (chain) => (chain.reportParked = true) },
    firesAfter: 0,
  },
  "committee-below-quorum": {
    fault: {
      chain: (chain, now) => {
        noReport(chain, now);
        chain.signedRatio = 2 / 3;
      },
    },
    firesAfter: FRAME_SECONDS / 2,
    with: ["report-overdue"],
    almost: { chain: (chain) => (chain.signedRatio = 0.2) },
  },
  "finality-late": {
    fault: { facts: (facts, now) => (facts.finalizedAt = now - 1801) },
    firesAfter: 300,
    with: ["keeper-not-ready"],
    almost: { facts: (facts, now) => (facts.finalizedAt = now - 1800) },
  },
  "beacon-quorum-lost": {
    fault: { facts: (facts) => (facts.quorum = { agreeing: 1, required: 2 }) },
    firesAfter: 180,
    with: ["keeper-not-ready"],
    almost: { facts: (facts) => (facts.quorum = { agreeing: 1, required: 1 }) },
  },
  "reports-differ": {
    fault: { facts: (facts) => (facts.signing = { dispute: "exited is 1 at el-a, 2 at el-b" }) },
    firesAfter: 120,
    labels: [{ cause: "reports-differ" }],
    with: ["keeper-not-ready"],
    almost: { facts: (facts) => (facts.signing = { dispute: "exited is 1 at el-a, 2 at el-b" }) },
    almostSeconds: 120,
  },
  "key-elsewhere": {
    fault: { facts: (facts) => (facts.signing = { stopped: "0x12 has signed a report of slot 96" }) },
    firesAfter: 0,
    labels: [{ cause: "key-elsewhere" }],
    with: ["keeper-not-ready"],
    almost: { facts: (facts) => (facts.signing = { dispute: "exited is 1 at el-a, 2 at el-b" }) },
  },
  "source-down": {
    fault: { facts: ({ sources }) => (sources[2]!.healthy = false) },
    firesAfter: 600,
    labels: [beacon],
    almost: { facts: ({ sources }) => (sources[2]!.healthy = false) },
    almostSeconds: 600,
  },
  "source-behind": {
    fault: { facts: ({ sources }, now) => (sources[2]!.headAt = now - 181) },
    firesAfter: 300,
    labels: [beacon],
    almost: { facts: ({ sources }, now) => (sources[2]!.headAt = now - 180) },
  },
  "source-disagrees": {
    fault: { count: each(1000, (metrics) => metrics.count("kedge_source_disagreements_total", beacon)) },
    seconds: 60,
    firesAfter: 0,
    labels: [beacon],
  },
  "tickets-waiting": {
    fault: { chain: (chain, now) => (chain.oldestReadyAt = now - 2 * FRAME_SECONDS - 1) },
    firesAfter: 600,
    almost: { chain: (chain, now) => (chain.oldestReadyAt = now - 2 * FRAME_SECONDS) },
  },
  "valve-paused": {
    fault: { chain: ({ valves }) => (valves.finalization = true) },
    firesAfter: 0,
    labels: [{ valve: "finalization" }],
  },
  "keeper-balance-low": {
    fault: { facts: (facts) => (facts.balanceWei = 99n * 10n ** 15n) },
    firesAfter: 300,
    with: ["keeper-not-ready"],
    almost: { facts: (facts) => (facts.balanceWei = 100n * 10n ** 15n) },
  },
  "role-missing": {
    fault: { facts: (facts) => (facts.missingRoles = ["seat 3"]) },
    firesAfter: 300,
    with: ["keeper-not-ready"],
    almost: { facts: (facts) => (facts.missingRoles = ["seat 3"]) },
    almostSeconds: 300,
  },
  "journal-unwritable": {
    fault: { facts: (facts) => (facts.journal = { writable: false }) },
    firesAfter: 60,
    with: ["keeper-not-ready"],
    almost: { facts: (facts) => (facts.journal = { writable: false }) },
    almostSeconds: 60,
  },
  "transaction-stuck": {
    fault: { chain: (chain, now) => (chain.stuckSince = now - 901) },
    firesAfter: 300,
    almost: { chain: (chain, now) => (chain.stuckSince = now - 900) },
  },
  "job-failing": {
    fault: {
      count: (metrics) =>
        metrics.count("kedge_job_cycles_total", { keeper: "finalise", outcome: "retryable" }),
    },
    // ten more than before: eleven scrapes of 30 s each, the first of them at once
    firesAfter: 300,
    labels: [{ keeper: "finalise", outcome: "retryable" }],
    almost: {
      count: each(7, (metrics) =>
        metrics.count("kedge_job_cycles_total", { keeper: "finalise", outcome: "retryable" }),
      ),
    },
  },
  "job-overdue": {
    fault: { jobs: (jobs) => jobs.set("report", { dueAt: START + HOUR }) },
    // due at the last healthy scrape; overdue once the grace of 90 s is passed
    firesAfter: 90 + 300,
    labels: [{ keeper: "report" }],
    with: ["keeper-not-ready"],
    almost: { jobs: (jobs) => jobs.set("report", { dueAt: START + HOUR }) },
    almostSeconds: 90 + 300,
  },
  "clock-off": {
    fault: { facts: (facts) => (facts.clockSkewSeconds = -2.1) },
    firesAfter: 300,
    with: ["keeper-not-ready"],
    almost: { facts: (facts) => (facts.clockSkewSeconds = -2) },
  },
  "webhook-failing": {
    fault: {
      count: each(1000, (metrics) => metrics.count("kedge_webhook_deliveries_total", { delivery: "failed" })),
    },
    seconds: 60,
    firesAfter: 0,
    labels: [{ delivery: "failed" }],
    almost: {
      count: (metrics) => metrics.count("kedge_webhook_deliveries_total", { delivery: "sent" }),
    },
  },
};
