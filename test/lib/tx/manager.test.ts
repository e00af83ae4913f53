import { expect } from "chai";
import { Interface, Transaction, Wallet } from "ethers";
import { FatalError, RetryableError } from "../../../scripts/lib/errors.ts";
import { RpcRefusal } from "../../../scripts/lib/tx/rpc.ts";
import type { Urgency } from "../../../scripts/lib/tx/types.ts";
import { CONFIRMATIONS, ETHER, Keeper, counting } from "./support/keeper.ts";
import { countOf, ECHO, mine, MOODY, nonceOf } from "./support/chainCalls.ts";
import { startTestChain, type TestChain } from "./support/testChain.ts";

describe("tx/manager", () => {
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

  it("takes an action through all states, one per tick, and counts it when its block is deep enough", async () => {
    keeper.count("a");
    const seen = [keeper.state("a")];
    for (let i = 0; i < 3; i++) {
      await keeper.manager.tick();
      seen.push(keeper.state("a"));
    }
    await mine(chain.node);
    await keeper.manager.tick();
    seen.push(keeper.state("a"));
    await keeper.manager.tick();
    expect(keeper.state("a"), "one block is not deep enough").to.equal("mined");
    await mine(chain.node, CONFIRMATIONS - 1);
    await keeper.manager.tick();
    seen.push(keeper.state("a"));
    expect(seen).to.deep.equal(["planned", "simulated", "signed", "broadcast", "mined", "confirmed"]);
    expect(await countOf(chain.node, keeper.wallet)).to.equal(1);
    expect(keeper.manager.get("a")!.costWei! > 0n).to.equal(true);
    expect(Transaction.from(keeper.node.sent[0]).type).to.equal(2);
  });

  it("does one thing once, however often it is wanted, and refuses one key for two things", async () => {
    keeper.count("a");
    keeper.count("a", { urgency: "urgent" });
    await keeper.finish();
    keeper.count("a");
    await keeper.finish();
    expect(await countOf(chain.node, keeper.wallet)).to.equal(1);
    expect(() => keeper.count("a", { data: "0x01", valueWei: 1n })).to.throw(
      FatalError,
      "another data, valueWei",
    );
    keeper.nowMs += 8 * 24 * 3_600_000;
    keeper.count("later");
    await keeper.finish();
    expect(keeper.manager.get("a")!.dataHash, "its calldata is dropped").to.match(/^0x/);
    keeper.count("a");
    expect(() => keeper.count("a", { data: "0x01" })).to.throw(FatalError, "another data");
    expect(() => keeper.count("b", { to: "0x12" })).to.throw(FatalError, "0x12");
    expect(() => keeper.count("b", { data: "0x123" })).to.throw(FatalError, "0x123");
  });

  it("sends nothing that would revert, and says why in the contract's own words", async () => {
    const errors = new Interface(["error Closed(uint256 until)"]);
    await keeper.restart({ interfaces: [errors] });
    const data = {
      named: errors.encodeErrorResult("Closed", [7n]),
      text: errors.encodeErrorResult("Error", ["too late"]),
      unknown: "0xdeadbeef",
    };
    for (const [key, bytes] of Object.entries(data)) keeper.count(key, { to: ECHO, data: bytes });
    await keeper.ticks(2);
    expect(Object.keys(data).map((key) => keeper.manager.get(key)!.note)).to.deep.equal([
      "would revert: Closed(7)",
      "would revert: Error(too late)",
      "would revert: refused: 0xdeadbeef",
    ]);
    expect(keeper.state("named")).to.equal("abandoned");
    expect(keeper.node.sent).to.deep.equal([]);
  });

  it("plans nothing that no node takes: too many bytes, or too much gas", async () => {
    const largest = 131_072 - 200;
    expect(() => keeper.count("bytes", { data: `0x${"00".repeat(largest + 1)}` })).to.throw(
      FatalError,
      `bytes can be in no block: ${largest + 1} bytes of calldata, nodes take ${largest}`,
    );
    expect(() => keeper.count("gas", { leastGas: 2n ** 24n + 1n })).to.throw(FatalError, "16777217 gas");
    expect(keeper.journal.intents("all")).to.deep.equal([]);

    let estimate = 2n ** 24n + 1n;
    keeper.node.on("eth_estimateGas", async () => `0x${estimate.toString(16)}`);
    keeper.count("a");
    await keeper.manager.tick();
    expect([keeper.state("a"), keeper.manager.get("a")!.note]).to.deep.equal([
      "abandoned",
      "needs 16777217 gas, a transaction may have 16777216",
    ]);
    estimate = 2n ** 24n;
    keeper.count("b");
    await keeper.manager.tick();
    expect(keeper.manager.get("b")!.gasLimit, "its margin ends there").to.equal(2n ** 24n);

    keeper.node.heal();
    keeper.count("large", { to: `0x${"ab".repeat(20)}`, data: `0x${"ff".repeat(largest)}` });
    await keeper.ticks(2);
    const { raw } = keeper.journal.attempts("large")[0]!;
    expect(raw.length / 2 - 1).to.be.within(largest + 100, 131_072);
  });

  it("says reverted where the receipt does", async () => {
    keeper.count("a", { to: MOODY });
    await keeper.ticks(3);
    await chain.node.send("hardhat_setStorageAt", [MOODY, "0x0", `0x${"00".repeat(31)}01`]);
    await keeper.finish();
    expect(keeper.state("a")).to.equal("reverted");
    expect(keeper.manager.get("a")!.costWei! > 0n).to.equal(true);
    await chain.node.send("hardhat_setStorageAt", [MOODY, "0x0", `0x${"00".repeat(32)}`]);
  });

  it("gives several actions nonces in their order", async () => {
    for (const key of ["a", "b", "c"]) keeper.count(key);
    await keeper.ticks(3);
    expect(["a", "b", "c"].map((key) => keeper.manager.get(key)!.nonce)).to.deep.equal([0, 1, 2]);
    await keeper.finish();
    expect(await countOf(chain.node, keeper.wallet)).to.equal(3);
  });

  it("leaves alone what the same account sends from elsewhere, and takes the nonce after it", async () => {
    await sendElsewhere(0);
    keeper.count("a");
    await keeper.ticks(3);
    expect(keeper.manager.get("a")!.nonce).to.equal(1);
    await keeper.finish();
    expect(await countOf(chain.node, keeper.wallet)).to.equal(1);
    expect(
      keeper.journal.intents("all").map(({ key }) => key),
      "what waits is no gap",
    ).to.deep.equal(["a"]);
  });

  it("takes back nothing that is in a block, and says so", async () => {
    keeper.count("a");
    await keeper.ticks(3);
    await mine(chain.node);
    await keeper.ticks(1);
    for (const wish of ["cancel", "bump"] as const) keeper.journal.wish("a", wish);
    await keeper.ticks(1);
    expect(keeper.journal.wishesFor("a").map(({ answer }) => answer)).to.deep.equal([
      "too late: it is in a block",
      "too late: it is in a block",
    ]);
    await keeper.finish();
    expect([keeper.state("a"), keeper.manager.get("a")!.cancelling]).to.deep.equal(["confirmed", undefined]);
    expect(keeper.node.sent.length).to.equal(1);
  });

  it("spends no more than the cap of a day, and goes on the day after", async () => {
    await keeper.restart({ dailyCapWei: (3n * ETHER) / 2n });
    keeper.count("a", { valueWei: ETHER });
    await keeper.finish();
    keeper.count("b", { valueWei: ETHER });
    await keeper.ticks(4);
    expect(keeper.state("b")).to.equal("simulated");
    expect(keeper.manager.get("b")!.note).to.match(/daily cap.*1\.500000/);
    keeper.nowMs += 25 * 3_600_000;
    await keeper.finish();
    expect(keeper.state("b")).to.equal("confirmed");
  });

  it("leaves a part of the cap to what is due, and another to what is urgent", async () => {
    await keeper.restart({ dailyCapWei: ETHER });
    const part = (percent: bigint) => (ETHER * percent) / 100n;
    const send = async (key: string, urgency: Urgency, valueWei: bigint) => {
      keeper.count(key, { urgency, valueWei });
      await keeper.ticks(3);
      return keeper.state(key);
    };
    expect(await send("idle", "idle", part(40n))).to.equal("broadcast");
    expect(await send("more idle", "idle", part(10n))).to.equal("simulated");
    expect(keeper.manager.get("more idle")!.note).to.match(
      /the cap is 1\.000000, of which what is idle may use 50 percent/,
    );
    expect(await send("normal", "normal", part(30n))).to.equal("broadcast");
    expect(await send("more normal", "normal", part(10n))).to.equal("simulated");
    expect(await send("urgent", "urgent", part(20n))).to.equal("broadcast");
    expect(await send("too much", "urgent", part(10n))).to.equal("simulated");
    expect(keeper.manager.get("too much")!.note).to.match(/the cap is 1\.000000$/);
  });

  it("replaces and takes back what is idle above its part, as others wait behind it", async () => {
    await keeper.restart({ dailyCapWei: ETHER });
    keeper.count("idle", { urgency: "idle", valueWei: (ETHER * 499n) / 1000n });
    await keeper.ticks(3);
    keeper.count("normal", { valueWei: ETHER / 5n });
    await keeper.ticks(3);
    keeper.journal.wish("idle", "bump");
    await keeper.ticks(2);
    expect(keeper.journal.attempts("idle").length).to.equal(2);
    keeper.journal.wish("idle", "cancel");
    await keeper.ticks(2);
    await keeper.finish();
    expect([keeper.state("idle"), keeper.state("normal")]).to.deep.equal(["cancelled", "confirmed"]);
  });

  it("counts what waits for a block toward the cap", async () => {
    await keeper.restart({ dailyCapWei: (3n * ETHER) / 2n });
    keeper.count("a", { valueWei: ETHER });
    keeper.count("b", { valueWei: ETHER });
    await keeper.ticks(4);
    expect([keeper.state("a"), keeper.state("b")]).to.deep.equal(["broadcast", "simulated"]);
  });

  it("sends nothing that the signer has changed, or that another key signed", async () => {
    const other = Wallet.createRandom();
    const signers = [
      (wanted: object) => keeper.wallet.signTransaction({ ...wanted, value: 1n }),
      (wanted: object) => other.signTransaction(wanted),
    ];
    for (const [i, signTransaction] of signers.entries()) {
      await keeper.restart({ signer: { address: keeper.wallet.address, signTransaction } });
      if (i === 0) keeper.count("a");
      await keeper.ticks(2 - i);
      expect(keeper.manager.get("a")!.note).to.contain("not what was asked for");
      expect(keeper.state("a")).to.equal("simulated");
    }
    expect(keeper.node.sent).to.deep.equal([]);
  });

  it("starts with nothing but its own chain and its own journal", async () => {
    expect(await keeper.restart({ chainId: 1n }).catch((e: unknown) => (e as Error).message)).to.contain(
      "is not on chain 1",
    );
    const other = await Keeper.start(chain.node);
    const signer = other.wallet;
    other.close();
    const error = await keeper.restart({ chainId: 31337n, signer }).catch((e: unknown) => e as Error);
    expect((error as Error).message)
      .to.contain("belongs to")
      .and.to.contain(keeper.path);
  });

  it("keeps trying while no node answers, waits longer each time, and stops when it is told to", async () => {
    const stop = new AbortController();
    const waits: number[] = [];
    await keeper.restart({
      tickMs: 1000,
      random: () => 0.5,
      sleep: async (ms) => {
        waits.push(ms);
        if (waits.length === 3) keeper.node.heal();
        if (waits.length === 5) stop.abort();
      },
    });
    keeper.count("a");
    keeper.node.on("*", () => Promise.reject(new RetryableError("dead")));
    await keeper.manager.run(stop.signal);
    expect(waits).to.deep.equal([2000, 4000, 8000, 1000, 1000]);
    expect(keeper.state("a")).to.equal("signed");
  });

  it("lets no refusal for one action hold up another", async () => {
    keeper.node.on("eth_estimateGas", (params, pass) =>
      (params[0] as { data: string }).data === "0x01"
        ? Promise.reject(new RpcRefusal("eth_estimateGas node", "internal error"))
        : pass(),
    );
    keeper.count("a", { data: "0x01" });
    keeper.count("b");
    await keeper.ticks(2);
    expect([keeper.state("a"), keeper.state("b")]).to.deep.equal(["planned", "signed"]);
    expect(keeper.manager.get("a")!.note).to.contain("internal error");
  });

  it("is one tick where two are asked for at once", async () => {
    keeper.count("a");
    await Promise.all([keeper.manager.tick(), keeper.manager.tick(), keeper.manager.tick()]);
    expect(keeper.state("a")).to.equal("simulated");
  });

  it("ends before anything is sent what nobody needs, and what comes too late", async () => {
    await keeper.restart({ isNeeded: async ({ key }) => key !== "useless" });
    keeper.manager.submit(counting("useless"));
    keeper.count("late", { deadlineMs: keeper.nowMs });
    await keeper.finish();
    expect(
      ["useless", "late"].map((key) => [keeper.state(key), keeper.manager.get(key)!.note]),
    ).to.deep.equal([
      ["cancelled", "no longer needed"],
      ["cancelled", "its deadline has passed"],
    ]);
    expect(await nonceOf(chain.node, keeper.wallet)).to.equal(0);
  });

  it("tries a call again that waited for long, as its state may be another by now", async () => {
    keeper.count("a", { to: MOODY });
    await keeper.manager.tick();
    await chain.node.send("hardhat_setStorageAt", [MOODY, "0x0", `0x${"00".repeat(31)}01`]);
    keeper.nowMs += 61_000;
    await keeper.ticks(2);
    expect(keeper.state("a")).to.equal("abandoned");
    await chain.node.send("hardhat_setStorageAt", [MOODY, "0x0", `0x${"00".repeat(32)}`]);
  });

  async function sendElsewhere(nonce: number): Promise<void> {
    const fees = { maxFeePerGas: 40_000_000_000n, maxPriorityFeePerGas: 2_000_000_000n };
    const transaction = {
      type: 2,
      chainId: 31337n,
      nonce,
      to: `0x${"ab".repeat(20)}`,
      gasLimit: 21_000n,
      ...fees,
    };
    await chain.node.send("eth_sendRawTransaction", [await keeper.wallet.signTransaction(transaction)]);
  }
});
