import { expect } from "chai";
import { SelfWatch } from "../../../scripts/keepers/watch/selfWatch.ts";
import type { Firing } from "../../../scripts/keepers/watch/webhook.ts";
import { POLL_SECONDS, World, type Fault } from "./world.ts";

describe("keepers/watch/selfWatch", () => {
  /** What was told after each round of a keeper's day. */
  async function day(...parts: [polls: number, fault: Fault][]) {
    const world = new World();
    const told: string[][] = [];
    const notify = (firing: readonly Firing[]) => {
      told.push(firing.map(({ alert, labels }) => [alert.id, ...Object.values(labels)].join(" ")));
    };
    const watch = new SelfWatch({ ...world, webhook: { notify } });
    for (const [polls, fault] of parts) {
      for (let i = 0; i < polls; i++) {
        await world.poll(fault);
        await watch.round();
      }
    }
    return told;
  }

  it("tells after every round what fires, and that nothing does", async () => {
    const shut: Fault = { chain: ({ valves }) => (valves.staking = true) };
    expect(await day([2, {}], [1, shut], [1, {}])).to.deep.equal([[], [], ["valve-paused staking"], []]);
  });

  it("sees that its loop stands still", async () => {
    const world = new World();
    const told: (string | undefined)[] = [];
    const notify = ([first]: readonly Firing[]) => told.push(first?.alert.id);
    const watch = new SelfWatch({ ...world, webhook: { notify } });
    await world.poll();
    for (let i = 0; i < 8; i++) {
      await watch.round();
      world.now += POLL_SECONDS;
    }
    // the limit of 60 s is passed in the fourth round; 120 s later it fires
    expect(told).to.deep.equal([...Array.from({ length: 7 }, () => undefined), "loop-stalled"]);
  });

  it("remembers counters for as long as the longest window, and no longer", async () => {
    const lost: Fault = {
      count: (metrics) => metrics.count("kedge_webhook_deliveries_total", { delivery: "failed" }),
    };
    const hour = 3600 / POLL_SECONDS;
    const told = await day([2, {}], [1, lost], [hour, {}]);
    const fired = told.map((firing) => firing.join());
    expect(fired.slice(0, 3)).to.deep.equal(["", "", "webhook-failing failed"]);
    // the growth lies between two scrapes: when the one before it has left the window, it is over
    expect(fired.indexOf("", 3)).to.equal(1 + hour);
  });
});
