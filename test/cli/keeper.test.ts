import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { Records } from "../../scripts/lib/records.ts";
import { stake } from "../story/support/stake.ts";
import { ETHER, startWorld, type World } from "../story/support/world.ts";

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

  function keeper(args: string[], environment: Record<string, string> = {}): Running {
    const { rpcUrl, beaconUrl } = world.servers;
    const options = [
      ...["--el-urls", rpcUrl, "--cl-urls", beaconUrl, "--deployments", join(folder, "deployments")],
      ...["--state-folder", join(folder, "state"), "--health-port", "0", "--report-port", "0"],
      ...["--poll-seconds", "1", "--log-format", "json"],
    ];
    const command = ["--import", "tsx", "scripts/cli/main.ts", "keeper", "run", ...args, ...options];
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      KEDGE_MEMBER_PRIVATE_KEY: world.members[0]!.key.privateKey,
      ...environment,
    };
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

  it("says what was wrong", async () => {
    for (const [args, environment, told] of [
      [["nothing"], {}, "nothing"],
      [["report", "--cl-quorum", "7"], {}, "--cl-quorum"],
      [["report"], { KEDGE_MEMBER_PRIVATE_KEY: "0x1234" }, "KEDGE_MEMBER_PRIVATE_KEY"],
      [["report"], { KEDGE_CHAIN_ID: "1" }, "chain"],
    ] as const) {
      const { ended } = keeper([...args], environment);
      const code = await ended;
      expect(code, running!.output).to.be.oneOf([1, 2]);
      expect(running!.output).to.contain(told).and.not.contain("    at ");
    }
  });
});
