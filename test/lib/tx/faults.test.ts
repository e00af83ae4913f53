import { expect } from "chai";
import { Transaction } from "ethers";
import { RetryableError } from "../../../scripts/lib/errors.ts";
import { RpcRefusal } from "../../../scripts/lib/tx/rpc.ts";
import { CONFIRMATIONS, Keeper, POLICIES, POLICY, STUCK_MS, Tampered } from "./support/keeper.ts";
import { countOf, mine, nonceOf, setNextBaseFee } from "./support/chainCalls.ts";
import { startTestChain, type TestChain } from "./support/testChain.ts";

const refusal = (said: string) => () => Promise.reject(new RpcRefusal("eth_sendRawTransaction node", said));
const SEND = "eth_sendRawTransaction";

describe("tx/manager among faults", () => {
  let chain: TestChain;
  let keeper: Keeper;

  before(async () => {
    chain = await startTestChain();
  });
  after(() => chain.close());
  beforeEach(async () => {
    keeper = await Keeper.start(chain.node);
  });
  afterEach(() => keeper.close());

  const fees = () => keeper.node.sent.map((raw) => Transaction.from(raw));
  const once = async (state: string) => {
    expect(keeper.state("a")).to.equal(state);
    expect(await countOf(chain.node, keeper.wallet)).to.equal(state === "confirmed" ? 1 : 0);
  };

  it("loses nothing to a node that is dead for a while, whatever was going on", async () => {
    for (let alive = 0; alive < 5; alive++) {
      await keeper.restart();
      const key = `dead after ${alive}`;
      keeper.count(key);
      await keeper.ticks(alive);
      keeper.node.on("*", () => Promise.reject(new RetryableError("dead")));
      expect(await keeper.manager.tick().catch((e: unknown) => e)).to.be.instanceOf(RetryableError);
      keeper.node.heal();
      await keeper.finish();
      expect(keeper.state(key)).to.equal("confirmed");
    }
    expect(await countOf(chain.node, keeper.wallet)).to.equal(5);
  });

  it("sends again what a dead endpoint may or may not have got", async () => {
    const sender = new Tampered(chain.node);
    await keeper.restart({ sender });
    keeper.count("a");
    await keeper.ticks(2);
    sender.on(SEND, async (_, pass) => {
      await pass();
      throw new RetryableError("no answer within 10,000 ms");
    });
    await keeper.manager.tick();
    expect(keeper.manager.get("a")!.note).to.contain("cannot be sent now");
    sender.heal();
    await keeper.finish();
    await once("confirmed");
    expect(keeper.node.sent, "the other endpoint sends").to.deep.equal([]);
  });

  it("takes 'already known' for what it is", async () => {
    keeper.count("a");
    await keeper.ticks(2);
    keeper.node.on(SEND, async (_, pass) => {
      await pass();
      return refusal("already known")();
    });
    await keeper.manager.tick();
    expect(keeper.state("a")).to.equal("broadcast");
    await keeper.finish();
    await once("confirmed");
  });

  it("offers the same bytes again to a pool that is full", async () => {
    keeper.count("a");
    await keeper.ticks(2);
    keeper.node.on(SEND, refusal("txpool is full"));
    await keeper.ticks(2);
    expect([keeper.state("a"), keeper.manager.get("a")!.note]).to.deep.equal([
      "signed",
      "the node says: txpool is full",
    ]);
    keeper.node.heal();
    await keeper.finish();
    expect(new Set(keeper.node.sent).size).to.equal(1);
    await once("confirmed");
  });

  it("pays more where a full pool keeps refusing", async () => {
    keeper.count("a");
    await keeper.ticks(2);
    keeper.node.on(SEND, refusal("transaction underpriced"));
    await keeper.manager.tick();
    keeper.nowMs += STUCK_MS;
    await mine(chain.node);
    await keeper.ticks(2);
    const [first, second] = [fees().at(0)!, fees().at(-1)!];
    expect(second.maxFeePerGas! * 8n >= first.maxFeePerGas! * 9n).to.equal(true);
    keeper.node.heal();
    await keeper.finish();
    await once("confirmed");
  });

  it("gives up what nodes refuse for good, and takes its nonce for nothing, so that others go on", async () => {
    keeper.count("a");
    keeper.count("b");
    const tooLarge = "oversized data: transaction size 131073, limit 131072";
    keeper.node.on(SEND, ([raw], pass) =>
      Transaction.from(raw as string).nonce === 0 && Transaction.from(raw as string).gasLimit > 21_000n
        ? refusal(tooLarge)()
        : pass(),
    );
    await keeper.ticks(4);
    expect([keeper.state("a"), keeper.state("b")], "not at once").to.deep.equal(["signed", "broadcast"]);
    await keeper.finish();
    expect([keeper.state("a"), keeper.manager.get("a")!.note]).to.deep.equal([
      "cancelled",
      `given up: no node took it in 3 tries, and says: ${tooLarge}`,
    ]);
    expect(keeper.state("b")).to.equal("confirmed");
    const ofNonce0 = fees().filter(({ nonce }) => nonce === 0);
    expect(ofNonce0.map(({ to }) => to === keeper.wallet.address)).to.deep.equal([false, false, false, true]);
    expect(await countOf(chain.node, keeper.wallet), "b alone").to.equal(1);
  });

  it("gives up what nodes refuse without end, though its fees leave no room for a replacement", async () => {
    await spike((POLICY.maxFeeWei * 2n) / 3n);
    keeper.count("a");
    await keeper.ticks(2);
    const [attempt] = keeper.journal.attempts("a");
    expect(attempt!.maxFeeWei).to.equal(POLICY.maxFeeWei);
    keeper.node.on(SEND, refusal("not today"));
    for (let i = 1; i < 299; i++) keeper.journal.answerOfNode(attempt!, "signed", "not today");
    await keeper.ticks(1);
    expect([keeper.state("a"), keeper.manager.get("a")!.cancelling]).to.deep.equal(["signed", undefined]);
    await keeper.ticks(2);
    expect(keeper.manager.get("a")!.cancelling).to.equal(
      "given up: no node took it in 300 tries, and says: not today",
    );
    keeper.node.heal();
    await setNextBaseFee(chain.node, 1_000_000_000n);
    await keeper.finish();
    await once("cancelled");
  });

  it("gives up nothing that a node ever took, whatever it says later", async () => {
    keeper.count("a");
    await keeper.ticks(3);
    await chain.node.send("hardhat_dropTransaction", [Transaction.from(keeper.node.sent[0]).hash]);
    keeper.node.on(SEND, refusal("oversized data"));
    for (let i = 0; i < 5; i++) {
      keeper.nowMs += 12_000;
      await keeper.manager.tick();
    }
    expect(keeper.node.sent.length).to.equal(6);
    keeper.node.heal();
    await keeper.finish();
    await once("confirmed");
  });

  it("sends again what the node dropped from its pool", async () => {
    keeper.count("a");
    await keeper.ticks(3);
    expect(
      await chain.node.send("hardhat_dropTransaction", [Transaction.from(keeper.node.sent[0]).hash]),
    ).to.equal(true);
    await keeper.manager.tick();
    expect(keeper.node.sent.length, "nodes take a moment").to.equal(1);
    keeper.nowMs += 12_000;
    await keeper.manager.tick();
    expect(keeper.node.sent[1]).to.equal(keeper.node.sent[0]);
    expect(await nonceOf(chain.node, keeper.wallet, "pending")).to.equal(1);
    await keeper.finish();
    await once("confirmed");
  });

  it("replaces what is stuck with an eighth more in both fees, and only one of them is mined", async () => {
    keeper.count("a");
    await keeper.ticks(3);
    const first = fees()[0]!;
    await spike(first.maxFeePerGas! + 1n);
    await keeper.manager.tick();
    expect(keeper.node.sent.length, "not stuck yet").to.equal(1);
    keeper.nowMs += STUCK_MS;
    await keeper.ticks(2);
    const second = fees()[1]!;
    expect(second.nonce).to.equal(first.nonce);
    expect(second.maxFeePerGas! * 8n >= first.maxFeePerGas! * 9n).to.equal(true);
    expect(second.maxPriorityFeePerGas! * 8n >= first.maxPriorityFeePerGas! * 9n).to.equal(true);
    await keeper.finish();
    await once("confirmed");
  });

  it("does not bid against itself while no blocks come", async () => {
    keeper.count("a");
    await keeper.ticks(3);
    keeper.nowMs += STUCK_MS * 10;
    await keeper.ticks(3);
    expect(new Set(keeper.node.sent).size).to.equal(1);
  });

  it("bids again at once where the node wanted a larger step", async () => {
    keeper.count("a");
    await keeper.ticks(3);
    await spike(fees()[0]!.maxFeePerGas! + 1n);
    keeper.nowMs += STUCK_MS;
    keeper.node.on(SEND, refusal("replacement transaction underpriced"));
    await keeper.ticks(2);
    keeper.node.heal();
    await keeper.ticks(2);
    const sent = fees();
    expect(sent.at(-1)!.maxPriorityFeePerGas! * 64n >= sent[0]!.maxPriorityFeePerGas! * 81n).to.equal(true);
    expect(keeper.state("a")).to.equal("broadcast");
    await keeper.finish();
    await once("confirmed");
  });

  it("waits above its cap, before the first attempt and before a replacement, and says so", async () => {
    await spike(POLICY.maxFeeWei);
    keeper.count("a");
    await keeper.ticks(3);
    expect(keeper.state("a")).to.equal("simulated");
    expect(keeper.manager.get("a")!.note).to.match(/waits for lower fees.*the cap is 50\.00/);
    await setNextBaseFee(chain.node, 30_000_000_000n);
    await mine(chain.node);
    await keeper.ticks(2);
    expect(keeper.state("a")).to.equal("broadcast");
    await spike(POLICY.maxFeeWei);
    keeper.nowMs += STUCK_MS;
    await keeper.ticks(2);
    expect(keeper.manager.get("a")!.note).to.match(/waits for lower fees/);
    expect(keeper.node.sent.length).to.equal(1);
    await setNextBaseFee(chain.node, 1_000_000_000n);
    await keeper.finish();
    await once("confirmed");
  });

  it("follows its transaction out of a block that vanished, and into another", async () => {
    keeper.count("a");
    await keeper.ticks(2);
    const before = await chain.node.send("evm_snapshot", []);
    await keeper.manager.tick();
    await mine(chain.node);
    await keeper.manager.tick();
    expect(keeper.state("a")).to.equal("mined");
    await chain.node.send("evm_revert", [before]);
    await mine(chain.node, CONFIRMATIONS);
    await keeper.manager.tick();
    expect(keeper.state("a")).to.equal("broadcast");
    expect(keeper.manager.get("a")!.mined).to.equal(undefined);
    await keeper.finish();
    await once("confirmed");
    expect(new Set(keeper.node.sent).size, "the same bytes").to.equal(1);
  });

  it("notes the new block of a transaction that moved", async () => {
    const before = await chain.node.send("evm_snapshot", []);
    keeper.count("a");
    await keeper.ticks(3);
    await mine(chain.node);
    await keeper.manager.tick();
    const first = keeper.manager.get("a")!.mined!;
    await chain.node.send("evm_revert", [before]);
    await mine(chain.node);
    await chain.node.send(SEND, [keeper.node.sent[0]]);
    await mine(chain.node, CONFIRMATIONS);
    await keeper.manager.tick();
    expect([keeper.state("a"), keeper.manager.get("a")!.mined!.blockHash === first.blockHash]).to.deep.equal([
      "mined",
      false,
    ]);
    await keeper.finish();
    await once("confirmed");
  });

  it("plans again what lost its nonce to a transaction of somebody else, once that is certain", async () => {
    keeper.count("a");
    await keeper.ticks(2);
    keeper.node.on(SEND, async () => "0x");
    await keeper.manager.tick();
    keeper.node.heal();
    const other = await sendElsewhere(0);
    await mine(chain.node);
    await keeper.manager.tick();
    expect(keeper.state("a")).to.equal("broadcast");
    expect(keeper.manager.get("a")!.note).to.match(
      /says that 1 nonces are used.*waits until that is certain/,
    );
    await mine(chain.node, 6);
    await keeper.manager.tick();
    expect(keeper.manager.get("a")!.note).to.equal(
      `nonce 0 was used by ${other}, which is not in the journal`,
    );
    await keeper.finish();
    expect(keeper.manager.get("a")!.nonce).to.equal(1);
    await once("confirmed");
  });

  it("acts no second time where a node has only lost the receipt", async () => {
    keeper.count("a");
    await keeper.ticks(3);
    keeper.node.on("eth_getTransactionReceipt", async () => null);
    await mine(chain.node, CONFIRMATIONS + 2);
    await keeper.ticks(3);
    expect(keeper.manager.get("a")!.note).to.contain("no receipt for it yet");
    keeper.node.heal();
    await keeper.finish();
    await once("confirmed");
  });

  it("asks a person where nobody can tell what used the nonce", async () => {
    keeper.count("a");
    await keeper.ticks(2);
    keeper.node.on(SEND, async () => "0x");
    await keeper.manager.tick();
    await sendElsewhere(0);
    await mine(chain.node, CONFIRMATIONS + 3);
    keeper.node.on("eth_getBlockByNumber", ([block], pass) =>
      block === "latest" ? pass() : Promise.reject(new RpcRefusal("eth_getBlockByNumber node", "pruned")),
    );
    await keeper.manager.tick();
    expect(keeper.state("a"), "it may come back").to.equal("broadcast");
    expect(keeper.manager.get("a")!.note).to.contain("cannot be found: waits");
    await mine(chain.node, 96);
    await keeper.manager.tick();
    await once("abandoned");
    expect(keeper.manager.get("a")!.note).to.contain("look before it is repeated");
  });

  it("asks the receipts after 'nonce too low'", async () => {
    keeper.count("a");
    await keeper.ticks(2);
    keeper.node.on(SEND, async (_, pass) => {
      await pass();
      await mine(chain.node);
      return refusal("nonce too low: next nonce 1, tx nonce 0")();
    });
    await keeper.manager.tick();
    expect(keeper.state("a")).to.equal("signed");
    await keeper.manager.tick();
    expect(keeper.state("a")).to.equal("mined");
    keeper.node.heal();
    await keeper.finish();
    await once("confirmed");
  });

  it("takes back what is no longer needed by a transfer of nothing with the same nonce", async () => {
    let needed = true;
    await keeper.restart({ isNeeded: async () => needed });
    keeper.count("a");
    await keeper.ticks(3);
    needed = false;
    await keeper.ticks(2);
    const [action, cancel] = fees();
    expect([cancel!.nonce, cancel!.to, cancel!.value, cancel!.data]).to.deep.equal([
      action!.nonce,
      keeper.wallet.address,
      0n,
      "0x",
    ]);
    await keeper.finish();
    await once("cancelled");
    expect(keeper.manager.get("a")!.note).to.equal("no longer needed");
    expect(await nonceOf(chain.node, keeper.wallet)).to.equal(1);
  });

  it("says so where the action was faster than its cancelling", async () => {
    let needed = true;
    await keeper.restart({ isNeeded: async () => needed });
    keeper.count("a");
    await keeper.ticks(3);
    needed = false;
    keeper.node.on(SEND, refusal("txpool is full"));
    await keeper.ticks(2);
    await keeper.finish();
    await once("confirmed");
  });

  it("goes on where nobody can tell whether it is needed", async () => {
    await keeper.restart({ isNeeded: () => Promise.reject(new RetryableError("no beacon node")) });
    keeper.count("a");
    await keeper.finish();
    await once("confirmed");
  });

  it("fills the gap that an action left which was never sent", async () => {
    let needed = true;
    await keeper.restart({ isNeeded: async ({ key }) => needed || key !== "dropped" });
    keeper.count("dropped");
    keeper.count("a");
    await keeper.ticks(2);
    needed = false;
    await keeper.manager.tick();
    expect(keeper.state("dropped")).to.equal("cancelled");
    await keeper.finish();
    await once("confirmed");
    const noop = keeper.journal.intents("all").find(({ isNoop }) => isNoop)!;
    expect([noop.nonce, noop.state]).to.deep.equal([0, "confirmed"]);
    expect(await nonceOf(chain.node, keeper.wallet)).to.equal(2);
  });

  it("rises with its deadline, and is cancelled after it", async () => {
    const idle = { ...POLICY, maxFeeWei: 1n };
    await keeper.restart({ policies: { ...POLICIES, idle } });
    keeper.count("a", { urgency: "idle", deadlineMs: keeper.nowMs + 100_000 });
    await keeper.ticks(2);
    expect(keeper.manager.get("a")!.note).to.contain("waits for lower fees");
    keeper.nowMs += 51_000;
    await keeper.ticks(2);
    expect(keeper.state("a")).to.equal("broadcast");
    keeper.nowMs += 50_000;
    await keeper.ticks(2);
    await keeper.finish();
    expect(keeper.manager.get("a")!.note).to.equal("its deadline has passed");
    await once("cancelled");
  });

  /** Makes what waits in the pool too cheap for the next block, which is mined. */
  async function spike(baseFeeWei: bigint): Promise<void> {
    await setNextBaseFee(chain.node, baseFeeWei);
    await mine(chain.node);
    await setNextBaseFee(chain.node, baseFeeWei);
  }

  async function sendElsewhere(nonce: number): Promise<string> {
    const prices = { maxFeePerGas: 40_000_000_000n, maxPriorityFeePerGas: 2_000_000_000n };
    const call = {
      type: 2,
      chainId: 31337n,
      nonce,
      to: `0x${"ab".repeat(20)}`,
      gasLimit: 21_000n,
      ...prices,
    };
    return (await chain.node.send(SEND, [await keeper.wallet.signTransaction(call)])) as string;
  }
});
