import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { publishReports } from "../../scripts/keepers/report/exchange.ts";
import { reportSchema } from "../../scripts/keepers/report/body.ts";
import { reportDigest } from "../../scripts/actions/submitReport.ts";
import { stableStringify } from "../../scripts/lib/json.ts";
import { Records } from "../../scripts/lib/records.ts";
import { compactSignature } from "../../scripts/lib/signatures.ts";
import { checkLimits } from "../../scripts/actions/reportLimits.ts";
import { runValidators } from "../story/support/keys.ts";
import { nextBoundary, prepare, reportNext, submit, untilFinal } from "../story/support/reports.ts";
import { stake } from "../story/support/stake.ts";
import { ETHER, startWorld, type World } from "../story/support/world.ts";
import { kedge, type Outcome } from "./support/kedge.ts";

describe("kedge report", () => {
  let world: World;
  let folder: string;
  let refSlot: number;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kedge-report-"));
    world = await startWorld({ records: new Records(folder) });
    await stake(world, "alice", 100n * ETHER);
    await runValidators(world, 0, 2);
    await reportNext(world);
    refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await world.close();
  });

  function commandLine(verb: string, args: string[]): string[] {
    const { rpcUrl, beaconUrl } = world.servers;
    const options = ["--rpc-url", rpcUrl, "--beacon-url", beaconUrl, "--deployments", folder];
    return ["report", verb, ...args, ...options];
  }

  const report = (verb: string, args: string[]) => kedge(commandLine(verb, args));

  /** In a process of its own: a person's shell has no preset set. */
  function fromShell(verb: string, args: string[]): Promise<Outcome> {
    const command = ["--import", "tsx", "scripts/cli/main.ts", ...commandLine(verb, args)];
    const env = { ...process.env };
    delete env.LODESTAR_PRESET;
    const child = spawn(process.execPath, command, { env });
    child.stdin.end();
    const outcome: Outcome = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (outcome.stdout += chunk));
    child.stderr.on("data", (chunk) => (outcome.stderr += chunk));
    return new Promise((resolve) => child.once("close", (code) => resolve({ ...outcome, code })));
  }

  it("builds the report that a member signs, and names the first field in which another differs", async () => {
    const built = await fromShell("build", [String(refSlot), "--json"]);
    expect(built.code, built.stderr).to.equal(0);
    const ours = reportSchema.parse(JSON.parse(built.stdout));
    expect(ours.refSlot).to.equal(BigInt(refSlot));
    writeFileSync(join(folder, "ours.json"), built.stdout);
    const same = await report("diff", [String(refSlot), join(folder, "ours.json")]);
    expect([same.code, same.stdout], same.stderr).to.deep.equal([0, "2 equal reports\n"]);

    const [member] = world.members;
    const theirs = { ...ours, exited: ours.exited + 3n };
    const signature = compactSignature(member!.key.sign(await reportDigest(world.protocol, theirs)));
    const server = publishReports(() => [{ signer: member!.address, report: theirs, signature }]);
    const url = await server.listen({ host: "127.0.0.1", port: 0 });
    try {
      const differ = await report("diff", [String(refSlot), "--peer", url]);
      expect(differ.code).to.equal(1);
      expect(differ.stdout).to.equal(
        `exited: ${ours.exited} says this node, ${theirs.exited} says ${member!.address} at ${new URL(url).host}\n`,
      );
    } finally {
      await server.close();
    }
    const away = await report("diff", [String(refSlot), join(folder, "ours.json"), "--peer", url, "--json"]);
    expect(away.code, "one source is not enough").to.equal(2);
    expect(away.stderr).to.contain(new URL(url).host);
  });

  it("says what a report is made of, how far it is from the limits, and for which it would be parked", async () => {
    interface Explained {
      fields: { field: string; value: string; thisNode?: string; of: string[] }[];
      limits: { breach?: { limit: string } };
    }
    const honest = await prepare(world, refSlot);
    expect((await checkLimits(world, honest.report, "latest")).breach).to.equal(undefined);
    // a third of it is gone
    const balanceGwei = honest.report.beaconBalanceGwei;
    const loss = { ...honest.report, beaconBalanceGwei: (balanceGwei * 2n) / 3n };
    const file = join(folder, "loss.json");
    writeFileSync(file, stableStringify(loss));
    const { code, stdout, stderr } = await report("explain", [String(refSlot), file, "--json"]);
    expect(code, stderr).to.equal(0);
    const { fields, limits } = JSON.parse(stdout) as Explained;
    expect(limits.breach!.limit).to.equal("lossPerFrame");
    const fieldOf = (name: string) => fields.find(({ field }) => field === name)!;
    const balance = fieldOf("beaconBalanceGwei");
    expect(balance).to.include({ value: String(loss.beaconBalanceGwei), thisNode: String(balanceGwei) });
    expect(balance.of[0]).to.match(/^64\.\d+ ETH of 2 active of operator 1$/);
    expect(fieldOf("appeared")).to.deep.include({ value: "2", of: ["2 active of operator 1"] });
    const other = await report("explain", [String(refSlot + 64), file]);
    expect(other.code).to.equal(2);
    expect(other.stderr).to.contain(`of slot ${refSlot}`);

    // the oracle says the same of it, to the last wei
    const receipt = await submit(world, { ...honest, report: loss }, world.members);
    const { breach } = await checkLimits(world, loss, receipt.blockNumber);
    const oracle = world.protocol.ReportOracle;
    const [parked] = await oracle.queryFilter(oracle.filters.ReportParked(), receipt.blockNumber);
    const { limit, value, bound } = parked!.args;
    expect({ limit, value, bound }).to.deep.equal({
      limit: encodeBytes32String(breach!.limit),
      value: breach!.value,
      bound: breach!.bound,
    });
    const shown = await report("explain", [String(refSlot), "--on-chain"]);
    expect(shown.stdout, shown.stderr).to.contain(`! this node says ${balanceGwei}`);
    expect(shown.stdout).to.match(
      /\nparked: lossPerFrame \(loss since the last report\) is passed by \d+\.\d+ ETH\n$/,
    );
  });

  it("says what was wrong", async () => {
    for (const [verb, args, told] of [
      ["build", ["-1"], "-1"],
      ["build", ["7x"], '"7x" is no slot'],
      ["diff", [String(refSlot), "nowhere.json", "elsewhere.json"], "nowhere.json"],
      ["diff", [String(refSlot), "--peer", "nobody"], '"nobody" is no URL'],
    ] as const) {
      const { code, stderr, stdout } = await report(verb, [...args]);
      expect(code, stderr).to.equal(2);
      expect(stderr).to.contain(told).and.not.contain("    at ");
      expect(stdout).to.equal("");
    }
  });
});
