/**
 * When somebody should look. Each alert has a page in docs/runbooks/ under its id; docs/monitoring/alerts.yml is
 * printed from this table, and the keeper evaluates the same table itself for its webhook.
 */
import { absent, all, any, gauge, increase, times, up, where, type Expression } from "./expressions.ts";
import type { Labels } from "./metrics.ts";

export interface Alert {
  /** In kebab case: the name of its page, and with `Kedge` before it in capitals that of the rule. */
  id: string;
  expression: Expression;
  /** It must hold so long, without a break, before it fires. */
  forSeconds: number;
  /** `critical`: wake somebody. `warning`: in working hours. */
  severity: "critical" | "warning";
  /** One sentence; `{{ $labels.x }}` stands for a label's value. */
  summary: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const REPORT_DUE = where(gauge("kedge_report_ref_slot"), "<", gauge("kedge_frame_ref_slot"));

export const ALERTS: readonly Alert[] = [
  {
    id: "keeper-down",
    expression: any(where(up(), "==", 0), absent(up())),
    forSeconds: 5 * MINUTE,
    severity: "critical",
    summary: "Prometheus does not reach a keeper.",
  },
  {
    id: "loop-stalled",
    expression: where(gauge("kedge_loop_tick_age_seconds"), ">", gauge("kedge_loop_tick_age_limit_seconds")),
    forSeconds: 2 * MINUTE,
    severity: "critical",
    summary: "The keeper's loop stands still.",
  },
  {
    id: "keeper-not-ready",
    expression: where(gauge("kedge_ready"), "==", 0),
    forSeconds: 15 * MINUTE,
    severity: "critical",
    summary: "Something keeps the keeper from its jobs: /readyz says what.",
  },
  {
    id: "report-overdue",
    expression: where(
      gauge("kedge_report_age_seconds"),
      ">",
      times(1.5, gauge("kedge_frame_length_seconds")),
    ),
    forSeconds: 5 * MINUTE,
    severity: "critical",
    summary: "No report was booked for a frame and a half.",
  },
  {
    id: "report-parked",
    expression: where(gauge("kedge_report_parked"), "==", 1),
    forSeconds: 0,
    severity: "critical",
    summary: "A report is parked: ether does not leave until it is resolved.",
  },
  {
    id: "committee-below-quorum",
    expression: all(
      where(gauge("kedge_committee_signed_weight_ratio"), "<=", 2 / 3),
      REPORT_DUE,
      where(gauge("kedge_frame_age_seconds"), ">", times(0.5, gauge("kedge_frame_length_seconds"))),
    ),
    forSeconds: 0,
    severity: "warning",
    summary:
      "Half of the frame is over, and no more than two thirds of the committee's weight signed its report.",
  },
  {
    id: "finality-late",
    expression: where(gauge("kedge_finality_age_seconds"), ">", gauge("kedge_finality_age_limit_seconds")),
    forSeconds: 5 * MINUTE,
    severity: "critical",
    summary: "The beacon chain does not finalise.",
  },
  {
    id: "beacon-quorum-lost",
    expression: where(gauge("kedge_beacon_sources_agreeing"), "<", gauge("kedge_beacon_sources_required")),
    forSeconds: 3 * MINUTE,
    severity: "critical",
    summary: "Too few beacon nodes tell the same: no report is signed.",
  },
  {
    id: "reports-differ",
    expression: where(gauge("kedge_health_cause", { cause: "reports-differ" }), "==", 1),
    forSeconds: 2 * MINUTE,
    severity: "critical",
    summary: "Execution nodes tell different reports: none is signed.",
  },
  {
    id: "key-elsewhere",
    expression: where(gauge("kedge_health_cause", { cause: "key-elsewhere" }), "==", 1),
    forSeconds: 0,
    severity: "critical",
    summary: "The member's key signed elsewhere: it signs no more here.",
  },
  {
    id: "source-down",
    expression: where(gauge("kedge_source_healthy"), "==", 0),
    forSeconds: 10 * MINUTE,
    severity: "warning",
    summary: "The {{ $labels.layer }} node {{ $labels.source }} cannot be used.",
  },
  {
    id: "source-behind",
    expression: where(gauge("kedge_source_head_age_seconds"), ">", 3 * MINUTE),
    forSeconds: 5 * MINUTE,
    severity: "warning",
    summary: "The {{ $labels.layer }} node {{ $labels.source }} has no new block.",
  },
  {
    id: "source-disagrees",
    expression: where(increase("kedge_source_disagreements_total", 15 * MINUTE), ">", 0),
    forSeconds: 0,
    severity: "warning",
    summary: "The {{ $labels.layer }} node {{ $labels.source }} tells what the others do not.",
  },
  {
    id: "tickets-waiting",
    expression: where(
      gauge("kedge_queue_oldest_ready_ticket_age_seconds"),
      ">",
      times(2, gauge("kedge_frame_length_seconds")),
    ),
    forSeconds: 10 * MINUTE,
    severity: "warning",
    summary: "A ticket is past its cooldown for two frames and not finalised.",
  },
  {
    id: "valve-paused",
    expression: where(gauge("kedge_valve_paused"), "==", 1),
    forSeconds: 0,
    severity: "critical",
    summary: "The valve {{ $labels.valve }} is shut.",
  },
  {
    id: "keeper-balance-low",
    expression: where(gauge("kedge_keeper_balance_ether"), "<", gauge("kedge_keeper_balance_minimum_ether")),
    forSeconds: 5 * MINUTE,
    severity: "warning",
    summary: "The keeper's account has too little ether for gas.",
  },
  {
    id: "role-missing",
    expression: where(gauge("kedge_keeper_roles_missing"), ">", 0),
    forSeconds: 5 * MINUTE,
    severity: "critical",
    summary: "The keeper's account lacks a role or a seat that its jobs need.",
  },
  {
    id: "journal-unwritable",
    expression: where(gauge("kedge_journal_writable"), "==", 0),
    forSeconds: MINUTE,
    severity: "critical",
    summary: "The journal of transactions cannot be written: nothing is sent.",
  },
  {
    id: "transaction-stuck",
    expression: where(gauge("kedge_journal_stuck_attempt_age_seconds"), ">", 15 * MINUTE),
    forSeconds: 5 * MINUTE,
    severity: "warning",
    summary: "A transaction was sent and is not mined.",
  },
  {
    id: "job-failing",
    expression: any(
      where(increase("kedge_job_cycles_total", 15 * MINUTE, { outcome: "fatal" }), ">", 0),
      where(increase("kedge_job_cycles_total", 30 * MINUTE, { outcome: "retryable" }), ">", 10),
    ),
    forSeconds: 0,
    severity: "warning",
    summary: "Cycles of the job {{ $labels.keeper }} fail ({{ $labels.outcome }}).",
  },
  {
    id: "job-overdue",
    expression: where(gauge("kedge_job_due_seconds"), "<", times(-1, gauge("kedge_job_grace_seconds"))),
    forSeconds: 5 * MINUTE,
    severity: "critical",
    summary: "The job {{ $labels.keeper }} has not succeeded by the time it had to.",
  },
  {
    id: "clock-off",
    expression: where(gauge("kedge_clock_skew_seconds"), ">", gauge("kedge_clock_skew_limit_seconds")),
    forSeconds: 5 * MINUTE,
    severity: "warning",
    summary: "The clock of the keeper's machine is wrong.",
  },
  {
    id: "webhook-failing",
    expression: where(increase("kedge_webhook_deliveries_total", HOUR, { delivery: "failed" }), ">", 0),
    forSeconds: 0,
    severity: "warning",
    summary: "Messages of the keeper about alerts do not arrive.",
  },
];

/** The rule's name: `report-parked` is `KedgeReportParked`. */
export function ruleName({ id }: Alert): string {
  return `Kedge${id
    .split("-")
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join("")}`;
}

/** Its page, from the project's root. */
export function runbookOf({ id }: Alert): string {
  return `docs/runbooks/${id}.md`;
}

/** The summary for one set of labels. */
export function summaryFor({ summary }: Alert, labels: Labels): string {
  return summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? "");
}
