import { expect } from "chai";
import type { Alert } from "../../../scripts/keepers/watch/alerts.ts";
import { evaluate, evaluateExpression, type Scrape } from "../../../scripts/keepers/watch/evaluate.ts";
import {
  absent,
  all,
  any,
  duration,
  gauge,
  increase,
  metricsIn,
  print,
  times,
  up,
  where,
  windowOf,
  type Expression,
} from "../../../scripts/keepers/watch/expressions.ts";
import type { Labels } from "../../../scripts/keepers/watch/metrics.ts";

const READY = gauge("kedge_ready");
const VALVES = gauge("kedge_valve_paused");

/** A scrape of `name value` or `name valve value`. */
function scrape(at: number, ...samples: [name: string, value: number, labels?: Labels][]): Scrape {
  return { at, samples: samples.map(([name, value, labels = {}]) => ({ name, value, labels })) };
}
const yields = (expression: Expression, scrapes: Scrape[], at = scrapes.at(-1)!.at) =>
  evaluateExpression(expression, scrapes, at).map(({ labels, value }) => [labels, value]);

describe("keepers/watch/expressions", () => {
  it("are printed as Prometheus reads them", () => {
    const texts: [Expression, string][] = [
      [READY, "kedge_ready"],
      [gauge("kedge_valve_paused", { valve: "staking" }), 'kedge_valve_paused{valve="staking"}'],
      [gauge("kedge_source_healthy", { source: 'a"b' }), 'kedge_source_healthy{source="a\\"b"}'],
      [where(READY, "==", 0), "kedge_ready == 0"],
      [
        where(gauge("kedge_report_age_seconds"), ">", times(1.5, gauge("kedge_frame_length_seconds"))),
        "kedge_report_age_seconds > (1.5 * kedge_frame_length_seconds)",
      ],
      [
        where(increase("kedge_job_cycles_total", 900, { outcome: "fatal" }), ">=", 3),
        'increase(kedge_job_cycles_total{outcome="fatal"}[15m]) >= 3',
      ],
      [any(where(up(), "==", 0), absent(up())), '(up{job="kedge"} == 0) or absent(up{job="kedge"})'],
      [
        all(where(READY, "==", 0), where(READY, "<", 1), VALVES),
        "((kedge_ready == 0) and (kedge_ready < 1)) and kedge_valve_paused",
      ],
    ];
    for (const [expression, text] of texts) expect(print(expression)).to.equal(text);
  });

  it("write durations in the largest unit that fits", () => {
    expect([0, 1, 59, 60, 90, 900, 3600, 5400, 7200].map(duration)).to.deep.equal([
      "0s",
      "1s",
      "59s",
      "1m",
      "90s",
      "15m",
      "1h",
      "90m",
      "2h",
    ]);
  });

  it("say which metrics they need, and how far they look back", () => {
    const expression = any(
      all(where(READY, "<", times(2, VALVES)), increase("kedge_job_cycles_total", 900)),
      absent(up()),
      where(increase("kedge_webhook_deliveries_total", 60), ">", 1),
    );
    expect(metricsIn(expression)).to.deep.equal([
      "kedge_ready",
      "kedge_valve_paused",
      "kedge_job_cycles_total",
      "up",
      "kedge_webhook_deliveries_total",
    ]);
    expect(windowOf(expression)).to.equal(900);
    expect(windowOf(READY)).to.equal(0);
  });
});

describe("keepers/watch/evaluate", () => {
  const staking = { valve: "staking" };
  const deposits = { valve: "deposits" };

  it("takes the last scrape, for five minutes, and nothing that it does not bring any more", () => {
    const scrapes = [scrape(0, ["kedge_ready", 1]), scrape(60, ["kedge_ready", 0])];
    expect(yields(READY, scrapes)).to.deep.equal([[{}, 0]]);
    expect(yields(READY, scrapes, 59)).to.deep.equal([[{}, 1]]);
    expect(yields(READY, scrapes, 359)).to.deep.equal([[{}, 0]]);
    expect(yields(READY, scrapes, 360)).to.deep.equal([]);
    expect(yields(READY, [...scrapes, scrape(90)])).to.deep.equal([]);
    expect(yields(READY, [...scrapes, { at: 90, samples: undefined }])).to.deep.equal([]);
    expect(evaluateExpression(READY, [], 0)).to.deep.equal([]);
  });

  it("knows whether the target answered, and what is absent", () => {
    const job = { job: "kedge" };
    const answered = [scrape(0)];
    const silent: Scrape[] = [{ at: 0, samples: undefined }];
    expect(yields(up(), answered)).to.deep.equal([[job, 1]]);
    expect(yields(up(), silent)).to.deep.equal([[job, 0]]);
    expect(yields(absent(up()), answered)).to.deep.equal([]);
    expect(evaluateExpression(absent(up()), [], 0)).to.deep.equal([{ labels: job, value: 1 }]);
  });

  it("chooses by labels, compares, multiplies and joins by equal labels", () => {
    const scrapes = [
      scrape(
        0,
        ["kedge_valve_paused", 1, staking],
        ["kedge_valve_paused", 0, deposits],
        ["kedge_source_healthy", 1, staking],
        ["kedge_ready", 3],
        ["kedge_report_parked", 2],
      ),
    ];
    const parked = gauge("kedge_report_parked");
    expect(yields(gauge("kedge_valve_paused", { valve: "deposits" }), scrapes)).to.deep.equal([
      [deposits, 0],
    ]);
    for (const [is, held] of [
      ["==", [false, true, false]],
      ["<", [false, false, true]],
      ["<=", [false, true, true]],
      [">", [true, false, false]],
      [">=", [true, true, false]],
    ] as const) {
      const found = [2, 3, 4].map((right) => yields(where(READY, is, right), scrapes).length === 1);
      expect(found, is).to.deep.equal(held);
    }
    expect(yields(times(-2, READY), scrapes)).to.deep.equal([[{}, -6]]);
    expect(yields(where(READY, ">", parked), scrapes)).to.deep.equal([[{}, 3]]);
    expect(yields(where(READY, ">", times(1.5, parked)), scrapes)).to.deep.equal([]);
    expect(yields(where(VALVES, "==", gauge("kedge_source_healthy")), scrapes)).to.deep.equal([[staking, 1]]);
    expect(yields(all(VALVES, gauge("kedge_source_healthy")), scrapes)).to.deep.equal([[staking, 1]]);
    expect(yields(any(where(VALVES, "==", 0), VALVES), scrapes)).to.deep.equal([
      [deposits, 0],
      [staking, 1],
    ]);
  });

  it("measures growth over a range as Prometheus does", () => {
    const grown = (seconds: number, values: readonly [at: number, value: number][], at: number) =>
      yields(
        increase("kedge_job_cycles_total", seconds),
        values.map(([time, value]) => scrape(time, ["kedge_job_cycles_total", value])),
        at,
      ).map(([, value]) => value);
    const steady = [0, 60, 120, 180, 240].map((at): [number, number] => [at, 100 + at / 60]);
    // 4 points and 3 steps in (30, 240], stretched by the 30 s before the first
    expect(grown(210, steady, 240)).to.deep.equal([3.5]);
    // the first moment of a range is outside it
    expect(grown(120, steady, 240)).to.deep.equal([2]);
    expect(grown(121, steady, 240)).to.deep.equal([1 + 61 / 60]);
    expect(grown(60, steady, 240)).to.deep.equal([]);
    // half a step where the ends are far away
    expect(grown(1000, steady, 240)).to.deep.equal([4.5]);
    expect(grown(1000, steady, 300)).to.deep.equal([5.5]);
    // never below zero before the first point
    expect(
      grown(
        90,
        [
          [60, 1],
          [120, 5],
        ],
        120,
      ),
    ).to.deep.equal([5]);
    // a restart: 2 + 2 in 120 s, stretched by 60 s
    const restarted: [number, number][] = [
      [60, 103],
      [120, 2],
      [180, 4],
    ];
    expect(grown(180, restarted, 180)).to.deep.equal([6]);
  });

  it("fires when it held without a break for long enough, for each set of labels alone", () => {
    const alert: Alert = {
      id: "x",
      expression: where(VALVES, "==", 1),
      forSeconds: 60,
      severity: "warning",
      summary: "x",
    };
    const at = (time: number, first: number, second: number) =>
      scrape(time, ["kedge_valve_paused", first, staking], ["kedge_valve_paused", second, deposits]);
    const scrapes = [
      at(0, 1, 0),
      at(30, 1, 1),
      at(60, 1, 1),
      at(90, 0, 1),
      at(120, 1, 0),
      at(150, 1, 1),
      at(180, 1, 1),
    ];
    expect(evaluate(alert, scrapes)).to.deep.equal([[], [], [staking], [deposits], [], [], [staking]]);
    expect(evaluate({ ...alert, forSeconds: 0 }, scrapes.slice(0, 2))).to.deep.equal([
      [staking],
      [staking, deposits],
    ]);
  });
});
