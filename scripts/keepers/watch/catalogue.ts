/**
 * Every metric of a keeper, in one table: the registry, the alerts and the dashboard are made from it, and
 * nothing else compiles. Names follow Prometheus: base units, `_total` for what only grows.
 */
import type { LABEL_VALUES, LabelName, MetricEntry } from "./entries.ts";

export const CATALOGUE = {
  kedge_frame_ref_slot: {
    type: "gauge",
    unit: "slot",
    group: "report",
    help: "Reference slot of the frame whose report is due.",
  },
  kedge_frame_age_seconds: {
    type: "gauge",
    unit: "age",
    group: "report",
    help: "Time since that reference slot.",
  },
  kedge_frame_length_seconds: {
    type: "gauge",
    unit: "seconds",
    group: "report",
    help: "Length of a frame.",
  },
  kedge_report_ref_slot: {
    type: "gauge",
    unit: "slot",
    group: "report",
    help: "Reference slot of the last booked report.",
  },
  kedge_report_age_seconds: {
    type: "gauge",
    unit: "age",
    group: "report",
    help: "Time since the reference slot of the last booked report.",
  },
  kedge_report_parked: {
    type: "gauge",
    unit: "bool",
    group: "report",
    help: "1 while a report is parked.",
  },
  kedge_committee_signatures: {
    type: "gauge",
    unit: "count",
    group: "report",
    help: "Members whose signature for the frame was seen.",
  },
  kedge_committee_signed_weight_ratio: {
    type: "gauge",
    unit: "ratio",
    group: "report",
    help: "Their share of the committee's weight; a report needs more than two thirds.",
  },
  kedge_queue_unfinalized_ether: {
    type: "gauge",
    unit: "ether",
    group: "queue",
    help: "What tickets that are not finalised are worth.",
  },
  kedge_queue_unfinalized_tickets: {
    type: "gauge",
    unit: "count",
    group: "queue",
    help: "Tickets that are not finalised.",
  },
  kedge_queue_oldest_ready_ticket_age_seconds: {
    type: "gauge",
    unit: "age",
    group: "queue",
    help: "Time since the end of the cooldown of the oldest ticket that waits only for a report or for ether.",
  },
  kedge_buffer_ether: {
    type: "gauge",
    unit: "ether",
    group: "queue",
    help: "Ether in the ledger, not deposited.",
  },
  kedge_valve_paused: {
    type: "gauge",
    unit: "bool",
    group: "queue",
    labels: ["valve"],
    help: "1 while guardians or governance hold it shut.",
  },
  kedge_finality_age_seconds: {
    type: "gauge",
    unit: "age",
    group: "sources",
    help: "Time since the finalised block.",
  },
  kedge_finality_age_limit_seconds: {
    type: "gauge",
    unit: "seconds",
    group: "sources",
    help: "Older finality makes the keeper not ready.",
  },
  kedge_beacon_sources_agreeing: {
    type: "gauge",
    unit: "count",
    group: "sources",
    help: "Beacon nodes that tell the same.",
  },
  kedge_beacon_sources_required: {
    type: "gauge",
    unit: "count",
    group: "sources",
    help: "Beacon nodes that must tell the same.",
  },
  kedge_source_healthy: {
    type: "gauge",
    unit: "bool",
    group: "sources",
    labels: ["layer", "source"],
    help: "1 while a node can be used.",
  },
  kedge_source_head_age_seconds: {
    type: "gauge",
    unit: "age",
    group: "sources",
    labels: ["layer", "source"],
    help: "Time since the newest block that a node knows.",
  },
  kedge_source_disagreements_total: {
    type: "counter",
    unit: "count",
    group: "sources",
    labels: ["layer", "source"],
    help: "Answers of a node that the others outvoted.",
  },
  kedge_journal_intents: {
    type: "gauge",
    unit: "count",
    group: "transactions",
    labels: ["state"],
    help: "Intents in the journal.",
  },
  kedge_journal_stuck_attempt_age_seconds: {
    type: "gauge",
    unit: "age",
    group: "transactions",
    help: "Time since the broadcast of the oldest transaction that is not mined.",
  },
  kedge_journal_writable: {
    type: "gauge",
    unit: "bool",
    group: "transactions",
    help: "1 while the journal can be written.",
  },
  kedge_keeper_balance_ether: {
    type: "gauge",
    unit: "ether",
    group: "transactions",
    help: "Ether of the keeper's account.",
  },
  kedge_keeper_balance_minimum_ether: {
    type: "gauge",
    unit: "ether",
    group: "transactions",
    help: "Less makes the keeper not ready.",
  },
  kedge_keeper_roles_missing: {
    type: "gauge",
    unit: "count",
    group: "keeper",
    help: "Roles and seats that the keeper's jobs need and its account has not.",
  },
  kedge_job_cycles_total: {
    type: "counter",
    unit: "count",
    group: "keeper",
    labels: ["keeper", "outcome"],
    help: "Cycles by how they ended, each counted once.",
  },
  kedge_job_last_success_age_seconds: {
    type: "gauge",
    unit: "age",
    group: "keeper",
    labels: ["keeper"],
    help: "Time since a cycle of the job succeeded.",
  },
  kedge_job_due_seconds: {
    type: "gauge",
    unit: "countdown",
    group: "keeper",
    labels: ["keeper"],
    help: "Time until the job must have succeeded again; negative when that is past.",
  },
  kedge_job_grace_seconds: {
    type: "gauge",
    unit: "seconds",
    group: "keeper",
    labels: ["keeper"],
    help: "So much later than due a job is overdue.",
  },
  kedge_loop_tick_age_seconds: {
    type: "gauge",
    unit: "age",
    group: "keeper",
    help: "Time since the keeper's loop last went round.",
  },
  kedge_loop_tick_age_limit_seconds: {
    type: "gauge",
    unit: "seconds",
    group: "keeper",
    help: "After so long without a tick the loop stands still.",
  },
  kedge_clock_skew_seconds: {
    type: "gauge",
    unit: "seconds",
    group: "keeper",
    help: "How far this machine's clock is off, either way.",
  },
  kedge_clock_skew_limit_seconds: {
    type: "gauge",
    unit: "seconds",
    group: "keeper",
    help: "More makes the keeper not ready.",
  },
  kedge_ready: {
    type: "gauge",
    unit: "bool",
    group: "keeper",
    help: "1 while nothing keeps the keeper from its jobs: what /readyz says.",
  },
  kedge_health_cause: {
    type: "gauge",
    unit: "bool",
    group: "keeper",
    labels: ["cause"],
    help: "1 for each cause of not being ready.",
  },
  kedge_webhook_deliveries_total: {
    type: "counter",
    unit: "count",
    group: "keeper",
    labels: ["delivery"],
    help: "Messages about alerts, by whether they arrived.",
  },
} as const satisfies Record<`kedge_${string}`, MetricEntry>;

type Catalogue = typeof CATALOGUE;
export type MetricName = keyof Catalogue;

type NamesOf<T> = { [N in MetricName]: Catalogue[N]["type"] extends T ? N : never }[MetricName];
export type GaugeName = NamesOf<"gauge">;
export type CounterName = NamesOf<"counter">;

type LabelsIn<N extends MetricName> = Catalogue[N] extends { labels: readonly (infer L extends LabelName)[] }
  ? L
  : never;

/** The labels that a metric has, each with the values that it may have. */
export type LabelsOf<N extends MetricName> = {
  [L in LabelsIn<N>]: (typeof LABEL_VALUES)[L] extends readonly (infer V extends string)[] ? V : string;
};

/** Labels are an argument where a metric has any. */
export type LabelArguments<N extends MetricName> = [LabelsIn<N>] extends [never] ? [] : [labels: LabelsOf<N>];

interface Given {
  ether: bigint;
  bool: boolean;
}

/** What is given for a gauge, by its unit. */
export type ValueOf<N extends GaugeName> = Catalogue[N]["unit"] extends keyof Given
  ? Given[Catalogue[N]["unit"]]
  : number;

/** The table without its literal types, for what reads all of it. */
export const ENTRIES = Object.entries(CATALOGUE) as [MetricName, MetricEntry][];
