/**
 * The registry made from the catalogue. A gauge shows only what was set lately: what no cycle told anew for
 * `staleSeconds` is left out, so that an old figure is never taken for the present one.
 */
import { Counter, Gauge, Registry } from "prom-client";
import { FatalError } from "../../lib/errors.ts";
import { WEI_PER_ETHER } from "../../lib/units.ts";
import {
  ENTRIES,
  type CounterName,
  type GaugeName,
  type LabelArguments,
  type MetricName,
  type ValueOf,
} from "./catalogue.ts";
import { LABEL_VALUES, type LabelName, type Unit } from "./entries.ts";

export type Labels = Readonly<Record<string, string>>;

/** One line of a scrape. */
export interface Sample {
  name: string;
  labels: Labels;
  value: number;
}

export interface MetricsOptions {
  /** Names of the jobs that run, the values of the label `keeper`. */
  keepers: readonly string[];
  /** Host and port of every node, the values of the label `source`. */
  sources: readonly string[];
  /** A gauge that was not set for so long is not shown. */
  staleSeconds: number;
  /** Seconds since 1970. */
  clock: () => number;
}

interface Reading {
  labels: Labels;
  value: number | bigint | boolean;
  setAt: number;
}

export class Metrics {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #registry = new Registry();
  readonly #gauges = new Map<MetricName, Gauge>();
  readonly #counters = new Map<MetricName, Counter>();
  readonly #readings = new Map<MetricName, Map<string, Reading>>();
  readonly #values: Record<LabelName, readonly string[]>;
  readonly #staleSeconds: number;
  readonly #clock: () => number;

  constructor({ keepers, sources, staleSeconds, clock }: MetricsOptions) {
    this.#values = { ...LABEL_VALUES, keeper: keepers, source: sources };
    this.#staleSeconds = staleSeconds;
    this.#clock = clock;
    for (const [name, { type, help, labels = [] }] of ENTRIES) {
      const settings = { name, help, labelNames: [...labels], registers: [this.#registry] };
      if (type === "gauge") this.#gauges.set(name, new Gauge(settings));
      else this.#counters.set(name, this.#fromZero(new Counter(settings), labels));
    }
  }

  /** Sets a gauge; the catalogue's unit says what is given. @throws FatalError on a label's value that is not bounded */
  set<N extends GaugeName>(name: N, value: ValueOf<N>, ...labels: LabelArguments<N>): void {
    const bound = this.#bounded(name, labels);
    const readings = this.#readings.get(name) ?? new Map<string, Reading>();
    readings.set(JSON.stringify(bound), { labels: bound, value, setAt: this.#clock() });
    this.#readings.set(name, readings);
  }

  /** Takes a gauge back, where there is nothing that it could show. */
  forget(name: GaugeName): void {
    this.#readings.delete(name);
  }

  /** Adds one to a counter. @throws FatalError on a label's value that is not bounded */
  count<N extends CounterName>(name: N, ...labels: LabelArguments<N>): void {
    this.#counters.get(name)!.inc(this.#bounded(name, labels));
  }

  /** What Prometheus reads. */
  async text(): Promise<string> {
    this.#refresh();
    return this.#registry.metrics();
  }

  /** The same, for the keeper's own alerts. */
  async samples(): Promise<Sample[]> {
    this.#refresh();
    const metrics = await this.#registry.getMetricsAsJSON();
    return metrics.flatMap(({ name, values }) =>
      values.map(({ labels, value }) => ({ name, labels: textLabels(labels), value })),
    );
  }

  /** Ages move on between cycles, and what was not set anew goes. */
  #refresh(): void {
    const now = this.#clock();
    for (const [name, { unit, labels: names = [] }] of ENTRIES) {
      const gauge = this.#gauges.get(name);
      gauge?.reset();
      // without labels it would show 0 for what nobody told
      if (names.length === 0) gauge?.remove();
      for (const { labels, value, setAt } of this.#readings.get(name)?.values() ?? []) {
        if (now - setAt <= this.#staleSeconds) gauge?.set(labels, shown(unit, value, now));
      }
    }
  }

  /** Counters are there from the start, so that the first event is an increase. */
  #fromZero(counter: Counter, names: readonly LabelName[]): Counter {
    for (const labels of combinations(names, this.#values)) counter.inc(labels, 0);
    return counter;
  }

  #bounded(name: MetricName, [labels = {}]: readonly Labels[]): Labels {
    for (const [label, value] of Object.entries(labels)) {
      const values = this.#values[label as LabelName];
      if (values.includes(value)) continue;
      throw new FatalError(`${name}: ${label} is "${value}", not one of ${values.join(", ")}`);
    }
    return labels;
  }
}

function shown(unit: Unit, value: Reading["value"], now: number): number {
  if (unit === "age") return now - Number(value);
  if (unit === "countdown") return Number(value) - now;
  // beyond 2^53 wei the last digits go, which a graph does not show
  if (unit === "ether") return Number(value) / Number(WEI_PER_ETHER);
  return Number(value);
}

/** Every choice of one value for each label. */
function combinations(names: readonly LabelName[], values: Record<LabelName, readonly string[]>): Labels[] {
  return names.reduce<Labels[]>(
    (made, name) => made.flatMap((labels) => values[name].map((value) => ({ ...labels, [name]: value }))),
    [{}],
  );
}

function textLabels(labels: Partial<Record<string, string | number>>): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
