import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { CONTRACT_NAMES } from "../../scripts/lib/protocol.ts";

const PROGRAM = ["--import", "tsx", "scripts/devnet/main.ts"];

/// Programs that a failed test may have left running.
const children = new Set<ChildProcess>();

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/// Runs the program until it ends; `onOutput` sees all that it has printed so far.
function run(options: string[], onOutput?: (stdout: string, child: ChildProcess) => void): Promise<Outcome> {
  const child = spawn(process.execPath, [...PROGRAM, ...options]);
  children.add(child);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    onOutput?.(stdout, child);
  });
  child.stderr.on("data", (chunk) => (stderr += chunk));
  return new Promise((resolve) =>
    child.once("close", (code) => {
      children.delete(child);
      resolve({ code, stdout, stderr });
    }),
  );
}

describe("devnet: program", () => {
  let other: Server;
  let busyPort: string;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kedge-devnet-"));
    other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    busyPort = String((other.address() as { port: number }).port);
  });

  after(() => {
    for (const child of children) child.kill();
    other.close();
    rmSync(folder, { recursive: true });
  });

  it("deploys anew, serves until it is interrupted, then ends well", async () => {
    // what an earlier chain left behind is of no account
    const stale = { address: `0x${"11".repeat(20)}`, transactionHash: "0x", blockNumber: 1, gasUsed: "1" };
    const records = { Authority: { ...stale, constructorArguments: [] } };
    writeFileSync(join(folder, "records.json"), JSON.stringify(records));

    let asked: Promise<{ slot: number; code: string }> | undefined;
    // The list of accounts is the last that it prints.
    const options = ["--rpc-port", "0", "--beacon-port", "0", "--deployments", folder];
    const { code, stdout, stderr } = await run(options, (printed, child) => {
      if (asked || !/^ +19 +0x[0-9a-fA-F]{40}\b/m.test(printed)) return;
      asked = look(printed).finally(() => child.kill("SIGINT"));
    });
    expect(stderr).to.equal("devnet: stopping\n");
    expect(code).to.equal(0);

    const seen = await asked!;
    // a slot for each transaction of the deployment at least
    expect(seen.slot).to.be.at.least(39);
    expect(seen.code).to.match(/^0x[0-9a-f]{100,}$/);
    const addresses = JSON.parse(readFileSync(join(folder, "addresses.json"), "utf8")) as Record<
      string,
      string
    >;
    expect(Object.keys(addresses)).to.deep.equal(CONTRACT_NAMES);
    for (const [name, address] of Object.entries(addresses)) {
      expect(stdout).to.match(new RegExp(`^${name} +${address}$`, "m"));
    }
    expect(stdout).to.match(/^ +0 +0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 +deployer$/m);
    expect(stdout).to.match(/^ +7 +0x14dC79964da2C08b23698B3D3cc7Ca32193d9955 +alice$/m);
  });

  /// The running slot, and the code of the contract printed as StakedEther.
  async function look(printed: string): Promise<{ slot: number; code: string }> {
    const found = (pattern: RegExp) => pattern.exec(printed)![1]!;
    const status = await fetch(found(/^Control API +(\S+)$/m));
    const address = found(/^StakedEther +(0x\w{40})$/m);
    const body = JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "eth_getCode",
      params: [address, "latest"],
    });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(found(/^JSON-RPC +(\S+)$/m), { method: "POST", headers, body });
    const { slot } = (await status.json()) as { slot: number };
    return { slot, code: ((await answer.json()) as { result: string }).result };
  }

  it("ends with one line when a port is in use, and leaves the records alone", async () => {
    const file = join(folder, "addresses.json");
    const before = readFileSync(file, "utf8");
    const { code, stdout, stderr } = await run([
      ...["--rpc-port", "0", "--beacon-port", busyPort],
      ...["--deployments", folder],
    ]);
    expect(code).to.equal(1);
    expect(stdout).to.equal("");
    expect(stderr).to.equal(
      `devnet: Port ${busyPort} on 127.0.0.1 is in use: stop the program that uses it, or choose another port\n`,
    );
    expect(readFileSync(file, "utf8")).to.equal(before);
  });

  it("tells bad usage from failure", async () => {
    const { code, stderr } = await run(["--rpc-port", "99999"]);
    expect(code).to.equal(2);
    expect(stderr).to.contain("99999");
  });
});
