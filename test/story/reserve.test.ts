import { expect } from "chai";
import type { AccountName } from "../../scripts/devnet/localNetwork.ts";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import { eventIn, eventsIn } from "../../scripts/lib/receipts.ts";
import { runValidators } from "./support/keys.ts";
import { allotLot, bond, curate } from "./support/operators.ts";
import { poolAt, pooledAt, type Pool } from "./support/pool.ts";
import { nextBoundary, reportNext, slotsPerFrame, type Filed } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceAt, proveAll, settleAll, type Settled, type Slashed } from "./support/slashings.ts";
import { stake } from "./support/stake.ts";
import { beaconTruthGwei } from "./support/truth.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

const BP = 10_000n;
const EFFECTIVE = 32n * ETHER;
/// EPOCHS_PER_SLASHINGS_VECTOR of the preset, halved: when the penalty for correlated slashings comes.
const HALF_VECTOR = 32;
const UNITS_PER_SHARE = 10n ** 6n;
/// Most that does not divide into whole gwei for each second of a drip: of hours, where much drips.
const UNBOOKED = 20_000n * GWEI;

const sum = (values: bigint[]) => values.reduce((all, value) => all + value, 0n);

/// An operator with too small a bond, all of whose validators are slashed.
interface Fault {
  world: World;
  slashed: Slashed[];
  /// The pool before, when all gains had dripped, and what alice had of it, in wei.
  calm: Pool;
  alices: bigint;
  /// What proofs ask and the bond lacks, in wei, and what is locked of it for faults that it does not cover in whole.
  shortfall: bigint;
  locked: bigint;
}

/// Shares that were burnt for the loss, and what they were worth, in wei.
interface Paid {
  shares: bigint;
  value: bigint;
}

/// A report of a loss, and what came of it.
interface Booked {
  filed: Filed;
  before: Pool;
  after: Pool;
  /// What the validators lost since the report before, by their balances, in wei.
  loss: bigint;
  /// What the reserve burnt first, in shares, and what these were worth, in wei.
  shares: bigint;
  covered: bigint;
}

/// Validators earn for two frames, and fees are due; then all of them are slashed, and that is proven. The bond has what is
/// asked for `backed` of them, or the least that it may have.
async function startFault(
  validators: number,
  backed: number,
  stakes: Partial<Record<AccountName, bigint>>,
): Promise<Fault> {
  const lotEth = BigInt(validators) * 32n;
  const world = await startWorld({ bondWei: 0n, lotEth });
  const { accounts, devnet, protocol } = world;
  for (const [name, amount] of Object.entries(stakes)) await stake(world, name as AccountName, amount);
  await curate(world);
  const least = (lotEth * ETHER * (await protocol.BondVault.bondRatioBp(true))) / BP + GWEI;
  const bondWei = askedOf(world) * BigInt(backed);
  await bond(world, bondWei > least ? bondWei : least);
  await allotLot(world);
  const { indices, tree } = await runValidators(world, 0, validators);
  const slashed = indices.map((index, i) => ({ index, pubkey: tree.keys[i]!.pubkey }));
  for (let i = 0; i < 2; i++) expect((await reportNext(world)).change).to.be.greaterThan(0n);
  await dripped(world);

  for (const index of indices) devnet.slashProposer(index);
  await devnet.tickUntil(() => indices.every((index) => devnet.chain.validator(index).slashed));
  await devnet.tickBlocks(2);
  const calm = await poolAt(world);
  const alices = await protocol.StakedEther.balanceOf(accounts.alice);
  const missing = await missingOf(world, validators);
  const locks = await proveAll(world, accounts.guardian, slashed);
  expect(sum(locks.map(({ uncovered }) => uncovered)) - missing.shortfall).to.be.within(
    -4n * GWEI,
    4n * GWEI,
  );
  return { world, slashed, calm, alices, ...missing };
}

/// What a proof asks of a bond, by the parameters of the network.
function askedOf({ parameters: p }: World): bigint {
  const penalty = EFFECTIVE / p.penaltyQuotient.value;
  const bounty = (penalty * p.slashingBountyBp.value) / BP;
  return penalty + (EFFECTIVE * p.provisionBp.value) / BP + bounty;
}

/// What so many proofs will find missing of the bond.
async function missingOf(world: World, validators: number): Promise<{ shortfall: bigint; locked: bigint }> {
  const { protocol, operatorId } = world;
  const asked = askedOf(world);
  const { shares } = await protocol.BondVault.bondOf(operatorId);
  let free = await protocol.StakedEther.getPooledEthByShares(shares);
  let [shortfall, locked] = [0n, 0n];
  for (let i = 0; i < validators; i++) {
    const lock = free < asked ? free : asked;
    free -= lock;
    shortfall += asked - lock;
    if (lock < asked) locked += lock;
  }
  return { shortfall, locked };
}

/// Who stayed has, when all has dripped, her part of what the pool has, by the balances of accounts and of the beacon chain,
/// as so many shares fewer are there. That is what she had before, less what nobody paid; or a little more: what is paid
/// after the rate has fallen is the same ether, and more shares.
async function expectWhole({ world, calm, alices }: Fault, paid: Paid[]): Promise<void> {
  const { accounts, devnet, protocol, provider } = world;
  await dripped(world);
  const { report, receipt } = await reportNext(world);
  const slot = Number(report.refSlot);
  const block = devnet.chain.history.latestUpTo(slot)!.block.message.body.executionPayload.blockNumber;
  const places = [protocol.StakedEther, protocol.WithdrawalVault, protocol.RewardsVault];
  const held = await Promise.all(places.map((place) => provider.getBalance(place, block)));
  const wealth = sum(held) + beaconTruthGwei(world, slot) * GWEI;
  const at = { blockTag: receipt.blockNumber };
  const units = await protocol.StakedEther.unitsOf(accounts.alice, at);
  const has = await protocol.StakedEther.balanceOf(accounts.alice, at);
  const burnt = sum(paid.map(({ shares }) => shares)) * UNITS_PER_SHARE;
  const expected = (units * wealth) / (calm.units - burnt);
  expect(has - expected).to.be.within(-UNBOOKED, UNBOOKED);
  const lost = calm.target - wealth;
  const unpaid = lost - sum(paid.map(({ value }) => value));
  expect(unpaid, "what validators had above 32 ETH, and lose at last").to.be.within(0n, lost / 20n);
  const most = (alices * lost * lost) / (calm.target * calm.target);
  expect(has - alices).to.be.within(-(unpaid * alices) / calm.target - UNBOOKED, most);
}

async function dripped(world: World): Promise<void> {
  const { devnet } = world;
  await devnet.tickUntil(async () => (await poolAt(world)).dripEnd <= devnet.chain.timeAtSlot(devnet.slot));
  await devnet.tickBlocks(1);
}

/// Somebody gives the reserve shares worth so much.
async function give({ accounts, protocol }: World, amountWei: bigint): Promise<void> {
  const ledger = protocol.StakedEther.connect(accounts.treasury);
  const shares = await ledger.getSharesByPooledEth(amountWei);
  await mined(ledger.transferShares(protocol.InsuranceReserve, shares));
}

/// Reports up to the last boundary before the penalty for correlated slashings.
async function untilPenalty({ world, slashed }: Fault): Promise<void> {
  const epochs = slashed.map(({ index }) => world.devnet.chain.validator(index).withdrawableEpoch);
  const penaltySlot = (Math.max(...epochs) - HALF_VECTOR + 1) * SLOTS_PER_EPOCH;
  while ((await nextBoundary(world)) < penaltySlot) await reportNext(world);
}

async function bookLoss({ world, slashed }: Fault): Promise<Booked> {
  const { protocol } = world;
  const past = Number(await protocol.StakedEther.lastReportFrame()) * (await slotsPerFrame(world));
  const filed = await reportNext(world);
  const { receipt, report } = filed;
  const lost = slashed.map(
    ({ index }) => balanceAt(world, index, past) - balanceAt(world, index, Number(report.refSlot)),
  );
  const ahead = eventsIn(receipt, protocol.InsuranceReserve, "LossCoveredAhead").map(({ args }) => args);
  return {
    filed,
    before: await poolAt(world, receipt.blockNumber - 1),
    after: await poolAt(world, receipt.blockNumber),
    loss: sum(lost),
    shares: sum(ahead.map(({ shares }) => shares)),
    covered: sum(ahead.map(({ amount }) => amount)),
  };
}

/// The loss is booked, less what was covered: alice has what she had, times what is left of the pool, where fewer units
/// share it.
async function expectRate(
  { world }: Fault,
  { filed, before, after, loss }: Booked,
  covered: bigint,
): Promise<void> {
  const { accounts, protocol } = world;
  expect(before.target - after.target - loss, "the loss").to.be.within(-UNBOOKED, UNBOOKED);
  expect(after.dripRate, "nothing is left to drip").to.equal(0n);
  const at = { blockTag: filed.receipt.blockNumber };
  const units = await protocol.StakedEther.unitsOf(accounts.alice, at);
  const had = (units * pooledAt(before, after.time)) / before.units;
  const has = await protocol.StakedEther.balanceOf(accounts.alice, at);
  const expected = (had * (before.target - loss)) / (before.target - covered);
  expect(has - expected, "the rate").to.be.within(-UNBOOKED, UNBOOKED);
  const alone = (had * (before.target - loss)) / before.target;
  expect(has - alone, "what the reserve is good for").to.be.greaterThan(
    (had * covered * 9n) / before.target / 10n,
  );
}

/// What the locks of faults that the bond does not cover in whole are worth by now.
function lockedNow({ calm, locked }: Fault, now: Pool): bigint {
  return (locked * calm.units * now.target) / (calm.target * now.units);
}

/// Bonds pay all that they have. Returns what they did not have of all that is asked by now, in wei.
async function settle(
  { world, slashed }: Fault,
  past: Settled[] = [],
): Promise<{ settled: Settled[]; missing: bigint }> {
  const settled = await settleAll(world, world.accounts.guardian, slashed);
  const lost = sum(slashed.map(({ index }, i) => EFFECTIVE - balanceAt(world, index, settled[i]!.slot)));
  const paid = sum([...past, ...settled].map(({ value }) => value));
  const missing = lost - paid;
  const found = await world.protocol.BondVault.totalUncovered();
  expect(found - missing).to.be.within(-8n * GWEI, 8n * GWEI);
  return { settled, missing };
}

describe("story: a loss beyond a bond, and a reserve that covers it", () => {
  let fault: Fault;
  let start: string;
  /// What was covered before, in wei, and the shares that were burnt for it.
  let fees: bigint;
  let paid: Paid[];

  before(async () => {
    fault = await startFault(4, 3, {
      alice: 400n * ETHER,
      bob: 100n * ETHER,
      carol: 100n * ETHER,
      treasury: 40n * ETHER,
    });
    await untilPenalty(fault);
    // all that it had was its part of fees: that was pulled, and went for the penalties that came at once
    const { InsuranceReserve, RewardDistributor, StakedEther } = fault.world.protocol;
    const pulled = await RewardDistributor.queryFilter(RewardDistributor.filters.ReservePulled());
    const covered = await InsuranceReserve.queryFilter(InsuranceReserve.filters.LossCoveredAhead());
    expect(sum(pulled.map(({ args }) => args.shares))).to.be.greaterThan(0n);
    expect(sum(covered.map(({ args }) => args.shares))).to.equal(sum(pulled.map(({ args }) => args.shares)));
    expect(await StakedEther.sharesOf(InsuranceReserve)).to.equal(0n);
    fees = sum(covered.map(({ args }) => args.amount));
    expect(await InsuranceReserve.totalCovered()).to.equal(fees);
    paid = covered.map(({ args }) => ({ shares: args.shares, value: args.amount }));
  });
  after(() => fault.world.close());
  beforeEach(async () => {
    start = await fault.world.devnet.snapshot();
  });
  afterEach(() => fault.world.devnet.restore(start));

  it("a small reserve gives all that it has, and holders bear the rest", async () => {
    const { world } = fault;
    const { InsuranceReserve, StakedEther } = world.protocol;
    await give(world, ETHER);
    const held = await StakedEther.sharesOf(InsuranceReserve);
    const booked = await bookLoss(fault);
    expect(booked.shares).to.equal(held);
    expect(await StakedEther.sharesOf(InsuranceReserve)).to.equal(0n);
    const worth = (held * UNITS_PER_SHARE * booked.before.target) / booked.before.units;
    expect(worth).to.be.within(ETHER - 10n, fault.shortfall - ETHER / 2n);
    await expectRate(fault, booked, worth);
  });

  it("a large one covers what the proofs found missing, before the rate moves, and the rest of the loss later", async () => {
    const { world, shortfall } = fault;
    const { accounts, devnet, protocol } = world;
    const reserve = protocol.InsuranceReserve.connect(accounts.carol);
    await give(world, 35n * ETHER);
    const booked = await bookLoss(fault);
    expect(booked.loss - lockedNow(fault, booked.before), "more than what it may cover").to.be.greaterThan(
      4n * shortfall,
    );
    expect(booked.covered + fees - shortfall).to.be.within(-8n * GWEI, 4n * GWEI);
    expect(booked.before.units - booked.after.units).to.equal(booked.shares * UNITS_PER_SHARE);
    await expectRate(fault, booked, shortfall - fees);

    // of what is lost next it covers nothing, as it covered all that the proofs asked and the bond lacks
    const next = await bookLoss(fault);
    expect(next.loss).to.be.greaterThan(3n * lockedNow(fault, next.before));
    expect(next.covered, "what was rounded down").to.be.within(0n, 1n);
    const ahead = fees + booked.covered + next.covered;
    expect(await reserve.totalCovered()).to.equal(ahead);
    await expectRevert(reserve.note(), reserve, "NothingToNote", [0n, 0n]);

    // the bond pays what it has; what it has not is known from then on
    const { settled, missing } = await settle(fault);
    expect(settled.every(({ last }) => last)).to.equal(true);
    expect((await reserve.coverableNow()).amount).to.equal(0n);
    const open = await reserve.uncovered();
    expect(open - (missing - ahead)).to.be.within(-8n * GWEI, 8n * GWEI);
    await expectRevert(reserve.cover(), reserve, "CoverTooEarly", [0n]);
    await mined(reserve.note());
    const { amount: noted, coverableFrom } = await reserve.noted();
    expect(noted).to.equal(open);
    await expectRevert(reserve.cover(), reserve, "CoverTooEarly", [coverableFrom]);

    // what is lost since is missing too, and was not noted
    const late = await reportNext(world);
    expect(late.change).to.be.lessThan(0n);
    const again = await settle(fault, settled);
    expect(again.missing - missing).to.be.greaterThan(ETHER / 100n);
    await expectRevert(reserve.note(), reserve, "NothingToNote");
    await devnet.tickUntil(() => BigInt(devnet.chain.timeAtSlot(devnet.slot)) > coverableFrom);
    const held = await protocol.StakedEther.sharesOf(reserve);
    const before = await poolAt(world);
    const receipt = await mined(reserve.cover());
    const { shares, amount } = eventIn(receipt, reserve, "LossCovered").args;
    expect(noted - amount).to.be.within(0n, 1n);
    expect(amount).to.equal(
      (shares * UNITS_PER_SHARE * pooledAt(before, (await receipt.getBlock()).timestamp)) / before.units,
    );
    expect(await protocol.StakedEther.sharesOf(reserve)).to.equal(held - shares);
    expect(await reserve.totalCovered()).to.equal(ahead + amount);
    expect(await reserve.uncovered(), "what was lost after the note").to.be.within(
      ETHER / 100n,
      again.missing - missing + GWEI,
    );

    for (const one of [booked, next]) paid.push({ shares: one.shares, value: one.covered });
    paid.push(...settled, ...again.settled, { shares, value: amount });
    await expectWhole(fault, paid);
  });
});

describe("story: a loss that a bond and the reserve cover together", () => {
  let fault: Fault;
  let booked: Booked;

  before(async () => {
    fault = await startFault(1, 0, { alice: 60n * ETHER, bob: 40n * ETHER, treasury: 10n * ETHER });
    await give(fault.world, 5n * ETHER);
    await untilPenalty(fault);
  });
  after(() => fault.world.close());

  it("the lock comes first: the reserve covers what the loss is beyond it, less than was missing", async () => {
    const { InsuranceReserve } = fault.world.protocol;
    const { shortfall } = fault;
    booked = await bookLoss(fault);
    const beyond = booked.loss - lockedNow(fault, booked.before);
    expect(beyond).to.be.within(ETHER / 10n, shortfall - ETHER / 10n);
    expect(booked.covered - beyond).to.be.within(-UNBOOKED, UNBOOKED);
    await expectRate(fault, booked, beyond);
    const { amount } = await InsuranceReserve.coverableNow();
    expect(amount - (shortfall - booked.covered)).to.be.within(-8n * GWEI, 8n * GWEI);
  });

  it("the lock is burnt, and who stays has what there was, but for what came later", async () => {
    const { InsuranceReserve } = fault.world.protocol;
    const next = await bookLoss(fault);
    expect(next.filed.change).to.be.lessThan(0n);
    expect(next.shares, "left to the lock").to.equal(0n);
    const { missing, settled } = await settle(fault);
    expect(settled[0]!.last).to.equal(true);
    const open = missing - booked.covered;
    expect(open).to.be.within(0n, ETHER / 10n);
    expect((await InsuranceReserve.uncovered()) - open).to.be.within(-8n * GWEI, 8n * GWEI);
    expect((await InsuranceReserve.coverableNow()).amount).to.equal(0n);
    await expectWhole(fault, [{ shares: booked.shares, value: booked.covered }, ...settled]);
  });
});
