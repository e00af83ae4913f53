import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import type { Report } from "../../scripts/actions/buildReport.ts";
import { SignedReports } from "../../scripts/keepers/report/signedReports.ts";
import { Records } from "../../scripts/lib/records.ts";
import { startFaultyProxy } from "../../scripts/devnet/faults/faultyProxy.ts";
import { nextBoundary, untilFinal } from "../story/support/reports.ts";
import { request, stake } from "../story/support/stake.ts";
import { ETHER, startWorld, type World } from "../story/support/world.ts";
import { kedge } from "./support/kedge.ts";

const STRANGER = `0x${"42".repeat(32)}`;

interface Running {
  child: ChildProcess;
  /** All that it printed. */
  output: string;
  ended: Promise<number | null>;
}

describe("kedge keeper run", () => {
  let world: World;
  let folder: string;
  let running: Running | undefined;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kedge-keeper-"));
    world = await startWorld({ records: new Records(join(folder, "deployments")), members: 1 });
    await stake(world, "alice", 100n * ETHER);
  });
  afterEach(async () => {
    running?.child.kill("SIGKILL");
    await running?.ended;
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await world.close();
  });

  /** What is common is set by variables, so that flags can say otherwise. */
  function settings(environment: Record<string, string>): Record<string, string> {
    const { rpcUrl, beaconUrl } = world.servers;
    return {
      KEDGE_EL_URLS: rpcUrl,
      KEDGE_CL_URLS: beaconUrl,
      KEDGE_DEPLOYMENTS: join(folder, "deployments"),
      KEDGE_STATE_FOLDER: join(folder, "state"),
      KEDGE_HEALTH_PORT: "0",
      KEDGE_REPORT_PORT: "0",
      KEDGE_POLL_SECONDS: "1",
      KEDGE_LOG_FORMAT: "json",
      KEDGE_MEMBER_PRIVATE_KEY: world.members[0]!.key.privateKey,
      ...environment,
    };
  }

  function keeper(args: string[], environment: Record<string, string> = {}): Running {
    const command = ["--import", "tsx", "scripts/cli/main.ts", "keeper", "run", ...args];
    const env: NodeJS.ProcessEnv = { ...process.env, ...settings(environment) };
    delete env.LODESTAR_PRESET;
    const child = spawn(process.execPath, command, { env });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const started: Running = { child, output: "", ended };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => (started.output += chunk));
    }
    return (running = started);
  }

  /** What the running keeper tells about itself. */
  async function answer(path: string): Promise<{ status: number; text: string }> {
    const told = /"healthUrl":"([^"]+)"/.exec(running!.output);
    const response = await fetch(`${told![1]!}${path}`);
    return { status: response.status, text: await response.text() };
  }

  const nonceOf = async () => world.provider.getTransactionCount(await world.accounts.keeper.getAddress());

  /** Lets slots pass while the keeper works; the keeper's clock is the chain's. */
  async function passSlots(until: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 300 && !(await until()); i++) {
      expect(running!.child.exitCode, running!.output).to.equal(null);
      await world.devnet.tickSlots(1);
      await delay(250);
    }
    expect(await until(), running!.output).to.equal(true);
  }

  it("reports frames, says how it is, ends when it is told to, and goes on where it was killed", async () => {
    const { StakedEther: ledger } = world.protocol;
    const first = await ledger.lastReportFrame();
    // what is older than a keeper's record is not signed by it
    await world.devnet.tickSlots((await nextBoundary(world)) - world.devnet.slot - 1);
    await request(world, "alice", 5n * ETHER);
    keeper(["report", "finalise"]);
    await passSlots(async () => (await ledger.lastReportFrame()) > first);
    expect((await answer("/healthz")).status).to.equal(200);
    const ready = await answer("/readyz");
    expect(ready.status, ready.text).to.equal(200);
    expect((await answer("/metrics")).text).to.match(
      /kedge_job_cycles_total\{keeper="report",outcome="acted"\} [1-9]/,
    );

    const lines = [
      /^kedge_ready 1$/m,
      /^kedge_report_parked 0$/m,
      /^kedge_committee_signed_weight_ratio 1$/m,
      /^kedge_queue_unfinalized_tickets [01]$/m,
      /^kedge_queue_unfinalized_ether [0-9.]+$/m,
      /^kedge_journal_intents\{state="[a-z]+"\} [1-9]/m,
      /^kedge_valve_paused\{valve="finalization"\} 0$/m,
    ];
    await passSlots(async () => {
      const metrics = (await answer("/metrics")).text;
      return lines.every((line) => line.test(metrics));
    });

    // killed between two frames, it reports the next one
    running!.child.kill("SIGKILL");
    await running!.ended;
    const second = await ledger.lastReportFrame();
    const records = join(folder, "records");
    keeper(["report", "finalise", "--record-folder", records]);
    await passSlots(async () => (await ledger.lastReportFrame()) > second);
    running!.child.kill("SIGTERM");
    expect(await running!.ended).to.equal(0);
    expect(running!.output).to.contain('"stopped"');
    expect(running!.output).to.not.contain(world.members[0]!.key.privateKey.slice(2));

    // what was recorded of it is played again by a command that is told of no node
    const files = readdirSync(join(records, "cycles")).filter((name) => /-report-(acted|retry)/.test(name));
    expect(files.join()).to.contain("acted");
    for (const file of files) {
      const replayed = await kedge(["report", "replay", join(records, "cycles", file)]);
      expect(replayed.code, replayed.stdout + replayed.stderr).to.equal(0);
      expect(replayed.stdout).to.match(/: (acted|retry): .*\nequal, byte for byte\n$/s);
    }
  });

  it("takes one round, and says by its exit code what came of it", async () => {
    const state = join(folder, "once");
    const environment = { KEDGE_STATE_FOLDER: state };
    const code = async (...args: string[]) => keeper(args, environment).ended;
    expect(await code("finalise", "--once"), running!.output).to.equal(3);
    const signed = new SignedReports(join(state, "signed.sqlite"), 0);
    const { address } = world.members[0]!;
    const digest = `0x${"12".repeat(32)}`;
    const elsewhere = { oracle: address, signer: address, digest, report: { refSlot: 64n } as Report };
    expect(() => signed.requireOwn(elsewhere)).to.throw();
    signed.close();
    expect(await code("report", "--once"), running!.output).to.equal(4);
    expect(running!.output).to.contain("a person is needed").and.to.contain("slot 64");
    const resumed = await kedge(["report", "resume", "--yes", "--json"], settings(environment));
    expect(resumed.code, resumed.stderr).to.equal(0);
    expect(JSON.parse(resumed.stdout)).to.deep.equal({
      resumed: [`${address} has signed a report of slot 64 that is not in the record: ${digest}`],
    });
    const after = new SignedReports(join(state, "signed.sqlite"), 0);
    expect(after.allStopped()).to.deep.equal([]);
    after.close();
  });

  it("signs nothing where two execution nodes tell different reports, and says which", async () => {
    const { rpcUrl } = world.servers;
    const lie = { kind: "lie", to: "eth_getBalance", field: "result", value: "0x1234" } as const;
    const liar = await startFaultyProxy({ target: rpcUrl, serves: "execution", faults: [lie] });
    try {
      await untilFinal(world, await nextBoundary(world));
      const before = await world.protocol.StakedEther.lastReportFrame();
      const state = { KEDGE_STATE_FOLDER: join(folder, "differ") };
      keeper(["report"], { ...state, KEDGE_EL_URLS: `${rpcUrl},${liar.url}` });
      await passSlots(async () => /"msg":"running"/.test(running!.output));
      const differs = async () => (await answer("/readyz")).text.includes("reports-differ");
      await passSlots(differs);
      const { text } = await answer("/readyz");
      expect(text).to.contain(new URL(rpcUrl).host).and.to.contain(liar.name);
      const metrics = (await answer("/metrics")).text;
      const counted = `kedge_source_disagreements_total{layer="execution",source="${liar.name}"}`;
      expect(metrics).to.contain(counted).and.not.to.contain(`${counted} 0\n`);
      expect(metrics).to.match(/kedge_job_cycles_total\{keeper="report",outcome="fatal"\} [1-9]/);
      expect(await world.protocol.StakedEther.lastReportFrame()).to.equal(before);
    } finally {
      await liar.close();
    }
  });

  it("sends nothing where it is to show what it would do", async () => {
    const { StakedEther: ledger } = world.protocol;
    const [before, nonce] = await Promise.all([ledger.lastReportFrame(), nonceOf()]);
    keeper(["report", "--dry-run"]);
    await passSlots(async () => running!.output.includes("would act"));
    const { ready, dryRun, causes } = JSON.parse((await answer("/readyz")).text) as {
      ready: boolean;
      dryRun: boolean;
      causes: { id: string }[];
    };
    expect([ready, dryRun, causes.map(({ id }) => id)]).to.deep.equal([false, true, ["dry-run"]]);
    running!.child.kill("SIGTERM");
    expect(await running!.ended).to.equal(0);
    expect(await ledger.lastReportFrame()).to.equal(before);
    expect(await nonceOf()).to.equal(nonce);
  });

  describe("kedge doctor", () => {
    interface Finding {
      what: string;
      ok: boolean;
      warning?: true;
      got: string;
      fix?: string;
    }

    async function doctor(args: string[], environment: Record<string, string> = {}): Promise<Finding[]> {
      const told = await kedge(["doctor", "--json", ...args], settings(environment));
      const findings = JSON.parse(told.stdout) as Finding[];
      expect(told.code, told.stderr).to.equal(findings.every(({ ok }) => ok) ? 0 : 1);
      expect(told.stdout + told.stderr).to.not.contain(STRANGER.slice(2));
      return findings;
    }

    it("finds nothing wrong with a keeper that could run", async () => {
      const findings = await doctor([]);
      expect(findings.filter(({ ok }) => !ok)).to.deep.equal([]);
      const warned = findings.filter(({ warning }) => warning);
      expect(warned.map(({ what }) => what)).to.deep.equal(["execution nodes"]);
      expect(warned[0]!.fix).to.contain("elUrls");
      expect(findings.map(({ what }) => what)).to.deep.equal([
        ...["deployment", "nodes", "execution nodes", "contracts", "deposit contract", "genesis"],
        ...["account", "member", "journal", "clock"],
      ]);
    });

    it("names what is wrong, and how to mend it", async () => {
      for (const [args, environment, what, got] of [
        [["--deployments", folder], {}, "deployment", "is not there"],
        [[], { KEDGE_EL_URLS: "http://127.0.0.1:1" }, "nodes", "127.0.0.1:1"],
        [["--min-balance", "1000000"], {}, "account", "ETH in 0x"],
        [[], { KEDGE_MEMBER_PRIVATE_KEY: STRANGER }, "member", "has no seat"],
        [["--peer-urls", "http://me:p1-leak@127.0.0.1:1"], {}, "peer 127.0.0.1:1", "fetch failed"],
      ] as const) {
        const wrong = (await doctor([...args], environment)).filter(({ ok }) => !ok);
        expect(wrong.map((finding) => finding.what)).to.deep.equal([what]);
        expect(wrong[0]!.got).to.contain(got);
        expect(wrong[0]!.fix).to.match(/[a-z]{4}/);
        expect(JSON.stringify(wrong)).to.not.contain(STRANGER.slice(2)).and.not.contain("p1-leak");
      }
    });

    it("finds a keeper that is running with the same state", async () => {
      const other = keeper(["finalise"]);
      await passSlots(async () => other.output.includes('"running"'));
      const wrong = (await doctor([])).filter(({ ok }) => !ok);
      expect(wrong.map(({ what }) => what)).to.deep.equal(["journal"]);
      other.child.kill("SIGTERM");
      expect(await other.ended).to.equal(0);
    });
  });

  it("says what was wrong", async () => {
    for (const [args, environment, told] of [
      [["nothing"], {}, "nothing"],
      [["report", "--cl-quorum", "7"], {}, "--cl-quorum"],
      [["report"], { KEDGE_MEMBER_PRIVATE_KEY: "0x1234" }, "KEDGE_MEMBER_PRIVATE_KEY"],
      [["report"], { KEDGE_CHAIN_ID: "1" }, "chain"],
    ] as const) {
      const { code, stdout, stderr } = await kedge(["keeper", "run", ...args], settings(environment));
      expect(code, stderr).to.be.oneOf([1, 2]);
      expect(stdout + stderr)
        .to.contain(told)
        .and.not.contain("    at ");
    }
  });
});
