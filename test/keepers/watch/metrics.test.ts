import { expect } from "chai";
import { countedCycle } from "../../../scripts/keepers/watch/cycles.ts";
import { ENTRIES } from "../../../scripts/keepers/watch/catalogue.ts";
import { LABEL_VALUES } from "../../../scripts/keepers/watch/entries.ts";
import { Metrics } from "../../../scripts/keepers/watch/metrics.ts";
import { ConfigurationError, FatalError, RetryableError } from "../../../scripts/lib/errors.ts";

function registry() {
  let now = 1000;
  const metrics = new Metrics({
    keepers: ["report"],
    sources: ["node:1"],
    staleSeconds: 60,
    clock: () => now,
  });
  const shown = async (name: string) =>
    (await metrics.samples())
      .filter((sample) => sample.name === name)
      .map(({ labels, value }) => [labels, value]);
  return { metrics, shown, pass: (seconds: number) => (now += seconds) };
}

/** Never called: each line must not compile, and `npm run check` fails where one does. */
function _refusedByTheCompiler({ metrics }: ReturnType<typeof registry>): void {
  // @ts-expect-error no such metric
  metrics.set("kedge_no_such_metric", 1);
  // @ts-expect-error a counter is not set
  metrics.set("kedge_job_cycles_total", 1, { keeper: "report", outcome: "idle" });
  // @ts-expect-error ether is given in wei
  metrics.set("kedge_buffer_ether", 12.5);
  // @ts-expect-error the label is missing
  metrics.set("kedge_valve_paused", true);
  // @ts-expect-error no such valve
  metrics.set("kedge_valve_paused", true, { valve: "claims" });
  // @ts-expect-error it has no labels
  metrics.set("kedge_ready", true, { keeper: "report" });
}

describe("keepers/watch/catalogue", () => {
  it("names metrics by the conventions of Prometheus", () => {
    for (const [name, { type, unit, help }] of ENTRIES) {
      expect(name).to.match(/^kedge(_[a-z]+)+$/);
      expect(name.endsWith("_total"), name).to.equal(type === "counter");
      if (["age", "countdown", "seconds"].includes(unit)) expect(name).to.match(/_seconds$/);
      if (unit === "ether" || unit === "ratio") expect(name.endsWith(`_${unit}`), name).to.be.true;
      expect(help).to.match(/^[A-Z0-9].*\.$/);
    }
  });

  it("uses no label that Prometheus gives to each series itself", () => {
    for (const label of Object.keys(LABEL_VALUES)) {
      expect(label).to.match(/^(?!__|exported_)[a-z_]+$/);
      expect(["job", "instance", "severity", "alertname"]).not.to.include(label);
    }
  });
});

describe("keepers/watch/metrics", () => {
  it("shows nothing of what nobody told", async () => {
    const { metrics } = registry();
    const gauges = ENTRIES.filter(([, { type }]) => type === "gauge").map(([name]) => name as string);
    expect((await metrics.samples()).filter(({ name }) => gauges.includes(name))).to.deep.equal([]);
    expect(await metrics.text()).not.to.match(/^kedge_ready /m);
  });

  it("counts from zero, for every choice of labels", async () => {
    const { metrics, shown } = registry();
    metrics.count("kedge_job_cycles_total", { keeper: "report", outcome: "acted" });
    expect(await shown("kedge_job_cycles_total")).to.deep.equal([
      [{ keeper: "report", outcome: "acted" }, 1],
      [{ keeper: "report", outcome: "idle" }, 0],
      [{ keeper: "report", outcome: "retryable" }, 0],
      [{ keeper: "report", outcome: "fatal" }, 0],
    ]);
    expect(await shown("kedge_webhook_deliveries_total")).to.have.length(2);
  });

  it("shows wei as ether, yes as 1, and moments as the time since or until them", async () => {
    const { metrics, shown, pass } = registry();
    metrics.set("kedge_buffer_ether", 12_500_000_000_000_000_000n);
    metrics.set("kedge_report_parked", true);
    metrics.set("kedge_valve_paused", false, { valve: "staking" });
    metrics.set("kedge_finality_age_seconds", 990);
    metrics.set("kedge_job_due_seconds", 1010, { keeper: "report" });
    pass(20);
    expect(await shown("kedge_buffer_ether")).to.deep.equal([[{}, 12.5]]);
    expect(await shown("kedge_report_parked")).to.deep.equal([[{}, 1]]);
    expect(await shown("kedge_valve_paused")).to.deep.equal([[{ valve: "staking" }, 0]]);
    expect(await shown("kedge_finality_age_seconds")).to.deep.equal([[{}, 30]]);
    expect(await shown("kedge_job_due_seconds")).to.deep.equal([[{ keeper: "report" }, -10]]);
  });

  it("leaves out what was not told anew in time, and what was taken back", async () => {
    const { metrics, shown, pass } = registry();
    metrics.set("kedge_valve_paused", true, { valve: "staking" });
    metrics.set("kedge_frame_ref_slot", 64);
    metrics.set("kedge_report_ref_slot", 32);
    metrics.forget("kedge_report_ref_slot");
    pass(30);
    metrics.set("kedge_valve_paused", true, { valve: "deposits" });
    expect(await shown("kedge_report_ref_slot")).to.deep.equal([]);
    pass(30);
    expect(await shown("kedge_frame_ref_slot")).to.deep.equal([[{}, 64]]);
    pass(1);
    expect(await shown("kedge_frame_ref_slot")).to.deep.equal([]);
    expect(await shown("kedge_valve_paused")).to.deep.equal([[{ valve: "deposits" }, 1]]);
  });

  it("refuses values of labels that were not named beforehand", () => {
    const { metrics } = registry();
    expect(() => metrics.set("kedge_source_healthy", true, { layer: "beacon", source: "other:2" })).to.throw(
      FatalError,
      'kedge_source_healthy: source is "other:2", not one of node:1',
    );
    expect(() => metrics.count("kedge_job_cycles_total", { keeper: "exit", outcome: "idle" })).to.throw(
      FatalError,
      'keeper is "exit"',
    );
  });

  it("counts a cycle once, by how it ended", async () => {
    const { metrics, shown } = registry();
    const cycle = (end: () => Promise<"acted" | "idle">) =>
      countedCycle(metrics, "report", end).catch((error: unknown) => error);
    const busy = new RetryableError("busy");
    expect(await cycle(async () => "acted")).to.equal("acted");
    expect(await cycle(async () => "idle")).to.equal("idle");
    expect(await cycle(() => Promise.reject(busy))).to.equal(busy);
    await cycle(() => Promise.reject(new FatalError("no")));
    await cycle(() => Promise.reject(new TypeError("defect")));
    await cycle(() => Promise.reject(new ConfigurationError({ setting: "a", problem: "b", example: "c" })));
    const counts = (await shown("kedge_job_cycles_total")).map(([labels, value]) => [
      (labels as { outcome: string }).outcome,
      value,
    ]);
    expect(Object.fromEntries(counts)).to.deep.equal({ acted: 1, idle: 1, retryable: 1, fatal: 3 });
  });

  it("is what Prometheus reads", async () => {
    const { metrics } = registry();
    metrics.set("kedge_source_healthy", true, { layer: "beacon", source: "node:1" });
    const text = await metrics.text();
    expect(metrics.contentType).to.equal("text/plain; version=0.0.4; charset=utf-8");
    expect(text).to.contain("# TYPE kedge_source_healthy gauge\n");
    expect(text).to.contain('\nkedge_source_healthy{layer="beacon",source="node:1"} 1\n');
  });
});
