import { expect } from "chai";
import type { Report } from "../../scripts/actions/buildReport.ts";
import { SECONDS_PER_SLOT } from "../../scripts/devnet/config.ts";
import { roleId } from "../../scripts/lib/roles.ts";
import { deployDouble } from "./support/doubles.ts";
import { runValidators } from "./support/keys.ts";
import { poolAt, pooledAt, rateAt } from "./support/pool.ts";
import {
  file,
  nextBoundary,
  prepare,
  reportNext,
  slotsPerFrame,
  submit,
  untilFinal,
} from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { ETHER, force, GWEI, mined, startWorld, type World } from "./support/world.ts";

/// What goes wrong around a report, and what it costs whom.
describe("story: faults around a report", () => {
  let world: World;
  let start: string;

  before(async () => {
    world = await startWorld({ bondWei: (64n * ETHER) / 10n });
    await stake(world, "alice", 200n * ETHER);
    await stake(world, "bob", 100n * ETHER);
    await runValidators(world, 0, 4);
    await world.devnet.tickSlots((await nextBoundary(world)) - world.devnet.slot);
  });
  after(() => world.close());
  beforeEach(async () => {
    start = await world.devnet.snapshot();
  });
  afterEach(() => world.devnet.restore(start));

  const dripped = () =>
    world.devnet.tickUntil(
      async () => (await poolAt(world)).dripEnd <= world.devnet.chain.timeAtSlot(world.devnet.slot),
    );

  it("ether that a vault gets between boundary and report belongs to the next one", async () => {
    const { protocol } = world;
    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const without = (await prepare(world, refSlot)).report;
    await force(world, protocol.RewardsVault, ETHER / 3n);
    await force(world, protocol.WithdrawalVault, ETHER / 4n);
    const prepared = await prepare(world, refSlot);
    expect(prepared.report).to.deep.equal(without);
    const first = await file(world, prepared);

    // it comes to the buffer at any time, and is a gain when a report tells of it
    const before = await poolAt(world);
    const { blockNumber } = await mined(protocol.ReportOracle.connect(world.accounts.carol).collect());
    const after = await poolAt(world, blockNumber);
    expect(rateAt(after, before.time)).to.equal(rateAt(before));
    const second = await reportNext(world);
    expect(second.report.rewardsReceived - first.report.rewardsReceived).to.equal(ETHER / 3n);
    expect(second.report.withdrawalsReceived - first.report.withdrawalsReceived).to.equal(ETHER / 4n);
    expect(second.change).to.be.greaterThan(0n);
  });

  it("a report that names more than can be paid pays what is there; anyone pays the rest when it comes", async () => {
    const { accounts, protocol, provider } = world;
    const queue = protocol.WithdrawalQueue;
    const big = await request(world, "alice", 190n * ETHER);
    const small = await request(world, "bob", 5n * ETHER);
    await cooldown(world, small);
    const { report, finalized } = await reportNext(world);
    expect(report.lastTicketId).to.equal(small);
    expect(finalized.amount).to.be.lessThan(190n * ETHER);
    expect((await queue.ticket(big)).finalized).to.equal(false);
    const carol = queue.connect(accounts.carol);
    await expectRevert(carol.finalizeNamed(), queue, "NothingToFinalize", [small]);

    // withdrawals arrive between two reports
    await force(world, protocol.WithdrawalVault, 150n * ETHER);
    await mined(protocol.ReportOracle.connect(accounts.carol).collect());
    await mined(carol.finalizeNamed());
    expect((await queue.ticket(big)).finalized).to.equal(true);
    expect((await queue.ticket(small)).finalized).to.equal(true);
    const [alices, bobs] = [await claim(world, "alice", big), await claim(world, "bob", small)];
    expect(alices).to.be.within(190n * ETHER - 10n * GWEI, 191n * ETHER);
    expect(bobs).to.be.within(5n * ETHER - 10n * GWEI, 6n * ETHER);
    expect(await provider.getBalance(queue)).to.equal(0n);
  });

  it("a lie of two thirds within the limits costs what the limits say, and the truth comes after it", async () => {
    const { members, parameters: p, protocol } = world;
    await dripped();
    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const honest = await prepare(world, refSlot);
    const lie = async (change: Partial<Report>) =>
      submit(world, { ...honest, report: { ...honest.report, ...change } }, members.slice(0, 4));
    const id = await world.devnet.snapshot();
    const booked = await protocol.StakedEther.lastReportFrame();

    // a gain: no more than a frame's part of a year's limit, and nothing of it at once
    const before = await poolAt(world);
    const gain = await lie({ beaconBalanceGwei: honest.report.beaconBalanceGwei + 10n ** 9n * GWEI });
    const gained = await poolAt(world, gain.blockNumber);
    const frames = BigInt(refSlot / (await slotsPerFrame(world))) - booked;
    const frameSeconds = p.slotsPerEpoch.value * p.epochsPerFrame.value * p.secondsPerSlot.value;
    const pooled = pooledAt(before, gained.time);
    const cap = (pooled * p.limitGainBpPerYear.value * frames * frameSeconds) / (10_000n * 31_536_000n);
    expect(gained.target - before.target).to.be.within((cap * 9n) / 10n, cap);
    expect(rateAt(gained)).to.be.within(rateAt(before), rateAt(before) + 10n ** 9n);
    // the next true report is a loss of it: those who stayed have what they had, less what left in between
    const truth = await reportNext(world);
    expect(truth.change).to.be.lessThan(0n);
    const wealth = await poolAt(world);
    expect(wealth.target).to.be.within(before.target, before.target + ETHER);
    await world.devnet.restore(id);

    // a loss: at most the limit of a frame; what is false comes back as fast as a gain may come
    const lost = (pooledAt(before, before.time) * p.limitLossBpPerFrame.value) / 10_000n - ETHER;
    await lie({ beaconBalanceGwei: honest.report.beaconBalanceGwei - lost / GWEI });
    const told = await poolAt(world);
    expect(before.target - told.target).to.be.within(lost - ETHER, lost);
    const back = await reportNext(world);
    expect(back.change).to.be.within(1n, cap);
    expect((await protocol.ReportOracle.parked()).refSlot).to.equal(0n);
  });

  it("an owner that refuses ether keeps its ticket, and holds nobody up", async () => {
    const { accounts, protocol, provider } = world;
    const queue = protocol.WithdrawalQueue;
    const refusing = await deployDouble(world, "RefusingClaimer__Mock");
    const address = await refusing.getAddress();
    const theirs = await request(world, "alice", 3n * ETHER, address);
    const bobs = await request(world, "bob", 2n * ETHER);
    await cooldown(world, bobs);
    await reportNext(world);
    const execute = async (data: string) =>
      mined(refusing.getFunction("execute").send(await queue.getAddress(), data) as never);
    const claimData = queue.interface.encodeFunctionData("claim", [theirs]);
    await expectRevert(execute(claimData), queue, "EtherRefused", [address]);
    const { amount } = { amount: await queue.claimable(theirs) };
    expect(await claim(world, "bob", bobs)).to.be.within(2n * ETHER - 10n * GWEI, 3n * ETHER);
    // it names somebody who takes it
    const carol = await accounts.carol.getAddress();
    const held = await provider.getBalance(carol);
    const hint = await queue.findCheckpoint(theirs);
    await execute(queue.interface.encodeFunctionData("claimTo", [theirs, carol, hint]));
    expect((await provider.getBalance(carol)) - held).to.equal(amount);
    expect(await provider.getBalance(queue)).to.equal(0n);
  });

  it("a bond that is burnt just before a drip ends moves no rate, and drips over a frame of its own", async () => {
    const { accounts, devnet, protocol } = world;
    const filed = await reportNext(world);
    expect(filed.booked).to.be.greaterThan(0n);
    const { dripEnd } = await poolAt(world);
    // the last slot in which the gain still drips
    await devnet.tickUntil(() => devnet.chain.timeAtSlot(devnet.slot) + 2 * SECONDS_PER_SLOT > dripEnd);
    // through the door by which a bond is burnt
    const before = await poolAt(world);
    expect(before.dripEnd).to.be.greaterThan(before.time);
    const burner = accounts.alice;
    await mined(protocol.Authority.connect(accounts.admin).grantRole(roleId("SHARE_BURNER"), burner));
    const { blockNumber } = await mined(protocol.StakedEther.connect(burner).burnShares(10n * ETHER));
    const after = await poolAt(world, blockNumber);
    expect(rateAt(after)).to.be.within(
      rateAt(before, after.time) - 1n,
      rateAt(before, after.time) + 10n ** 12n,
    );
    expect(after.dripEnd - after.time).to.be.greaterThan(300);
    // ten shares of two hundred and more, over a frame
    expect(after.target - pooledAt(after, after.time)).to.be.within(9n * ETHER, 11n * ETHER);
    const half = pooledAt(after, Math.floor((after.time + after.dripEnd) / 2)) - pooledAt(after, after.time);
    expect(half).to.be.within(4n * ETHER, 6n * ETHER);
  });
});
