import "../../scripts/devnet/preset.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { HDNodeWallet } from "ethers";
import { readRoles, rolesOf } from "../../scripts/deploy/accept/rolesFile.ts";
import { deploy, type Deployed } from "../../scripts/deploy/deploy.ts";
import { journaledDeployer, type JournaledDeployer } from "../../scripts/deploy/journaled.ts";
import { addJsonRpcRoute } from "../../scripts/devnet/http/jsonRpc.ts";
import { createServer, listen } from "../../scripts/devnet/http/server.ts";
import { LOCAL_ACCOUNTS } from "../../scripts/lib/accountNames.ts";
import { LOCAL_MNEMONIC } from "../../scripts/lib/localAccounts.ts";
import { RetryableError } from "../../scripts/lib/errors.ts";
import { createLogger } from "../../scripts/lib/logger.ts";
import { connectProtocol } from "../../scripts/lib/protocol.ts";
import { Records } from "../../scripts/lib/records.ts";
import { seededRandom } from "../../scripts/lib/seededRandom.ts";
import { Secret } from "../../scripts/lib/secret.ts";
import { LocalSigner } from "../../scripts/lib/signing/localSigner.ts";
import type { OnBoundary } from "../../scripts/lib/tx/boundaries.ts";
import { connectNode, type Rpc } from "../../scripts/lib/tx/rpc.ts";
import { JournalView } from "../../scripts/lib/tx/view.ts";
import { startBareChain, type BareChain } from "./support/bareChain.ts";

const ETHER = 10n ** 18n;
/// Boundaries of the journal and of what the outside sees, that one run lives through at most.
const LONGEST_LIFE = 60;
const TRANSACTIONS = 92;

class Killed extends Error {}

interface RunOptions {
  onBoundary?: OnBoundary | undefined;
  capWei?: bigint;
  patienceMs?: number;
}

describe("deploy: journaled", () => {
  let chain: BareChain;
  let http: { url: string; close(): Promise<void> };
  let node: Rpc;
  let empty: string;
  let folder: string;

  before(async () => {
    chain = await startBareChain();
    const server = createServer();
    addJsonRpcRoute(server, chain.devnet.provider);
    http = await listen(server, 0);
    node = connectNode(http.url);
    empty = await chain.devnet.snapshot();
  });
  beforeEach(async () => {
    await chain.devnet.restore(empty);
    empty = await chain.devnet.snapshot();
    folder = mkdtempSync(join(tmpdir(), "kedge-deploy-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  after(async () => {
    await http.close();
    await chain.close();
  });

  const file = () => join(folder, "journal.sqlite");
  const path = `m/44'/60'/0'/0/${LOCAL_ACCOUNTS.deployer}`;
  const { privateKey, address } = HDNodeWallet.fromPhrase(LOCAL_MNEMONIC, "", path);

  function open({
    onBoundary,
    capWei = 100n * ETHER,
    patienceMs = 60_000,
  }: RunOptions = {}): Promise<JournaledDeployer> {
    return journaledDeployer({
      file: file(),
      account: new LocalSigner(new Secret(privateKey)),
      provider: chain.provider,
      node,
      chainId: chain.parameters.chainId.value,
      capWei,
      confirmations: 1,
      log: createLogger({ level: "silent" }),
      patienceMs,
      journal: onBoundary ? { onBoundary } : {},
      sleep: async () => undefined,
    });
  }

  /// As one process would, whose folder outlives it.
  async function run(options: RunOptions = {}): Promise<Deployed> {
    const journaled = await open(options);
    try {
      const deployed = await deploy({ ...chain, deployer: journaled.signer, records: new Records(folder) });
      await journaled.settle();
      return deployed;
    } finally {
      journaled.close();
    }
  }

  async function finalState({ addresses }: Deployed) {
    const protocol = connectProtocol(addresses, chain.provider);
    return {
      addresses,
      roles: rolesOf(await readRoles(protocol)),
      nonce: await chain.provider.getTransactionCount(address),
    };
  }

  it("is what it is without a journal, and each transaction stands in it once", async () => {
    const plain = await finalState(await deploy({ ...chain, records: new Records() }));
    await chain.devnet.restore(empty);
    empty = await chain.devnet.snapshot();
    const journaled = await run();
    expect(journaled.sent).to.equal(TRANSACTIONS);
    expect(await finalState(journaled)).to.deep.equal(plain);
    const view = JournalView.look(file());
    const states = view.intents("all").map(({ state }) => state);
    view.close();
    expect(new Set(states)).to.deep.equal(new Set(["confirmed"]));
    // the one that nobody has the key of is not ours
    expect(states).to.have.length(TRANSACTIONS - 1);
    expect((await run()).sent, "a second run").to.equal(0);
  });

  it("killed again and again, wherever it is, it ends in the same state and addresses", async () => {
    const whole = await finalState(await run());
    rmSync(folder, { recursive: true });
    await chain.devnet.restore(empty);
    empty = await chain.devnet.snapshot();
    folder = mkdtempSync(join(tmpdir(), "kedge-deploy-"));

    const random = seededRandom(7);
    const places = new Set<string>();
    let kills = 0;
    for (;;) {
      let life = 1 + Math.floor(random() * LONGEST_LIFE);
      const onBoundary: OnBoundary = (boundary) => {
        if (--life > 0) return;
        places.add(boundary);
        throw new Killed(boundary);
      };
      try {
        const deployed = await run({ onBoundary });
        expect(await finalState(deployed)).to.deep.equal(whole);
        break;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        kills++;
      }
    }
    expect(kills).to.be.greaterThan(20);
    expect([...places]).to.include.members([
      "after: plan",
      "before: node is sent bytes",
      "after: node is sent bytes",
    ]);
  });

  it("spends no more than it may in a day, and goes on where it may", async () => {
    const error = await run({ capWei: ETHER / 2n, patienceMs: 14_000 }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(RetryableError);
    expect((error as Error).message).to.match(/is not in a block yet \(simulated: .*cap/);
    const { sent } = await run();
    expect(sent).to.be.greaterThan(0);
  });
});
