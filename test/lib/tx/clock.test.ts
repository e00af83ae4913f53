import { expect } from "chai";
import { steadyClock } from "../../../scripts/lib/tx/clock.ts";
import { mine } from "./support/chainCalls.ts";
import { ETHER, Keeper, STUCK_MS } from "./support/keeper.ts";
import { startTestChain, type TestChain } from "./support/testChain.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A machine whose clock is set by somebody else, now and then. */
class Machine {
  wallMs: number;
  counterMs = 17.5;

  constructor(wallMs: number) {
    this.wallMs = wallMs;
  }

  pass(ms: number): void {
    this.wallMs += ms;
    this.counterMs += ms;
  }

  start() {
    return steadyClock({ wall: () => this.wallMs, counter: () => this.counterMs });
  }
}

describe("tx/clock", () => {
  it("goes on by its counter, whatever the machine's clock does", () => {
    const machine = new Machine(1_000_000);
    const { now } = machine.start();
    expect(now()).to.equal(1_000_000);
    for (const jump of [HOUR_MS, -2 * HOUR_MS, 60_000]) {
      machine.wallMs += jump;
      expect(now()).to.equal(1_000_000);
    }
    machine.pass(250.75);
    expect(now(), "whole milliseconds").to.equal(1_000_250);
  });

  it("begins at the first block, but not far ahead of the machine, and never before what was written", () => {
    const begin = (blockMs: number, lastMs: number) => {
      const clock = new Machine(10 * DAY_MS).start();
      clock.see!(blockMs, lastMs);
      return clock.now();
    };
    expect(begin(9 * DAY_MS, 0), "the machine is ahead").to.equal(9 * DAY_MS);
    expect(begin(10 * DAY_MS + HOUR_MS, 0), "the machine is behind").to.equal(10 * DAY_MS + HOUR_MS);
    expect(begin(99 * DAY_MS, 0), "the block is a lie").to.equal(10 * DAY_MS + HOUR_MS);
    expect(begin(9 * DAY_MS, 11 * DAY_MS)).to.equal(11 * DAY_MS);
  });

  it("catches up after a sleep, when the machine's clock and blocks say so, and with neither alone", () => {
    const machine = new Machine(DAY_MS);
    const clock = machine.start();
    clock.see!(DAY_MS, 0);
    clock.see!(DAY_MS + HOUR_MS, 0);
    machine.wallMs += HOUR_MS;
    expect(clock.now(), "each alone").to.equal(DAY_MS);
    clock.see!(DAY_MS, 0);
    expect(clock.now()).to.equal(DAY_MS);
    clock.see!(DAY_MS + HOUR_MS - 5_000, 0);
    expect(clock.now(), "both").to.equal(DAY_MS + HOUR_MS - 5_000);
    machine.wallMs -= 9 * HOUR_MS;
    clock.see!(DAY_MS, 0);
    expect(clock.now(), "never back").to.equal(DAY_MS + HOUR_MS - 5_000);
  });

  describe("with a manager", () => {
    let chain: TestChain;
    let keeper: Keeper;
    let machine: Machine;

    before(async () => {
      chain = await startTestChain();
    });
    after(() => chain.close());
    beforeEach(async () => {
      keeper = await Keeper.start(chain.node);
      machine = new Machine(await blockMs());
      await restart();
    });
    afterEach(() => keeper.close());

    it("neither hurries nor forgets what is stuck when the machine's clock jumps", async () => {
      keeper.count("a");
      await keeper.ticks(3);
      await makeStuck();
      machine.wallMs += HOUR_MS;
      await keeper.ticks(2);
      await restart();
      await keeper.ticks(2);
      expect(new Set(keeper.node.sent).size, "an hour forth, and again at its start").to.equal(1);
      machine.wallMs -= 3 * HOUR_MS;
      machine.pass(STUCK_MS);
      await keeper.ticks(2);
      expect(new Set(keeper.node.sent).size, "two hours back").to.equal(2);
    });

    it("keeps to the cap of a day when the machine's clock jumps to another one", async () => {
      await keeper.restart({ dailyCapWei: (3n * ETHER) / 2n });
      keeper.count("a", { valueWei: ETHER });
      await keeper.finish();
      keeper.count("b", { valueWei: ETHER });
      machine.wallMs += 2 * DAY_MS;
      await keeper.ticks(3);
      await restart();
      await keeper.ticks(3);
      expect(keeper.state("b")).to.equal("simulated");
      expect(keeper.manager.get("b")!.note).to.contain("daily cap");
    });

    it("takes the time of blocks as it starts, and when the machine has slept", async () => {
      machine.wallMs += HOUR_MS;
      await restart();
      keeper.count("a");
      expect(keeper.manager.get("a")!.createdMs).to.equal(await blockMs());
      await keeper.ticks(3);
      await chain.node.send("evm_increaseTime", [HOUR_MS / 1000]);
      await makeStuck();
      await keeper.ticks(2);
      expect(new Set(keeper.node.sent).size, "the machine and the chain say so").to.equal(2);
    });

    /** A process of its own, on the same machine. */
    async function restart(): Promise<void> {
      keeper.clock = machine.start();
      await keeper.restart();
    }

    async function blockMs(): Promise<number> {
      const block = await chain.node.send("eth_getBlockByNumber", ["latest", false]);
      return Number((block as { timestamp: string }).timestamp) * 1000;
    }

    /** A block without it. */
    async function makeStuck(): Promise<void> {
      await chain.node.send("hardhat_setNextBlockBaseFeePerGas", [`0x${(10n ** 11n).toString(16)}`]);
      await mine(chain.node);
      await chain.node.send("hardhat_setNextBlockBaseFeePerGas", [`0x${(10n ** 9n).toString(16)}`]);
    }
  });
});
