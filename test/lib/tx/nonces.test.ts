import { expect } from "chai";
import { RetryableError } from "../../../scripts/lib/errors.ts";
import { CONFIRMATIONS, Keeper, Tampered } from "./support/keeper.ts";
import { countOf, mine, nonceOf } from "./support/chainCalls.ts";
import { startTestChain, type TestChain } from "./support/testChain.ts";

const COUNT = "eth_getTransactionCount";
const SEND = "eth_sendRawTransaction";

describe("tx/nonces", () => {
  let chain: TestChain;
  let keeper: Keeper;
  let nodes: Tampered[];

  before(async () => {
    chain = await startTestChain();
  });
  after(() => chain.close());
  beforeEach(async () => {
    keeper = await Keeper.start(chain.node);
    nodes = ["one", "two", "three"].map((name) => new Tampered(chain.node, name));
  });
  afterEach(() => keeper.close());

  /** A node that counts more transactions than there are: of the newest block, or of all. */
  const liesBy = (node: Tampered, more: number, when: (block: unknown) => boolean = () => true) =>
    node.on(COUNT, async (params, pass) => {
      const count = Number(await pass());
      return `0x${(when(params[1]) ? count + more : count).toString(16)}`;
    });
  const isLatest = (block: unknown) => block === "latest";
  const note = () => keeper.manager.get("a")!.note;

  it("takes no nonce that one of two nodes made up, and says which", async () => {
    await keeper.restart({ witnesses: nodes.slice(0, 2) });
    liesBy(nodes[1]!, 9);
    keeper.count("a");
    await keeper.ticks(3);
    expect(keeper.state("a")).to.equal("simulated");
    expect(note()).to.equal(
      "two says that 9 nonces are used, and nothing else shows more than 0: waits until that is certain",
    );
    nodes[1]!.heal();
    await keeper.finish();
    expect(keeper.manager.get("a")!.nonce).to.equal(0);
  });

  it("goes on where two of three outvote the third, and where what it says is explained by a receipt", async () => {
    await keeper.restart({ witnesses: nodes });
    liesBy(nodes[0]!, 100);
    for (const key of ["a", "b"]) {
      keeper.count(key);
      await keeper.finish();
    }
    expect(["a", "b"].map((key) => keeper.manager.get(key)!.nonce)).to.deep.equal([0, 1]);
    // both of the others are late
    for (const node of nodes.slice(1)) liesBy(node, -1);
    nodes[0]!.heal();
    keeper.count("c");
    await keeper.finish();
    expect(keeper.manager.get("c")!.nonce).to.equal(2);
    expect(await countOf(chain.node, keeper.wallet)).to.equal(3);
  });

  it("believes what two nodes say of transactions from elsewhere, and waits while one of them is away", async () => {
    await sendElsewhere(0);
    await mine(chain.node);
    await keeper.restart({ witnesses: nodes.slice(0, 2) });
    nodes[1]!.on(COUNT, () => Promise.reject(new RetryableError("away")));
    keeper.count("a");
    await keeper.ticks(3);
    expect([keeper.state("a"), note()]).to.deep.equal([
      "simulated",
      "one says that 1 nonces are used, and nothing else shows more than 0: waits until that is certain",
    ]);
    nodes[1]!.heal();
    await keeper.ticks(1);
    expect(keeper.manager.get("a")!.nonce).to.equal(1);
    await keeper.finish();
    nodes.forEach((node) => node.on(COUNT, () => Promise.reject(new RetryableError("away"))));
    keeper.count("b");
    expect(await keeper.manager.tick().catch((e: unknown) => e)).to.be.instanceOf(RetryableError);
  });

  it("believes one node alone only when it said so some blocks ago as well", async () => {
    liesBy(keeper.node, 9, isLatest);
    keeper.count("a");
    await keeper.ticks(3);
    expect(keeper.state("a")).to.equal("simulated");
    expect(note()).to.contain("says that 9 nonces are used");
    keeper.node.heal();
    await keeper.finish();

    await sendElsewhere(1);
    await mine(chain.node);
    keeper.count("b");
    await keeper.ticks(2);
    expect(keeper.state("b"), "not yet").to.equal("simulated");
    await mine(chain.node, CONFIRMATIONS - 1);
    await keeper.ticks(1);
    expect(keeper.manager.get("b")!.nonce).to.equal(2);
  });

  it("plans nothing anew until the block that used its nonce is deep, though two nodes have it", async () => {
    await keeper.restart({ witnesses: nodes.slice(0, 2) });
    keeper.count("a");
    await keeper.ticks(2);
    keeper.node.on(SEND, async () => "0x");
    await keeper.ticks(1);
    keeper.node.heal();
    await sendElsewhere(0);
    await mine(chain.node);
    await keeper.ticks(1);
    expect([keeper.state("a"), note()]).to.deep.equal([
      "broadcast",
      "nonce 0 is in a block; waits until that is certain",
    ]);
    await mine(chain.node, CONFIRMATIONS - 1);
    await keeper.ticks(1);
    expect(keeper.state("a")).to.equal("planned");
  });

  it("neither gives up nor fills gaps by the word of one of two", async () => {
    await keeper.restart({ witnesses: nodes.slice(0, 2) });
    for (const node of nodes) liesBy(node, 70);
    keeper.count("a");
    await keeper.ticks(3);
    expect([keeper.state("a"), keeper.manager.get("a")!.nonce]).to.deep.equal(["broadcast", 70]);
    nodes[1]!.on(COUNT, () => Promise.reject(new RetryableError("away")));
    await mine(chain.node);
    await keeper.ticks(2);
    expect(note()).to.contain("one says that 70 nonces are used");
    expect(keeper.state("a")).to.equal("broadcast");
    for (const node of nodes) liesBy(node, 60);
    await keeper.ticks(1);
    expect(keeper.journal.intents("all").length, "two say that there is a gap").to.equal(11);
  });

  it("signs nothing while more are said to wait than nodes keep", async () => {
    liesBy(keeper.node, 65, (block) => block === "pending");
    keeper.count("a");
    for (let i = 0; i < 2; i++) {
      const error = await keeper.manager.tick().catch((e: unknown) => e);
      expect(error)
        .to.be.instanceOf(RetryableError)
        .with.property("message")
        .contains("more than 64 cannot be");
    }
    expect(keeper.journal.nonces().size).to.equal(0);
    keeper.node.heal();
    await keeper.finish();
    expect(keeper.manager.get("a")!.nonce).to.equal(0);
  });

  it("fills no gap while one of two is away", async () => {
    for (let nonce = 0; nonce < 3; nonce++) await sendElsewhere(nonce);
    await mine(chain.node);
    await keeper.restart({ witnesses: nodes.slice(0, 2) });
    keeper.count("a");
    await keeper.ticks(3);
    expect([keeper.state("a"), keeper.manager.get("a")!.nonce]).to.deep.equal(["broadcast", 3]);
    nodes[1]!.on(COUNT, () => Promise.reject(new RetryableError("away")));
    await keeper.ticks(2);
    expect(keeper.journal.intents("all").map(({ key }) => key)).to.deep.equal(["a"]);
  });

  it("lets go of a nonce that is out of reach, and fills no gaps up to it", async () => {
    liesBy(keeper.node, 100);
    keeper.count("lost");
    await keeper.ticks(2);
    expect(keeper.manager.get("lost")!.nonce).to.equal(100);
    keeper.count("next");
    keeper.node.on(SEND, () => Promise.reject(new RetryableError("away")));
    await keeper.ticks(1);
    expect(keeper.journal.attempts("lost")[0]!.sentMs, "it may be out there").not.to.equal(undefined);
    keeper.node.heal();
    await keeper.ticks(1);
    expect(keeper.journal.intents("all").filter(({ isNoop }) => isNoop)).to.deep.equal([]);
    await mine(chain.node);
    await keeper.ticks(1);
    expect([keeper.state("lost"), keeper.manager.get("lost")!.note]).to.deep.equal([
      "abandoned",
      "nonce 100 is out of reach: 0 are used",
    ]);
    await keeper.finish();
    expect(keeper.manager.get("next")!.nonce).to.equal(0);
    expect(keeper.journal.intents("all").filter(({ isNoop }) => isNoop)).to.deep.equal([]);
    expect(await nonceOf(chain.node, keeper.wallet)).to.equal(1);
  });

  async function sendElsewhere(nonce: number): Promise<void> {
    const fees = { maxFeePerGas: 40_000_000_000n, maxPriorityFeePerGas: 2_000_000_000n };
    const call = { type: 2, chainId: 31337n, nonce, to: `0x${"ab".repeat(20)}`, gasLimit: 21_000n, ...fees };
    await chain.node.send(SEND, [await keeper.wallet.signTransaction(call)]);
  }
});
