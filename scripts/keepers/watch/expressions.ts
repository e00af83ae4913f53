/**
 * What alerts are made of: a small typed part of PromQL, made from metrics of the catalogue. One expression is
 * printed for Prometheus (`print`) and evaluated by the keeper itself (evaluate.ts).
 */
import type { CounterName, GaugeName, LabelsOf, MetricName } from "./catalogue.ts";

/** Prometheus' own series: 1 for a target that answered, 0 for one that did not. */
export const UP = "up";
/** The `job_name` under which Prometheus scrapes keepers. */
export const SCRAPE_JOB = "kedge";

export interface Selector {
  kind: "selector";
  name: MetricName | typeof UP;
  labels: Readonly<Record<string, string>>;
}

export type Comparison = "==" | "<" | "<=" | ">" | ">=";

export type Expression =
  | Selector
  | { kind: "increase"; of: Selector; seconds: number }
  | { kind: "absent"; of: Selector }
  | { kind: "times"; factor: number; of: Expression }
  | { kind: "compare"; left: Expression; is: Comparison; right: Expression | number }
  | { kind: "and" | "or"; left: Expression; right: Expression };

/** A gauge as it was last scraped; `labels` choose among its series. */
export function gauge<N extends GaugeName>(name: N, labels: Partial<LabelsOf<N>> = {}): Selector {
  return { kind: "selector", name, labels: labels as Record<string, string> };
}

/** Whether Prometheus reaches keepers. */
export function up(): Selector {
  return { kind: "selector", name: UP, labels: { job: SCRAPE_JOB } };
}

/** By how much a counter grew in the last `seconds`. */
export function increase<N extends CounterName>(
  name: N,
  seconds: number,
  labels: Partial<LabelsOf<N>> = {},
): Expression {
  return {
    kind: "increase",
    of: { kind: "selector", name, labels: labels as Record<string, string> },
    seconds,
  };
}

/** One series with the value 1 where a selector finds none. */
export function absent(of: Selector): Expression {
  return { kind: "absent", of };
}

export function times(factor: number, of: Expression): Expression {
  return { kind: "times", factor, of };
}

/** Those series of `left` for which it holds; two sides are matched by equal labels. */
export function where(left: Expression, is: Comparison, right: Expression | number): Expression {
  return { kind: "compare", left, is, right };
}

/** Series of the first that all others have too. */
export function all(first: Expression, ...others: Expression[]): Expression {
  return others.reduce((left, right) => ({ kind: "and", left, right }), first);
}

/** Series of any of them. */
export function any(first: Expression, ...others: Expression[]): Expression {
  return others.reduce((left, right) => ({ kind: "or", left, right }), first);
}

/** The expression as Prometheus reads it. */
export function print(expression: Expression): string {
  switch (expression.kind) {
    case "selector":
      return printSelector(expression);
    case "increase":
      return `increase(${printSelector(expression.of)}[${duration(expression.seconds)}])`;
    case "absent":
      return `absent(${printSelector(expression.of)})`;
    case "times":
      return `${expression.factor} * ${operand(expression.of)}`;
    case "compare": {
      const { left, is, right } = expression;
      return `${operand(left)} ${is} ${typeof right === "number" ? right : operand(right)}`;
    }
    case "and":
    case "or":
      return `${operand(expression.left)} ${expression.kind} ${operand(expression.right)}`;
  }
}

/** Seconds as Prometheus writes them, in the largest unit that fits: `90s`, `15m`, `2h`. */
export function duration(seconds: number): string {
  const [length, unit] = (
    [
      [3600, "h"],
      [60, "m"],
    ] as const
  ).find(([size]) => seconds > 0 && seconds % size === 0) ?? [1, "s"];
  return `${seconds / length}${unit}`;
}

/** Names of all metrics in an expression. */
export function metricsIn(expression: Expression): (MetricName | typeof UP)[] {
  switch (expression.kind) {
    case "selector":
      return [expression.name];
    case "increase":
    case "absent":
    case "times":
      return metricsIn(expression.of);
    case "compare":
    case "and":
    case "or":
      return [expression.left, expression.right].flatMap((side) =>
        typeof side === "number" ? [] : metricsIn(side),
      );
  }
}

/** The longest time that it looks back, in seconds. */
export function windowOf(expression: Expression): number {
  switch (expression.kind) {
    case "selector":
      return 0;
    case "increase":
      return expression.seconds;
    case "absent":
    case "times":
      return windowOf(expression.of);
    case "compare":
    case "and":
    case "or":
      return Math.max(
        ...[expression.left, expression.right].map((side) => (typeof side === "number" ? 0 : windowOf(side))),
      );
  }
}

function printSelector({ name, labels }: Selector): string {
  const matchers = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return matchers.length === 0 ? name : `${name}{${matchers.join(",")}}`;
}

/** In parentheses, unless it is one word already. */
function operand(expression: Expression): string {
  const text = print(expression);
  return ["selector", "increase", "absent"].includes(expression.kind) ? text : `(${text})`;
}
