import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type Server } from "node:net";
import { expect } from "chai";

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

  before(async () => {
    other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    busyPort = String((other.address() as { port: number }).port);
  });

  after(() => {
    for (const child of children) child.kill();
    other.close();
  });

  it("serves until it is interrupted, then ends well", async () => {
    let status: { slot?: number } = {};
    let asked = false;
    // The list of accounts is the last that it prints.
    const outcome = await run(["--rpc-port", "0", "--beacon-port", "0"], (stdout, child) => {
      const url = /^Control API\s+(\S+)$/m.exec(stdout)?.[1];
      if (!url || asked || !/^ +19 +0x[0-9a-f]{40}$/m.test(stdout)) return;
      asked = true;
      void fetch(url)
        .then(async (response) => (status = (await response.json()) as typeof status))
        .finally(() => child.kill("SIGINT"));
    });
    expect(outcome.stderr).to.equal("devnet: stopping\n");
    expect(outcome.code).to.equal(0);
    expect(status.slot).to.equal(1);
  });

  it("ends with one line when a port is in use", async () => {
    const { code, stdout, stderr } = await run(["--rpc-port", "0", "--beacon-port", busyPort]);
    expect(code).to.equal(1);
    expect(stdout).to.equal("");
    expect(stderr).to.equal(
      `devnet: Port ${busyPort} on 127.0.0.1 is in use: stop the program that uses it, or choose another port\n`,
    );
  });

  it("tells bad usage from failure", async () => {
    const { code, stderr } = await run(["--rpc-port", "99999"]);
    expect(code).to.equal(2);
    expect(stderr).to.contain("99999");
  });
});
