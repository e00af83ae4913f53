import { expect } from "chai";
import { Turns } from "../../scripts/soak/turns.ts";
import type { KeeperClock } from "../../scripts/keepers/clock.ts";

const SECOND = 1_000;
/** Real time after which a test would give up: none waits for it. */
const BOUND_MS = 5_000;

describe("soak: turns", () => {
  let nowMs: number;
  let turns: Turns;
  let woken: string[];

  beforeEach(() => {
    nowMs = 0;
    turns = new Turns(() => nowMs);
    woken = [];
  });

  const sleeps = (name: string, clock: KeeperClock, ms: number, signal?: AbortSignal) =>
    clock.sleep(ms, signal).then(() => void woken.push(name));

  /** Time moves on, once all sleep. */
  async function pass(ms: number): Promise<void> {
    expect(await turns.settle(BOUND_MS)).to.equal(0);
    nowMs += ms;
    turns.wake();
    await Promise.resolve();
  }

  it("wakes who has slept for long enough, and nobody else", async () => {
    const [first, second] = [turns.join(), turns.join()];
    void sleeps("first", first, 12 * SECOND);
    void sleeps("second", second, 24 * SECOND);
    await pass(12 * SECOND);
    expect(woken).to.deep.equal(["first"]);
    void sleeps("first again", first, 36 * SECOND);
    await pass(12 * SECOND);
    expect(woken).to.deep.equal(["first", "second"]);
  });

  it("takes no time to ask a node again, and whoever does is at work", async () => {
    const clock = turns.join();
    await clock.wait(60 * SECOND);
    expect(clock.now()).to.equal(0);
    expect(await turns.settle(1)).to.equal(1);
  });

  it("waits for those who are at work, and says who is after the bound", async () => {
    const clock = turns.join();
    expect(await turns.settle(1)).to.equal(1);
    const settled = turns.settle(BOUND_MS);
    void sleeps("late", clock, SECOND);
    expect(await settled).to.equal(0);
  });

  it("waits for nobody who has left, and keeps nobody asleep who has", async () => {
    const [here, gone] = [turns.join(), turns.join()];
    void sleeps("here", here, SECOND);
    const asleep = sleeps("gone", gone, SECOND);
    turns.leave(gone);
    await asleep;
    await gone.sleep(SECOND);
    expect(woken).to.deep.equal(["gone"]);
    expect(await turns.settle(BOUND_MS)).to.equal(0);
  });

  it("ends a sleep at once when the signal is given, before or after", async () => {
    const clock = turns.join();
    const stop = new AbortController();
    const asleep = sleeps("stopped", clock, SECOND, stop.signal);
    stop.abort();
    await asleep;
    await clock.sleep(SECOND, stop.signal);
    expect(woken).to.deep.equal(["stopped"]);
  });

  it("ends long pauses with one's turn, and shows a clock that is wrong", async () => {
    const clock = turns.join({
      errorMs: () => -60 * SECOND,
      turn: { everyMs: 60 * SECOND, atMs: 24 * SECOND },
    });
    expect(clock.now()).to.equal(-60 * SECOND);
    void sleeps("turn", clock, 60 * SECOND);
    await pass(12 * SECOND);
    expect(woken).to.deep.equal([]);
    nowMs += 12 * SECOND;
    turns.wake();
    await Promise.resolve();
    await Promise.resolve();
    expect(woken).to.deep.equal(["turn"]);
    void sleeps("short", clock, SECOND);
    await pass(SECOND);
    await Promise.resolve();
    expect(woken).to.deep.equal(["turn", "short"]);
  });
});
