import { expect } from "chai";
import { castVote } from "../../../scripts/actions/castVote.ts";
import { findProposal, readinessOf } from "../../../scripts/actions/proposals.ts";
import { GovernJob, type Decision } from "../../../scripts/keepers/jobs/govern.ts";
import { Runner } from "../../../scripts/keepers/runner.ts";
import { createLogger } from "../../../scripts/lib/logger.ts";
import { bring, register } from "../../story/support/govern.ts";
import { reportNext } from "../../story/support/reports.ts";
import { request, stake } from "../../story/support/stake.ts";
import { ETHER, startWorld, type World } from "../../story/support/world.ts";

const QUEUED: Decision = {
  proposalId: 7n,
  isPassed: false,
  hasWindow: true,
  windowEndsAt: 1_000,
  isWindowClosed: false,
  isReady: false,
  isExecutable: false,
  mayNote: true,
  expiresAt: 0,
};
const SEEN = { observedAt: 900, observationGap: 300, shelfLife: 5_000 };

describe("keepers: the govern job", () => {
  describe("plan", () => {
    const job = new GovernJob({} as never, {} as never);
    const plan = (change: Partial<Decision>, time = 950) =>
      job.plan({ ...SEEN, time, decisions: [{ ...QUEUED, ...change }] })?.map(({ step }) => step);

    it("does one thing after the other", () => {
      expect(plan({ isPassed: true, hasWindow: false })).to.deep.equal(["queue"]);
      expect(plan({}), "its window is open").to.equal(undefined);
      expect(plan({}, 999)).to.equal(undefined);
      expect(plan({ isWindowClosed: true })).to.equal(undefined);
      expect(job.plan({ time: 1_000, decisions: [QUEUED], ...SEEN, observedAt: 1_000 })).to.deep.equal([
        { step: "closeWindow", proposalId: 7n },
      ]);
      expect(plan({ isReady: true, isExecutable: true, isWindowClosed: true })).to.deep.equal(["execute"]);
    });

    it("says until when: until it expires, and until open time is lost", () => {
      const ready = { ...QUEUED, isReady: true, isExecutable: true, expiresAt: 7_000 };
      expect(job.plan({ ...SEEN, time: 2_500, decisions: [ready] })).to.deep.equal([
        { step: "execute", proposalId: 7n, deadline: { from: 2_000, until: 7_000 } },
      ]);
      const waits = { ...QUEUED, isWindowClosed: true };
      expect(job.plan({ ...SEEN, time: 1_000, decisions: [waits] })).to.deep.equal([
        { step: "observe", deadline: { from: 1_000, until: 1_200 } },
      ]);
    });

    it("has what is ready and would revert expire, once, and where the chain does not know since when", () => {
      const stuck = { isReady: true, isWindowClosed: true };
      expect(plan(stuck)).to.deep.equal(["noteReady"]);
      expect(plan({ ...stuck, mayNote: false })).to.equal(undefined);
      expect(plan({ ...stuck, hasWindow: false })).to.equal(undefined);
    });

    it("counts open time thrice in a gap, and only while something waits", () => {
      const waits = { isWindowClosed: true };
      expect(plan(waits, 999)).to.equal(undefined);
      expect(plan(waits, 1_000)).to.deep.equal(["observe"]);
      expect(plan({ isReady: true, mayNote: false }, 5_000)).to.equal(undefined);
      expect(plan({ hasWindow: false }, 5_000)).to.equal(undefined);
      expect(job.plan({ time: 5_000, decisions: [], ...SEEN })).to.equal(undefined);
    });
  });

  describe("on the local chain", () => {
    let world: World;

    before(async () => {
      world = await startWorld({ stakersGovern: true });
      await stake(world, "alice", 100n * ETHER);
      await register(world, ["alice"]);
      await reportNext(world);
    });
    after(() => world.close());

    it("two keepers bring a decision from its vote to its effect, and wait for whoever leaves", async () => {
      const { accounts, devnet, protocol } = world;
      const senders = [accounts.keeper, accounts.bob];
      const runners = senders.map(
        (sender, i) =>
          new Runner({
            jobs: [new GovernJob(world, sender)],
            log: createLogger({ level: "silent" }),
            // a clock that is wrong by days: the chain's own counts
            now: () => devnet.chain.timeAtSlot(devnet.slot) + [1, -1][i]! * 400_000,
            sleep: async () => undefined,
            pollSeconds: 1,
          }),
      );
      const done: string[] = [];
      const rounds = async (until: () => Promise<boolean>) => {
        for (let i = 0; i < 400 && !(await until()); i++) {
          for (const runner of runners) {
            const [{ outcome, text } = { outcome: "idle", text: "" }] = await runner.round();
            expect(outcome, text).to.be.oneOf(["acted", "idle"]);
            if (outcome === "acted") done.push(...text.split(", ").map((each) => each.split(/[ :]/)[0]!));
          }
          await devnet.tickSlots(1);
        }
        expect(await until(), "in time").to.equal(true);
      };

      const setFee = { contract: "ReportOracle", function: "setFee", arguments: ["900"] } as const;
      const proposalId = await bring(world, "alice", [{ ...setFee, arguments: [...setFee.arguments] }]);
      await castVote(protocol, accounts.alice, { proposalId, support: "for" });
      await request(world, "alice", 5n * ETHER);
      await rounds(async () => {
        const { state } = await findProposal(protocol, proposalId);
        return state === "queued" && (await readinessOf(protocol, proposalId)).windowClosed;
      });
      expect(done.filter((step) => step !== "observe")).to.deep.equal(["queue", "closeWindow"]);
      const { sharesNeeded, sharesFinalized } = await readinessOf(protocol, proposalId);
      expect(sharesNeeded > sharesFinalized, "alice waits, and so does the decision").to.equal(true);
      await rounds(async () => done.filter((step) => step === "observe").length > 2);
      expect(await protocol.ReportOracle.feeBp()).to.equal(1_000n);
      await reportNext(world);
      await rounds(async () => (await findProposal(protocol, proposalId)).state === "executed");
      expect(done.filter((step) => step !== "observe")).to.deep.equal(["queue", "closeWindow", "execute"]);
      expect(await protocol.ReportOracle.feeBp()).to.equal(900n);
    });
  });
});
