/** What the catalogue says of a metric: its unit, its labels, and the values that these may have. */
import { STATES } from "../../lib/tx/types.ts";
import { CAUSE_IDS, LAYERS } from "./causes.ts";

/**
 * How a value is given, and what is shown. `ether`: bigint wei, shown in ether. `age`: a moment (seconds since
 * 1970), shown as seconds since it when scraped. `countdown`: a moment, shown as seconds until it, negative
 * afterwards. `bool`: shown as 1 or 0. The others: numbers, as they are.
 */
export type Unit = "ether" | "age" | "countdown" | "bool" | "seconds" | "slot" | "ratio" | "count";

/** Panels of the dashboard, in this order. */
export const GROUPS = ["report", "queue", "sources", "transactions", "keeper"] as const;

/**
 * Labels and the values that they may have. Those of `keeper` and `source` are named when a registry is made.
 * None is called `job` or `instance`: Prometheus gives every series labels of those names.
 */
export const LABEL_VALUES = {
  keeper: undefined,
  source: undefined,
  layer: LAYERS,
  outcome: ["acted", "idle", "retryable", "fatal"],
  delivery: ["sent", "failed"],
  valve: ["staking", "deposits", "finalization"],
  state: STATES,
  cause: CAUSE_IDS,
} as const satisfies Record<string, readonly string[] | undefined>;

export type LabelName = keyof typeof LABEL_VALUES;

export interface MetricEntry {
  type: "gauge" | "counter";
  unit: Unit;
  group: (typeof GROUPS)[number];
  labels?: readonly LabelName[];
  help: string;
}
