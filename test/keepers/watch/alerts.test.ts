import { expect } from "chai";
import {
  ALERTS,
  ruleName,
  runbookOf,
  summaryFor,
  type Alert,
} from "../../../scripts/keepers/watch/alerts.ts";
import { CATALOGUE } from "../../../scripts/keepers/watch/catalogue.ts";
import type { MetricEntry } from "../../../scripts/keepers/watch/entries.ts";
import { evaluate, type Scrape } from "../../../scripts/keepers/watch/evaluate.ts";
import { metricsIn, UP } from "../../../scripts/keepers/watch/expressions.ts";
import { FAULTS } from "./faults.ts";
import { POLL_SECONDS, World, type Fault } from "./world.ts";

const HOUR = 3600;

/** A healthy hour, the fault, and health again until the longest window has passed. */
async function story(fault: Fault, seconds: number) {
  const world = new World();
  const before = await world.run(HOUR);
  const during = await world.run(seconds, fault);
  const after = await world.run(1.25 * HOUR);
  return { scrapes: [...before, ...during, ...after], from: before.length };
}

/** Ids of the alerts that ever fire over these scrapes. */
const everFiring = (scrapes: readonly Scrape[], alerts: readonly Alert[] = ALERTS) =>
  alerts.filter((alert) => evaluate(alert, scrapes).some((labels) => labels.length > 0)).map(({ id }) => id);

describe("keepers/watch/alerts", () => {
  it("have a fault each, and a name that no other has", () => {
    expect(Object.keys(FAULTS)).to.have.members(ALERTS.map(({ id }) => id));
    expect(new Set(ALERTS.map(ruleName))).to.have.property("size", ALERTS.length);
    for (const alert of ALERTS) expect(alert.id).to.match(/^[a-z]+(-[a-z]+)*$/);
    const parked = ALERTS.find(({ id }) => id === "report-parked")!;
    expect([ruleName(parked), runbookOf(parked)]).to.deep.equal([
      "KedgeReportParked",
      "docs/runbooks/report-parked.md",
    ]);
  });

  it("are made from metrics of the catalogue, and name labels that these have", () => {
    for (const { id, expression, summary } of ALERTS) {
      const metrics = metricsIn(expression).filter((name) => name !== UP);
      const entries = metrics.map((name): MetricEntry | undefined => CATALOGUE[name]);
      expect(entries, id).not.to.include(undefined);
      const named = [...summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
      for (const label of named) {
        for (const entry of entries) expect(entry!.labels, id).to.include(label);
      }
    }
  });

  it("put labels into their summaries", () => {
    const behind = ALERTS.find(({ id }) => id === "source-behind")!;
    expect(summaryFor(behind, { layer: "beacon", source: "cl-b:5052" })).to.equal(
      "The beacon node cl-b:5052 has no new block.",
    );
  });

  it("are all silent while all is well", async () => {
    expect(everFiring(await new World().run(6 * HOUR))).to.deep.equal([]);
  });

  for (const alert of ALERTS) {
    const { fault, seconds = HOUR, firesAfter, labels = [{}], almost, almostSeconds } = FAULTS[alert.id]!;
    const companions = FAULTS[alert.id]!.with ?? [];

    it(`${alert.id}: silent, firing ${firesAfter} s into its fault, and silent again`, async () => {
      const { scrapes, from } = await story(fault, seconds);
      const firing = evaluate(alert, scrapes);
      const first = firing.findIndex((found) => found.length > 0);
      expect((first - from) * POLL_SECONDS).to.equal(firesAfter);
      expect(firing[first]).to.deep.equal(labels);
      expect(firing.at(-1)).to.deep.equal([]);
      expect(everFiring(scrapes)).to.have.members([alert.id, ...companions]);
    });

    if (almost === undefined) continue;
    it(`${alert.id}: silent where it comes close`, async () => {
      const { scrapes } = await story(almost, almostSeconds ?? seconds);
      expect(everFiring(scrapes, [alert])).to.deep.equal([]);
    });
  }
});
