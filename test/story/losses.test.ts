import { expect } from "chai";
import { SECONDS_PER_SLOT } from "../../scripts/devnet/config.ts";
import { runValidators } from "./support/keys.ts";
import { poolAt, pooledAt, rateAt } from "./support/pool.ts";
import { file, nextBoundary, prepare, reportNext, untilFinal } from "./support/reports.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { ETHER, force, mined, startWorld, type World } from "./support/world.ts";

describe("story: validators are slashed", () => {
  let world: World;
  let indices: number[];

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 200n * ETHER);
    await stake(world, "bob", 100n * ETHER);
    await stake(world, "carol", 100n * ETHER);
    ({ indices } = await runValidators(world, 0, 4));
    // each story has whole frames in which they earn, and are slashed
    await world.devnet.tickSlots((await nextBoundary(world)) - world.devnet.slot);
  });
  after(() => world.close());
  let start: string;
  beforeEach(async () => {
    start = await world.devnet.snapshot();
  });
  afterEach(() => world.devnet.restore(start));

  it("without a cushion the rate falls by the loss; queued tickets bear it, finalised ones do not", async () => {
    const { devnet, protocol } = world;
    const ledger = protocol.StakedEther;
    const queue = protocol.WithdrawalQueue;
    const bobs = await request(world, "bob", 100n * ETHER);
    await cooldown(world, bobs);
    // what the validators earn until then drips out before the loss is told
    const calm = await reportNext(world);
    expect(calm.report.lastTicketId).to.equal(bobs);
    const bobsValue = await queue.claimable(bobs);

    for (const index of indices) devnet.slashProposer(index);
    await reportNext(world);
    await devnet.tickUntil(async () => (await poolAt(world)).dripEnd <= devnet.chain.timeAtSlot(devnet.slot));
    const alices = await request(world, "alice", 50n * ETHER);
    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const before = await poolAt(world);
    expect(before.target, "nothing is left to drip").to.equal(pooledAt(before, before.time));
    const { change, booked, finalized } = await file(world, await prepare(world, refSlot));
    expect(change).to.be.lessThan(0n);
    expect(booked).to.equal(change);
    expect(finalized.shares, "too early for the ticket").to.equal(0n);

    const after = await poolAt(world);
    expect(after.units).to.equal(before.units);
    expect(after.target).to.equal(before.target + change);
    expect(rateAt(after)).to.equal(((before.target + change) * 10n ** 33n) / before.units);
    // holders and those who wait stand at the same lower rate
    for (const holder of [world.accounts.carol, queue]) {
      const units = await ledger.unitsOf(holder);
      expect(await ledger.balanceOf(holder)).to.equal((units * after.target) / after.units);
    }

    let last = await reportNext(world);
    while (last.finalized.shares === 0n) last = await reportNext(world);
    const rate = await poolAt(world, last.receipt.blockNumber - 1);
    const now = pooledAt(rate, rate.time + SECONDS_PER_SLOT) + last.change;
    expect(last.report.lastTicketId).to.equal(alices);
    expect(last.finalized.amount).to.equal((last.finalized.shares * 10n ** 6n * now) / rate.units);
    expect(last.finalized.amount).to.be.lessThan(50n * ETHER);

    expect(await claim(world, "alice", alices)).to.equal(last.finalized.amount);
    expect(await claim(world, "bob", bobs)).to.equal(bobsValue);
  });

  it("with a cushion the drip is eaten first, and the rate does not fall", async () => {
    const { accounts, devnet, protocol } = world;
    await mined(accounts.bob.sendTransaction({ to: protocol.RewardsVault, value: ETHER / 10n }));
    const first = await nextBoundary(world);
    await untilFinal(world, first);
    for (const index of indices) devnet.slashProposer(index);
    await devnet.tickBlocks(1);
    const second = await nextBoundary(world);
    await devnet.tickSlots(second + 8 - devnet.slot);
    const late = await file(world, await prepare(world, first));
    expect(late.change).to.be.greaterThan(ETHER / 10n);

    await untilFinal(world, second);
    const filed = await file(world, await prepare(world, second));
    const old = await poolAt(world, filed.receipt.blockNumber - 1);
    const fresh = await poolAt(world, filed.receipt.blockNumber);
    const cushion = old.target - pooledAt(old, fresh.time);
    expect(filed.change).to.be.lessThan(0n);
    expect(cushion).to.be.greaterThan(-filed.change);
    expect(pooledAt(fresh, fresh.time)).to.equal(pooledAt(old, fresh.time));
    expect(rateAt(fresh)).to.equal(rateAt(old, fresh.time));
    // the drip goes on to the same end, slower by the loss and what is less than a gwei a second
    expect(fresh.dripEnd).to.equal(old.dripEnd);
    expect(fresh.target).to.equal(old.target + filed.booked);
    expect(filed.change - filed.booked).to.be.within(0n, 10n ** 9n * BigInt(fresh.dripEnd - fresh.time));
  });

  it("a loss is made good before a fee is taken again", async () => {
    const { devnet, protocol } = world;
    const books = () => protocol.StakedEther.booksAt(0);
    const fees = () => protocol.StakedEther.unitsOf(protocol.RewardDistributor);
    // at the start of a frame, so that its report knows of all of them
    await devnet.tickSlots((await nextBoundary(world)) + 1 - devnet.slot);
    for (const index of indices) devnet.slashProposer(index);
    let loss = await reportNext(world);
    while (loss.change >= 0n) loss = await reportNext(world);
    const held = await fees();

    // what slashed validators go on to lose in a frame
    const { change: drift } = await reportNext(world);
    const { profit, highWater } = await books();
    await force(world, protocol.RewardsVault, (highWater - profit) / 2n - drift);
    const below = await reportNext(world);
    expect(below.change).to.be.within(1n, highWater - profit - 1n);
    expect(below.feeShares).to.equal(0n);

    await force(world, protocol.RewardsVault, ETHER / 10n);
    const before = {
      ...(await poolAt(world)),
      profit: (await books()).profit,
      highWater: (await books()).highWater,
    };
    const above = await reportNext(world);
    const lifted = before.profit + above.change - before.highWater;
    expect(lifted).to.be.within(1n, above.change - 1n);
    const fee = lifted / 10n;
    const feeUnits = (fee * before.units) / (before.target + above.change - fee);
    expect(above.feeShares).to.equal(feeUnits / 10n ** 6n);
    expect((await fees()) - held).to.equal(feeUnits);
  });
});
