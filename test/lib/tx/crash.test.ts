import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet } from "ethers";
import { createLogger } from "../../../scripts/lib/logger.ts";
import { BOUNDARIES, EFFECTS, WRITES } from "../../../scripts/lib/tx/boundaries.ts";
import { Journal } from "../../../scripts/lib/tx/journal.ts";
import { TxManager } from "../../../scripts/lib/tx/manager.ts";
import { bundle } from "./support/bundle.ts";
import type { Part } from "./support/crashChild.ts";
import { CONFIRMATIONS, counting, ETHER, POLICIES, Tampered } from "./support/keeper.ts";
import { KILLED_IN, mineUntilEnd, needs, SCENARIOS, type ScenarioName } from "./support/scenarios.ts";
import { countOf, fund, nonceOf, setNextBaseFee } from "./support/chainCalls.ts";
import { startTestChain, type TestChain } from "./support/testChain.ts";

const NOW_MS = 1_800_000_000_000;

describe("tx/manager killed at every boundary", () => {
  let chain: TestChain;
  let folder: string;
  /** Started while the one before it is at work. */
  let next: ChildProcess;

  before(async () => {
    chain = await startTestChain();
    folder = mkdtempSync(join(tmpdir(), "kedge-crash-"));
    await bundle(new URL("support/crashChild.ts", import.meta.url), program());
    next = startChild();
  });
  after(async () => {
    next.kill("SIGKILL");
    rmSync(folder, { recursive: true });
    await chain.close();
  });

  const killed = new Set<string>();
  for (const name of [...WRITES, ...EFFECTS]) {
    for (const [scenario, occurrence] of KILLED_IN[name]) {
      for (const side of ["before", "after"] as const) {
        const boundary = `${side}: ${name}`;
        it(`${boundary} (${scenario}, ${occurrence})`, async () => {
          const wallet = Wallet.createRandom() as unknown as Wallet;
          const path = join(folder, `${wallet.address}.sqlite`);
          await fund(chain.node, wallet);
          await setNextBaseFee(chain.node, 1_000_000_000n);

          const { url } = chain;
          const { privateKey } = wallet;
          const outcome = await run({ scenario, boundary, occurrence, url, path, privateKey, nowMs: NOW_MS });
          expect(outcome, "the process must reach its end there").to.equal("SIGKILL");
          killed.add(boundary);

          const states = await recover(scenario, path, wallet);
          const confirmed = states.filter((state) => state === "confirmed").length;
          expect(
            await countOf(chain.node, wallet),
            `the chain and the journal agree: ${states.join(", ")}`,
          ).to.equal(confirmed);
          const wanted = SCENARIOS[scenario].keys.length - (needless(scenario)?.length ?? 0);
          if (scenario === "cancelled") expect(confirmed).to.be.oneOf([0, 1]);
          else expect(confirmed, states.join(", ")).to.equal(wanted);
          expect(await nonceOf(chain.node, wallet, "pending"), "nothing is left over").to.equal(
            await nonceOf(chain.node, wallet),
          );
        });
      }
    }
  }

  it("left out none", () => {
    expect([...killed].sort()).to.deep.equal([...BOUNDARIES].sort());
  });

  function needless(scenario: ScenarioName): readonly string[] | undefined {
    return (SCENARIOS[scenario] as { useless?: string[] }).useless;
  }

  function program(): string {
    return join(folder, "crashChild.mjs");
  }

  function startChild(): ChildProcess {
    const child = fork(program(), { execArgv: [] });
    child.once("message", () => Object.assign(child, { isReady: true }));
    return child;
  }

  async function run(part: Part): Promise<string | number | null> {
    const child = next;
    next = startChild();
    if (!("isReady" in child)) await once(child, "message");
    child.send(part);
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    return signal ?? code;
  }

  /** What a keeper does that starts again: opens its journal, wants the same once more, goes on to the end. */
  async function recover(scenario: ScenarioName, path: string, wallet: Wallet): Promise<string[]> {
    let nowMs = NOW_MS + 120_000;
    const journal = Journal.open(path, { clock: { now: () => nowMs } });
    const node = new Tampered(chain.node);
    const manager = await TxManager.resume({
      journal,
      signer: wallet,
      node,
      chainId: 31337n,
      dailyCapWei: ETHER,
      policies: POLICIES,
      confirmations: CONFIRMATIONS,
      log: createLogger({ level: "silent" }),
      ...needs(scenario),
    });
    for (const key of SCENARIOS[scenario].keys) manager.submit(counting(key));
    await mineUntilEnd(manager, journal, node, (ms) => (nowMs += ms));
    expect(journal.wishes(), "every wish is answered").to.deep.equal([]);
    const states = SCENARIOS[scenario].keys.map((key) => journal.get(key)!.state);
    journal.close();
    return states;
  }
});
