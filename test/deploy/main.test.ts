import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { serveDevnet, type DevnetServers } from "../../scripts/devnet/http/serve.ts";
import { CONTRACT_NAMES } from "../../scripts/lib/protocol.ts";
import { startBareChain, type BareChain } from "./support/bareChain.ts";

const PROGRAM = ["--import", "tsx", "scripts/deploy/main.ts"];

interface Plan {
  transactions: unknown[];
  left: string[];
  addresses: Record<string, string>;
}

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(options: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [...PROGRAM, ...options]);
  const outcome: Outcome = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (outcome.stdout += chunk));
  child.stderr.on("data", (chunk) => (outcome.stderr += chunk));
  return new Promise((resolve) => child.once("close", (code) => resolve({ ...outcome, code })));
}

describe("deploy: program", () => {
  let chain: BareChain;
  let servers: DevnetServers;
  let folder: string;
  let empty: string;
  let planned: Plan;

  before(async () => {
    chain = await startBareChain();
    servers = await serveDevnet(chain.devnet, { rpcPort: 0, beaconPort: 0 });
    folder = mkdtempSync(join(tmpdir(), "kedge-deploy-"));
    empty = await chain.devnet.snapshot();
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await servers.close();
    await chain.close();
  });

  const deployment = (...more: string[]) =>
    run([
      ...["--network", "devnet", "--deployments", folder],
      ...["--rpc-url", servers.rpcUrl, "--beacon-url", servers.beaconUrl],
      ...more,
    ]);
  const addresses = () =>
    JSON.parse(readFileSync(join(folder, "addresses.json"), "utf8")) as Record<string, string>;

  it("plans, and sends nothing: every transaction with its address, gas and ether", async () => {
    const { code, stdout, stderr } = await deployment("--plan", "--json");
    expect(code, stderr).to.equal(0);
    const plan = JSON.parse(stdout) as Plan;
    expect(plan.transactions).to.have.length(92);
    expect(plan.left).to.have.length(92);
    expect(Object.keys(plan.addresses)).to.have.members(CONTRACT_NAMES);
    expect(await chain.deployer.getNonce()).to.equal(0);
    planned = plan;
  });

  it("deploys over HTTP as planned, and accepts: data on stdout, progress on stderr", async () => {
    const { code, stdout, stderr } = await deployment("--json");
    expect(code, stderr).to.equal(0);
    const told = JSON.parse(stdout) as { sent: number; addresses: object; checks: { ok: boolean }[] };
    expect(told.sent).to.equal(92);
    expect(told.addresses).to.deep.equal(addresses()).and.to.deep.equal(planned.addresses);
    expect(told.checks).to.have.length.greaterThan(500);
    expect(told.checks.every(({ ok }) => ok)).to.equal(true);
    const lines = stderr.trimEnd().split("\n");
    expect(lines[0]).to.match(/^deploy: 92 of 92 transactions are left, for \d+\.\d+ ether at most$/);
    expect(lines.filter((line) => /^deploy: \[\d+\/92\] /.test(line))).to.have.length(92);
    expect(stderr).to.match(/\ndeploy: \[\d+\/92\] Authority 0x\w{40} \(\d+ gas\)\n/);
    expect(stderr).to.contain("\ndeploy: 92 transactions sent\n");
    expect(existsSync(join(folder, "roles.json"))).to.equal(true);
  });

  it("run again it sends nothing and says so", async () => {
    const { code, stdout, stderr } = await deployment();
    expect(code).to.equal(0);
    expect(stderr).to.match(/^deploy: 0 of \d+ transactions are left, for 0(\.0+)? ether at most\n/);
    expect(stderr).to.contain("\ndeploy: everything was there: 0 transactions sent\n");
    const lines = stdout.trimEnd().split("\n").slice(1);
    expect(lines.map((line) => line.split(/ +/))).to.deep.equal(
      CONTRACT_NAMES.map((name) => [name, addresses()[name]]),
    );
  });

  it("tells a chain that was started anew, and starts anew with --fresh", async () => {
    await chain.devnet.restore(empty);
    const stale = await deployment();
    expect(stale.code).to.equal(1);
    expect(stale.stdout).to.equal("");
    expect(stale.stderr).to.contain(addresses().Authority);
    expect(stale.stderr).to.match(/\ndeploy: .*remove their folder, or pass --fresh\n$/);

    const fresh = await deployment("--fresh");
    expect(fresh.code, fresh.stderr).to.equal(0);
    expect(fresh.stderr).to.contain("\ndeploy: 92 transactions sent\n");
  });

  it("tells bad usage from failure, with the value that was wrong", async () => {
    const wrong = [
      [["--network", "atlantis"], "atlantis"],
      [["--network", "devnet", "--rpc-url", "8545"], "8545"],
      [["--network", "devnet", "--beacon-url", "ftp://127.0.0.1"], "ftp://127.0.0.1"],
      [[], "--network"],
    ] as const;
    const outcomes = await Promise.all(wrong.map(([options]) => run([...options])));
    for (const [i, { code, stdout, stderr }] of outcomes.entries()) {
      expect(code).to.equal(2);
      expect(stdout).to.equal("");
      expect(stderr).to.contain(wrong[i]![1]);
    }
    const nobody = await run([
      "--network",
      "devnet",
      "--rpc-url",
      "http://127.0.0.1:1",
      "--beacon-url",
      servers.beaconUrl,
    ]);
    expect(nobody.code).to.equal(1);
    expect(nobody.stderr).to.match(/^deploy: no execution chain answers at 127\.0\.0\.1:1: .+\n$/);
  });
});
