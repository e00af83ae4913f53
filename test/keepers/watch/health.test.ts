import { expect } from "chai";
import { CAUSES, CAUSE_IDS, type CauseId } from "../../../scripts/keepers/watch/causes.ts";
import { serveWatch, type WatchServer } from "../../../scripts/keepers/watch/server.ts";
import { createLogger } from "../../../scripts/lib/logger.ts";
import { FatalError } from "../../../scripts/lib/errors.ts";
import { START, World, type Fault } from "./world.ts";

/** For each cause what brings it about, the figures that are told of it, and what comes as close without it. */
const FAULTS: Record<
  Exclude<CauseId, "dry-run">,
  { fault: Fault; polls?: number; detail: string; almost?: Fault }
> = {
  "loop-stalled": { fault: { stalled: true }, polls: 3, detail: "last tick 90 s ago, more than 60 s" },
  "facts-missing": {
    fault: {
      facts: (facts) => Object.assign(facts, { balanceWei: undefined, journal: undefined }),
      jobs: (jobs) => jobs.delete("finalise"),
    },
    polls: 5,
    detail: "balanceWei, journal, job finalise",
  },
  "beacon-quorum": {
    fault: { facts: (facts) => (facts.quorum = { agreeing: 1, required: 2 }) },
    detail: "1 agree, 2 must",
  },
  "execution-down": {
    fault: {
      facts: ({ sources }) =>
        sources.filter(({ layer }) => layer === "execution").forEach((source) => (source.healthy = false)),
    },
    detail: "el-a:8545",
    almost: {
      facts: ({ sources }) =>
        sources.filter(({ layer }) => layer !== "execution").forEach((source) => (source.healthy = false)),
    },
  },
  "reports-differ": {
    fault: { facts: (facts) => (facts.signing = { dispute: "exited is 1 at el-a:1, 2 at el-b:1" }) },
    detail: "exited is 1 at el-a:1, 2 at el-b:1",
    almost: { facts: (facts) => (facts.signing = {}) },
  },
  "key-elsewhere": {
    fault: { facts: (facts) => (facts.signing = { stopped: "0x12 has signed a report of slot 96" }) },
    detail: "0x12 has signed a report of slot 96",
  },
  "finality-old": {
    fault: { facts: (facts, now) => (facts.finalizedAt = now - 1801) },
    detail: "finalised 1801 s ago, more than 1800 s",
    almost: { facts: (facts, now) => (facts.finalizedAt = now - 1800) },
  },
  "role-missing": {
    fault: { facts: (facts) => (facts.missingRoles = ["seat 3", "EVIDENCE"]) },
    detail: "seat 3, EVIDENCE",
  },
  "balance-low": {
    fault: { facts: (facts) => (facts.balanceWei = 99_999_999_999_999_999n) },
    detail: "0.0999 ETH, less than 0.1000 ETH",
    almost: { facts: (facts) => (facts.balanceWei = 10n ** 17n) },
  },
  "journal-unwritable": {
    fault: { facts: (facts) => (facts.journal = { writable: false, problem: "disk full" }) },
    detail: "disk full",
  },
  "clock-off": {
    fault: { facts: (facts) => (facts.clockSkewSeconds = -3) },
    detail: "off by -3 s, more than 2 s",
    almost: { facts: (facts) => (facts.clockSkewSeconds = -2) },
  },
  "job-overdue": {
    fault: { jobs: (jobs) => jobs.set("report", { dueAt: START }) },
    polls: 4,
    detail: "report was due 150 s ago",
  },
};

describe("keepers/watch/health", () => {
  let world: World;
  let server: WatchServer;
  const logged: string[] = [];
  const get = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    const text = await response.text();
    return { status: response.status, text, body: text.startsWith("{") ? JSON.parse(text) : undefined };
  };
  const metric = async (line: string) => (await get("/metrics")).text.includes(`\n${line}\n`);

  beforeEach(async () => {
    world = new World();
    logged.length = 0;
    const log = createLogger({ stream: { write: (text) => logged.push(text) } });
    server = await serveWatch({ ...world, log, host: "127.0.0.1", port: 0 });
  });
  afterEach(() => server.close());

  for (const id of CAUSE_IDS) {
    if (id === "dry-run") continue;
    const { fault, polls = 1, detail, almost } = FAULTS[id];
    it(`is not ready for ${id}, and ready again after it`, async () => {
      await world.poll();
      expect((await get("/readyz")).status).to.equal(200);
      for (let i = 0; i < polls; i++) await world.poll(fault);

      const { status, body } = await get("/readyz");
      const { sentence, fix } = CAUSES[id];
      expect(status).to.equal(503);
      expect(body).to.deep.equal({ ready: false, dryRun: false, causes: [{ id, sentence, fix, detail }] });
      const all = (await get("/status.json")).body;
      expect([all.ready, all.causes]).to.deep.equal([false, body.causes]);
      expect(await metric("kedge_ready 0")).to.be.true;
      for (const other of CAUSE_IDS) {
        expect(await metric(`kedge_health_cause{cause="${other}"} ${other === id ? 1 : 0}`), other).to.be
          .true;
      }

      await world.poll(almost);
      expect(await get("/readyz")).to.deep.include({
        status: 200,
        body: { ready: true, dryRun: false, causes: [] },
      });
      expect(await metric("kedge_ready 1")).to.be.true;
    });
  }

  it("is never ready where it only shows what it would do", async () => {
    await server.close();
    world = new World({ dryRun: true });
    server = await serveWatch({ ...world, log: createLogger(), host: "127.0.0.1", port: 0 });
    await world.poll();
    const { status, body } = await get("/readyz");
    expect([status, body.ready, body.dryRun]).to.deep.equal([503, false, true]);
    expect(body.causes).to.have.length(1);
    expect(body.causes[0].id).to.equal("dry-run");
    expect((await get("/status.json")).body).to.deep.include({ dryRun: true, ready: false, alive: true });
    expect(await metric("kedge_ready 0")).to.be.true;
    expect(await metric('kedge_health_cause{cause="dry-run"} 1')).to.be.true;
  });

  it("is not ready before it knows anything, but alive", async () => {
    expect((await get("/healthz")).status).to.equal(200);
    const { status, body } = await get("/readyz");
    expect(status).to.equal(503);
    expect(body.causes.map(({ id }: { id: string }) => id)).to.deep.equal(["facts-missing"]);
    expect(body.causes[0].detail).to.equal(
      "sources, quorum, finalizedAt, missingRoles, balanceWei, journal, clockSkewSeconds, signing, job report, job finalise",
    );
    expect(await metric("kedge_ready 0")).to.be.true;
  });

  it("is alive while its loop goes round, whatever else fails", async () => {
    await world.poll({ facts: (facts) => (facts.balanceWei = 0n) });
    expect(await get("/healthz")).to.deep.include({ status: 200, body: { alive: true, tickAgeSeconds: 0 } });
    world.now += 60;
    expect((await get("/healthz")).status).to.equal(200);
    world.now += 1;
    expect(await get("/healthz")).to.deep.include({
      status: 503,
      body: { alive: false, tickAgeSeconds: 61 },
    });
    world.health.tick();
    expect((await get("/healthz")).status).to.equal(200);
  });

  it("shows facts no longer than it believes them", async () => {
    await world.poll();
    expect(await metric("kedge_keeper_balance_ether 1")).to.be.true;
    expect(await metric("kedge_journal_writable 1")).to.be.true;
    await world.run(150, { facts: (facts) => Object.assign(facts, { balanceWei: undefined }) });
    expect((await get("/metrics")).text).not.to.match(/^kedge_keeper_balance_ether /m);
    expect(await metric("kedge_journal_writable 1")).to.be.true;
  });

  it("tells everything that it knows in status.json", async () => {
    await world.poll();
    const { body } = await get("/status.json");
    expect(body).to.deep.include({ alive: true, ready: true, causes: [], unknown: [], tickAgeSeconds: 0 });
    expect(body.facts.balanceWei).to.equal("1000000000000000000");
    expect(body.facts.sources).to.have.length(3);
    expect(body.jobs.report).to.deep.equal({ lastSuccessAt: world.now, dueAt: world.now + 60 });
    expect(body.limits.minBalanceWei).to.equal("100000000000000000");
  });

  it("knows no job that does not run", () => {
    expect(() => world.health.tellJob("exit", {})).to.throw(FatalError, 'no job "exit" runs here');
  });

  it("keeps what fails inside for its log", async () => {
    await world.poll();
    world.metrics.text = () => Promise.reject(new Error("p1-leak"));
    const { status, text } = await get("/metrics");
    expect(status).to.equal(500);
    expect(text).not.to.contain("p1-leak");
    expect(logged.join("")).to.contain("p1-leak").and.to.contain("/metrics");
  });
});
