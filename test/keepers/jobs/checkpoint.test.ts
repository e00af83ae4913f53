import { expect } from "chai";
import {
  CheckpointJob,
  planCheckpoint,
  type CheckpointSeen,
  type CheckpointsSeen,
} from "../../../scripts/keepers/jobs/checkpoint.ts";
import { runValidators } from "../../story/support/keys.ts";
import {
  nextBoundary,
  prepare,
  reportNext,
  slotsPerFrame,
  submit,
  untilFinal,
} from "../../story/support/reports.ts";
import { cooldown, request, stake } from "../../story/support/stake.ts";
import { beaconTruthGwei } from "../../story/support/truth.ts";
import { ETHER, startWorld, type World } from "../../story/support/world.ts";
import { keeperOf, look, race, rounds, type Keeper } from "./support.ts";

const seen = (change: Partial<CheckpointsSeen> = {}): CheckpointsSeen => ({
  time: 100_000,
  lastFrame: 10n,
  frame: 13n,
  silenceFrames: 3n,
  slotsPerFrame: 32,
  frameSeconds: 384,
  parkedSlot: 0,
  pending: 0,
  checkpoints: [],
  ...change,
});
const checkpoint = (change: Partial<CheckpointSeen> = {}): CheckpointSeen => ({
  id: 5n,
  slot: 420,
  time: 99_900,
  frontierFrame: 0n,
  isShown: true,
  settledAt: 100_000,
  isCompleted: false,
  ...change,
});
const stepOf = (change: Partial<CheckpointSeen>, more: Partial<CheckpointsSeen> = {}) =>
  planCheckpoint(seen({ checkpoints: [checkpoint(change)], ...more }));

describe("keepers: plan of checkpoints", () => {
  const OPEN = { step: "open", frontierFrame: 0n };

  it("does nothing while the committee speaks and no report is parked", () => {
    expect(planCheckpoint(seen({ frame: 12n }))).to.equal(undefined);
    expect(planCheckpoint(seen({ frame: 12n, checkpoints: [checkpoint({ isCompleted: true })] }))).to.equal(
      undefined,
    );
    expect(planCheckpoint(seen())).to.deep.equal(OPEN);
    expect(planCheckpoint(seen({ frame: 11n, parkedSlot: 352 }))).to.deep.equal(OPEN);
  });

  it("shows all pending deposits, or those before the last report where they are very many", () => {
    expect(planCheckpoint(seen({ pending: 4_000 }))).to.deep.equal(OPEN);
    expect(planCheckpoint(seen({ pending: 4_001 }))).to.deep.equal({ step: "open", frontierFrame: 10n });
  });

  it("shows, waits, completes, and hands in", () => {
    expect(stepOf({ isShown: false, settledAt: 0 })).to.deep.equal({ step: "prove", id: 5n });
    expect(stepOf({ isShown: false }), "somebody has walked it").to.deep.equal({ step: "prove", id: 5n });
    expect(stepOf({ settledAt: 100_001 })).to.equal(undefined);
    expect(stepOf({})).to.deep.equal({ step: "complete", id: 5n });
    expect(stepOf({ isCompleted: true })).to.deep.equal({ step: "submit", id: 5n });
  });

  it("goes on with the oldest that is a report now, or one that is complete", () => {
    const checkpoints = [checkpoint({ id: 4n, slot: 351 }), checkpoint(), checkpoint({ id: 6n })];
    expect(planCheckpoint(seen({ checkpoints }))).to.deep.equal({ step: "complete", id: 5n });
    const done = [...checkpoints, checkpoint({ id: 7n, isCompleted: true })];
    expect(planCheckpoint(seen({ checkpoints: done }))).to.deep.equal({ step: "submit", id: 7n });
  });

  it("leaves alone what is no report: of a reported frame, before the parked one, too old, of another frontier", () => {
    expect(stepOf({ slot: 352 })).to.deep.equal({ step: "complete", id: 5n });
    expect(stepOf({ slot: 351 })).to.deep.equal(OPEN);
    expect(stepOf({ slot: 420 }, { parkedSlot: 420 })).to.deep.equal({ step: "complete", id: 5n });
    expect(stepOf({ slot: 419 }, { parkedSlot: 420 })).to.deep.equal(OPEN);
    expect(stepOf({ time: 100_000 - 767 })).to.deep.equal({ step: "complete", id: 5n });
    expect(stepOf({ time: 100_000 - 768 })).to.deep.equal(OPEN);
    expect(stepOf({ frontierFrame: 10n })).to.deep.equal({ step: "complete", id: 5n });
    expect(stepOf({ frontierFrame: 9n })).to.deep.equal(OPEN);
  });

  it("walks no long list that a stranger asks for, and goes on where somebody has walked it", () => {
    const pending = 4_001;
    const opened = { isShown: false, settledAt: 0 };
    expect(stepOf(opened, { pending })).to.deep.equal({ step: "open", frontierFrame: 10n });
    expect(stepOf(opened, { pending: 4_000 })).to.deep.equal({ step: "prove", id: 5n });
    expect(stepOf({ ...opened, frontierFrame: 10n }, { pending })).to.deep.equal({ step: "prove", id: 5n });
    expect(stepOf({}, { pending })).to.deep.equal({ step: "complete", id: 5n });
    const checkpoints = [checkpoint(opened), checkpoint({ ...opened, id: 6n, frontierFrame: 10n })];
    expect(planCheckpoint(seen({ pending, checkpoints }))).to.deep.equal({ step: "prove", id: 6n });
  });
});

describe("keepers: the checkpoint job", () => {
  let world: World;
  let start: string;
  let keepers: Keeper[];

  before(async () => {
    world = await startWorld({ bondWei: (64n * ETHER) / 10n });
    await stake(world, "alice", 200n * ETHER);
    await runValidators(world, 0, 3);
    await reportNext(world);
  });
  after(() => world.close());
  beforeEach(async () => {
    start = await world.devnet.snapshot();
    const { keeper, carol } = world.accounts;
    keepers = [keeper, carol].map((sender) => keeperOf(world, new CheckpointJob(world, sender)));
  });
  afterEach(() => world.devnet.restore(start));

  const lastFrame = () => world.protocol.StakedEther.lastReportFrame();

  async function untilSilent(): Promise<void> {
    const silence = await world.protocol.ReportOracle.silenceFrames();
    const boundary = Number((await lastFrame()) + silence) * (await slotsPerFrame(world));
    await world.devnet.tickSlots(boundary + 1 - world.devnet.slot);
  }

  /** How many checkpoints were opened, completed and handed in. */
  async function counts(): Promise<number[]> {
    const { BalanceCheckpoint: contract } = world.protocol;
    const { CheckpointOpened, CheckpointCompleted, CheckpointSubmitted } = contract.filters;
    const all = await Promise.all([
      contract.queryFilter(CheckpointOpened()),
      contract.queryFilter(CheckpointCompleted()),
      contract.queryFilter(CheckpointSubmitted()),
    ]);
    return all.map(({ length }) => length);
  }

  it("is idle while the committee speaks, and reports in its place when it is silent: once, and the truth", async () => {
    const { protocol } = world;
    expect(await rounds(world, keepers, { slots: 4 })).to.deep.equal([]);
    const ticket = await request(world, "alice", 10n * ETHER);
    await cooldown(world, ticket);
    await untilSilent();
    const before = await lastFrame();
    const acts = await rounds(world, keepers, { until: async () => (await lastFrame()) > before, slots: 96 });
    expect(acts.filter(({ outcome }) => outcome !== "acted")).to.deep.equal([]);
    expect(
      acts.filter(({ text }) => text.startsWith("showed")).length,
      "nothing was left for the other",
    ).to.equal(1);
    expect(await counts()).to.deep.equal([1, 1, 1]);
    const { slot } = await protocol.BalanceCheckpoint.checkpoint(1n);
    expect(await protocol.BalanceCheckpoint.beaconBalanceGwei(1n)).to.equal(
      beaconTruthGwei(world, Number(slot)),
    );
    expect((await protocol.WithdrawalQueue.ticket(ticket)).finalized).to.equal(true);
    for (const keeper of keepers) expect((await look(world, keeper.job)).plan).to.equal(undefined);
  });

  it("two keepers open one checkpoint, and the second goes on where the first is gone", async () => {
    await untilSilent();
    const [first, second] = await race(world, keepers[0]!.job, keepers[1]!.job);
    expect(first!.outcome, first!.text).to.equal("acted");
    expect(second!.outcome, second!.text).to.equal("idle");
    const before = await lastFrame();
    const acts = await rounds(world, [keepers[1]!], {
      until: async () => (await lastFrame()) > before,
      slots: 96,
    });
    expect(acts.filter(({ outcome }) => outcome !== "acted")).to.deep.equal([]);
    expect(await counts()).to.deep.equal([1, 1, 1]);
  });

  it("brings the truth where a lie is parked", async () => {
    const { protocol } = world;
    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const { report, evidence } = await prepare(world, refSlot);
    await submit(world, {
      report: { ...report, beaconBalanceGwei: report.beaconBalanceGwei / 2n },
      evidence,
    });
    const isParked = async () => (await protocol.ReportOracle.parked()).refSlot > 0n;
    expect(await isParked()).to.equal(true);
    const rate = await protocol.StakedEther.getPooledEthByShares(ETHER);
    await rounds(world, keepers, { until: async () => !(await isParked()), slots: 96 });
    expect(await isParked()).to.equal(false);
    expect(await counts()).to.deep.equal([1, 1, 1]);
    expect(await protocol.StakedEther.getPooledEthByShares(ETHER)).to.be.at.least(rate);
    expect(await rounds(world, keepers, { slots: 2 })).to.deep.equal([]);
  });
});
