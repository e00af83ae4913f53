import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { Records } from "../../scripts/lib/records.ts";
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
    await request(world, "alice", 5n * ETHER);
    keeper(["report", "finalise"]);
    await passSlots(async () => (await ledger.lastReportFrame()) > first);
    const told = /"healthUrl":"([^"]+)"/.exec(running!.output);
    const healthUrl = told![1]!;
    const answer = async (path: string) => {
      const response = await fetch(`${healthUrl}${path}`);
      return { status: response.status, text: await response.text() };
    };
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
    keeper(["report", "finalise"]);
    await passSlots(async () => (await ledger.lastReportFrame()) > second);
    running!.child.kill("SIGTERM");
    expect(await running!.ended).to.equal(0);
    expect(running!.output).to.contain('"stopped"');
    expect(running!.output).to.not.contain(world.members[0]!.key.privateKey.slice(2));
  });

  it("sends nothing where it is to show what it would do", async () => {
    const { StakedEther: ledger } = world.protocol;
    const [before, nonce] = await Promise.all([ledger.lastReportFrame(), nonceOf()]);
    keeper(["report", "--dry-run"]);
    await passSlots(async () => running!.output.includes("would act"));
    running!.child.kill("SIGTERM");
    expect(await running!.ended).to.equal(0);
    expect(await ledger.lastReportFrame()).to.equal(before);
    expect(await nonceOf()).to.equal(nonce);
  });

  describe("kedge doctor", () => {
    interface Finding {
      what: string;
      ok: boolean;
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
      expect(findings.map(({ what }) => what)).to.deep.equal([
        ...["deployment", "nodes", "contracts", "deposit contract", "genesis"],
        ...["account", "member", "journal", "clock"],
      ]);
    });

    it("names what is wrong, and how to mend it", async () => {
      for (const [args, environment, what, got] of [
        [["--deployments", folder], {}, "deployment", "is not there"],
        [[], { KEDGE_EL_URLS: "http://127.0.0.1:1" }, "nodes", "127.0.0.1:1"],
        [["--min-balance", "1000000"], {}, "account", "ETH in 0x"],
        [[], { KEDGE_MEMBER_PRIVATE_KEY: STRANGER }, "member", "has no seat"],
        [["--peer-urls", "http://127.0.0.1:1"], {}, "peer 127.0.0.1:1", "fetch failed"],
      ] as const) {
        const wrong = (await doctor([...args], environment)).filter(({ ok }) => !ok);
        expect(wrong.map((finding) => finding.what)).to.deep.equal([what]);
        expect(wrong[0]!.got).to.contain(got);
        expect(wrong[0]!.fix).to.match(/[a-z]{4}/);
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
