/**
 * Alerts evaluated over scraped samples, as Prometheus would over the same ones (version 3: ranges leave their first
 * moment out). Labels that Prometheus adds to each series of a target are left out: one keeper is looked at.
 */
import type { Alert } from "./alerts.ts";
import type { Comparison, Expression, Selector } from "./expressions.ts";
import { SCRAPE_JOB, UP } from "./expressions.ts";
import type { Labels, Sample } from "./metrics.ts";

/** What one scrape brought; nothing where the target did not answer. */
export interface Scrape {
  /** Seconds since 1970. */
  at: number;
  samples: readonly Sample[] | undefined;
}

interface Series {
  labels: Labels;
  value: number;
}

/** Prometheus takes no older scrape for the present. */
const LOOKBACK_SECONDS = 300;

/** Follows one alert from evaluation to evaluation. */
export class AlertWatch {
  readonly #alert: Alert;
  #since = new Map<string, number>();

  constructor(alert: Alert) {
    this.#alert = alert;
  }

  /** The labels for which it fires at the time `at` (seconds since 1970), after the scrapes so far, oldest first. */
  step(scrapes: readonly Scrape[], at: number): Labels[] {
    const active = evaluateExpression(this.#alert.expression, scrapes, at).map(({ labels }) => labels);
    this.#since = new Map(active.map((labels) => [keyOf(labels), this.#since.get(keyOf(labels)) ?? at]));
    return active.filter((labels) => at - this.#since.get(keyOf(labels))! >= this.#alert.forSeconds);
  }
}

/** For which labels an alert fires after each scrape. */
export function evaluate(alert: Alert, scrapes: readonly Scrape[]): Labels[][] {
  const watch = new AlertWatch(alert);
  return scrapes.map(({ at }, index) => watch.step(scrapes.slice(0, index + 1), at));
}

/** The series that an expression yields at a time. */
export function evaluateExpression(
  expression: Expression,
  scrapes: readonly Scrape[],
  at: number,
): readonly Series[] {
  switch (expression.kind) {
    case "selector":
      return present(expression, scrapes, at);
    case "absent":
      return present(expression.of, scrapes, at).length > 0
        ? []
        : [{ labels: expression.of.labels, value: 1 }];
    case "increase":
      return increases(expression.of, scrapes, at, expression.seconds);
    case "times":
      return evaluateExpression(expression.of, scrapes, at).map(({ labels, value }) => ({
        labels,
        value: value * expression.factor,
      }));
    case "compare": {
      const left = evaluateExpression(expression.left, scrapes, at);
      if (typeof expression.right === "number") {
        const { right } = expression;
        return left.filter(({ value }) => holds(value, expression.is, right));
      }
      const right = byLabels(evaluateExpression(expression.right, scrapes, at));
      return left.filter(({ labels, value }) => {
        const other = right.get(keyOf(labels));
        return other !== undefined && holds(value, expression.is, other.value);
      });
    }
    case "and": {
      const right = byLabels(evaluateExpression(expression.right, scrapes, at));
      return evaluateExpression(expression.left, scrapes, at).filter(({ labels }) =>
        right.has(keyOf(labels)),
      );
    }
    case "or": {
      const left = evaluateExpression(expression.left, scrapes, at);
      const taken = byLabels(left);
      const right = evaluateExpression(expression.right, scrapes, at);
      return [...left, ...right.filter(({ labels }) => !taken.has(keyOf(labels)))];
    }
  }
}

/** Series in the last scrape; what it does not bring any more is gone at once. */
function present(selector: Selector, scrapes: readonly Scrape[], at: number): readonly Series[] {
  const last = scrapes.findLast((scrape) => scrape.at <= at);
  return last === undefined || at - last.at >= LOOKBACK_SECONDS ? [] : matching(selector, last);
}

function matching({ name, labels: wanted }: Selector, { samples }: Scrape): readonly Series[] {
  if (name === UP) return [{ labels: { job: SCRAPE_JOB }, value: samples === undefined ? 0 : 1 }];
  const matchers = Object.entries(wanted);
  return (samples ?? []).filter(
    (sample) => sample.name === name && matchers.every(([label, value]) => sample.labels[label] === value),
  );
}

/** Points of each series in a range, oldest first, and what they grew by. */
function increases(selector: Selector, scrapes: readonly Scrape[], at: number, seconds: number): Series[] {
  const series = new Map<string, { labels: Labels; points: [at: number, value: number][] }>();
  const first = scrapes.findLastIndex((scrape) => scrape.at <= at - seconds) + 1;
  for (const scrape of scrapes.slice(first).filter((one) => one.at <= at)) {
    for (const { labels, value } of matching(selector, scrape)) {
      const found = series.get(keyOf(labels)) ?? { labels, points: [] };
      found.points.push([scrape.at, value]);
      series.set(keyOf(labels), found);
    }
  }
  return [...series.values()]
    .filter(({ points }) => points.length > 1)
    .map(({ labels, points }) => ({ labels, value: growth(points, at - seconds, at) }));
}

/**
 * The sum of all steps, a fall taken for a restart from zero, stretched from the points to the whole range: by the
 * distance to its ends, or by half a step where an end is further away than about one; never below a count of zero.
 */
function growth(points: readonly [at: number, value: number][], from: number, to: number): number {
  const [firstAt, first] = points[0]!;
  const [lastAt] = points.at(-1)!;
  let grown = 0;
  for (const [index, [, value]] of points.slice(1).entries()) {
    const before = points[index]![1];
    grown += value < before ? value : value - before;
  }
  const covered = lastAt - firstAt;
  const step = covered / (points.length - 1);
  const stretch = (gap: number) => (gap < step * 1.1 ? gap : step / 2);
  const toZero = grown > 0 && first >= 0 ? covered * (first / grown) : Infinity;
  return (grown * (covered + Math.min(stretch(firstAt - from), toZero) + stretch(to - lastAt))) / covered;
}

function holds(left: number, is: Comparison, right: number): boolean {
  switch (is) {
    case "==":
      return left === right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}

function byLabels(series: readonly Series[]): Map<string, Series> {
  return new Map(series.map((one) => [keyOf(one.labels), one]));
}

/** One text for one set of labels. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
