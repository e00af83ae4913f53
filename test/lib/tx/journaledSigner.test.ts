import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { JournaledSigner } from "../../../scripts/lib/tx/journaledSigner.ts";
import { FatalError, RetryableError } from "../../../scripts/lib/errors.ts";
import { RpcRefusal } from "../../../scripts/lib/tx/rpc.ts";
import { COUNTER, countOf, mine } from "./support/chainCalls.ts";
import { CONFIRMATIONS, Keeper } from "./support/keeper.ts";
import { startTestChain, type TestChain } from "./support/testChain.ts";

const SEND = "eth_sendRawTransaction";

describe("keepers/journaledSigner", () => {
  let chain: TestChain;
  let provider: JsonRpcProvider;
  let keeper: Keeper;

  before(async () => {
    chain = await startTestChain();
    provider = new JsonRpcProvider(chain.url, 31337, { staticNetwork: true, cacheTimeout: -1 });
  });
  after(async () => {
    provider.destroy();
    await chain.close();
  });
  beforeEach(async () => {
    keeper = await Keeper.start(chain.node);
  });
  afterEach(() => keeper.close());

  /** A job's signer that looks so often; between two looks a block comes. */
  const signer = (looks: number) =>
    new JournaledSigner({
      address: keeper.wallet.address,
      provider,
      manager: keeper.manager,
      journal: keeper.journal,
      job: "count",
      urgency: "normal",
      patienceMs: looks * 12_000,
      sleep: async () => {
        keeper.nowMs += 12_000;
        await mine(chain.node);
      },
    });
  const call = (looks: number, data = "0x") => signer(looks).sendTransaction({ to: COUNTER, data });
  const failure = (sent: Promise<unknown>) =>
    sent.then(
      () => expect.fail("it was sent"),
      (e: Error) => e,
    );
  const keys = () => keeper.journal.intents("all").map(({ key }) => key);

  it("comes back when the transaction is in a block, and finds what it lost its patience with", async () => {
    expect(await failure(call(0)))
      .to.be.instanceOf(RetryableError)
      .with.property("message")
      .match(/not in a block/);
    const { hash } = await call(9);
    expect(keys()).to.have.length(1);
    expect(keeper.manager.get(keys()[0]!)!.mined!.hash).to.equal(hash);
    expect(await countOf(chain.node, keeper.wallet)).to.equal(1);
  });

  it("lets no other call of the kind pile up", async () => {
    await failure(call(0, "0x00000001"));
    const error = await failure(call(0, "0x0000000102"));
    expect(error)
      .to.be.instanceOf(RetryableError)
      .with.property("message")
      .match(/on its way/);
    expect(keys()).to.have.length(1);
  });

  it("plans nothing again while what is taken back may still be faster", async () => {
    await failure(call(0));
    await keeper.ticks(3);
    const [key] = keys();
    keeper.journal.startToCancel(key!, "a person asked for it");
    for (const reached of ["broadcast", "mined"]) {
      expect(await failure(call(0)))
        .to.be.instanceOf(RetryableError)
        .with.property("message")
        .match(/on its way/);
      expect(keys()).to.have.length(1);
      if (reached === "broadcast") {
        await keeper.ticks(2);
        await mine(chain.node);
        await keeper.ticks(1);
      }
      expect(keeper.state(key!)).to.equal("mined");
    }
    await keeper.finish();
    expect(keeper.state(key!)).to.equal("cancelled");
    await call(9);
    expect(keys()).to.have.length(2);
    expect(await countOf(chain.node, keeper.wallet)).to.equal(1);
  });

  it("plans nothing again while nobody can tell what came of it", async () => {
    await failure(call(0));
    await keeper.ticks(1);
    keeper.node.on(SEND, async () => "0x");
    await keeper.ticks(1);
    const other = { type: 2, chainId: 31337n, nonce: 0, to: COUNTER, gasLimit: 60_000n };
    const fees = { maxFeePerGas: 40_000_000_000n, maxPriorityFeePerGas: 2_000_000_000n };
    await chain.node.send(SEND, [await keeper.wallet.signTransaction({ ...other, ...fees })]);
    await mine(chain.node, CONFIRMATIONS + 3);
    keeper.node.on("eth_getBlockByNumber", ([block], pass) =>
      block === "latest" ? pass() : Promise.reject(new RpcRefusal("eth_getBlockByNumber node", "pruned")),
    );
    for (let i = 0; i < 3; i++) expect(await failure(call(1))).to.be.instanceOf(RetryableError);
    expect(keys()).to.have.length(1);
    expect(keeper.manager.get(keys()[0]!)!.note).to.contain("cannot be found: waits");
  });

  it("says at once what no node would take", async () => {
    const error = await failure(call(9, `0x${"00".repeat(131_072)}`));
    expect(error)
      .to.be.instanceOf(FatalError)
      .with.property("message")
      .match(/131072 bytes of calldata/);
    expect(keys()).to.deep.equal([]);
  });
});
