import { expect } from "chai";
import { decodeBytes32String, type ContractTransactionReceipt, type Signer } from "ethers";
import { allow } from "../../scripts/actions/allow.ts";
import { instantExit } from "../../scripts/actions/instantExit.ts";
import type { Report } from "../../scripts/actions/buildReport.ts";
import {
  completeCheckpoint,
  openLive,
  openParked,
  proveBalances,
} from "../../scripts/actions/proveBalances.ts";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import type { AccountName } from "../../scripts/devnet/localNetwork.ts";
import { planned, trigger } from "./support/exits.ts";
import { runOperators } from "./support/keys.ts";
import { addOperator, allotLot, bond } from "./support/operators.ts";
import { poolAt, pooledAt } from "./support/pool.ts";
import {
  file,
  nextBoundary,
  prepare,
  reportNext,
  slotsPerFrame,
  submit,
  untilFinal,
  type Filed,
} from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceAt, proveAll, settleAll, type Slashed } from "./support/slashings.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { beaconTruthGwei } from "./support/truth.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

const BP = 10_000n;
const LOT = 128n;
const VALIDATORS = 12n;
/// EPOCHS_PER_SLASHINGS_VECTOR of the preset, halved: when the penalty for correlated slashings comes.
const HALF_VECTOR = 32;
const UNITS_PER_SHARE = 10n ** 6n;
/// Who joins in the middle of it, with this much.
const LATE_STAKE = 10n * ETHER;
/// Most that does not divide into whole gwei for each second of a drip: of hours, where much drips.
const UNBOOKED = 20_000n * GWEI;
/// Epochs from a voluntary exit to the withdrawal: MAX_SEED_LOOKAHEAD and one, and the delay.
const EXIT_EPOCHS = 13;

const sum = (values: bigint[]) => values.reduce((all, value) => all + value, 0n);

interface Ticket {
  name: AccountName;
  id: bigint;
}

/// Shares that were finalised at once, and what for, in wei.
interface Part {
  shares: bigint;
  amount: bigint;
}

/// What the pool had at a slot, booked.
interface Booked {
  receipt: ContractTransactionReceipt;
  slot: number;
  part: Part;
}

/// Three operators of four validators each. Two of the bonds are too small for what happens; nothing happens to the third.
describe("story: a mass slashing in the middle of a bank run", () => {
  let world: World;
  let stranger: Signer;
  let ofPoor: Slashed[];
  let ofMiddle: Slashed[];
  let healthy: number[];
  /// Finalised before anything was slashed, and what they were promised.
  let early: (Ticket & { promised: bigint })[];
  /// All others, in their order, and how they were finalised.
  let run: Ticket[];
  let parts: Part[];
  /// All ether that was staked and that left, in wei.
  let came: bigint;
  let left: bigint;

  /// Each begins anew: states that are older than the vector are not kept.
  async function begin(): Promise<void> {
    const bonds = { healthy: 7n * ETHER, poor: (LOT * ETHER * 320n) / BP + GWEI, middle: 7n * ETHER };
    world = await startWorld({ bondWei: 0n, lotEth: LOT });
    stranger = world.accounts.keeper;
    const stakes = { alice: 220n * ETHER, bob: 120n * ETHER, carol: 110n * ETHER };
    for (const [name, amount] of Object.entries(stakes)) await stake(world, name as AccountName, amount);
    await bond(world, bonds.healthy);
    await allotLot(world);
    const poor = await addOperator(world, { manager: "guardian", bondWei: bonds.poor, curated: true });
    await allotLot(poor);
    const middle = await addOperator(world, { manager: "operatorRewards", bondWei: bonds.middle });
    await allotLot(middle);
    const batches = await runOperators([world, poor, middle], 4);
    const [good, two, three] = batches.map(({ indices, tree }) =>
      indices.map((index, i) => ({ index, pubkey: tree.keys[i]!.pubkey })),
    );
    [healthy, ofPoor, ofMiddle] = [good!.map(({ index }) => index), two!, three!];
    const { seedWei, memberBondWei } = world.parameters;
    const first = seedWei.value + BigInt(world.members.length) * memberBondWei.value;
    [came, left, parts] = [sum([first, ...Object.values(stakes), ...Object.values(bonds)]), 0n, []];
  }

  const anyone = () => world.protocol.WithdrawalQueue.connect(stranger);
  const uncovered = () => world.protocol.BondVault.totalUncovered();
  const parkedSlot = async () => Number((await world.protocol.ReportOracle.parked()).refSlot);
  const isFinalized = async ({ id }: Ticket) => (await world.protocol.WithdrawalQueue.ticket(id)).finalized;
  const executionBlock = (slot: number) =>
    world.devnet.chain.history.latestUpTo(slot)!.block.message.body.executionPayload.blockNumber;

  /// What the pool has at a slot: ether of the contracts, and balances on the beacon chain; in wei.
  async function wealthAt(slot: number): Promise<bigint> {
    const { protocol, provider } = world;
    const places = [protocol.StakedEther, protocol.WithdrawalVault, protocol.RewardsVault];
    const block = executionBlock(slot);
    const held = await Promise.all(places.map((place) => provider.getBalance(place, block)));
    return sum(held) + beaconTruthGwei(world, slot) * GWEI;
  }

  /// What our validators have earned by a slot, less what they have lost, by the beacon chain's own blocks; in wei.
  async function earnedAt(slot: number): Promise<bigint> {
    const { devnet, protocol } = world;
    const vault = (await protocol.WithdrawalVault.getAddress()).toLowerCase();
    let paid = 0n;
    let record = devnet.chain.history.latestUpTo(slot)!;
    for (; record.slot > 0; record = devnet.chain.history.byBlockRoot(record.block.message.parentRoot)!) {
      for (const { address, amount } of record.block.message.body.executionPayload.withdrawals) {
        if (`0x${Buffer.from(address).toString("hex")}` === vault) paid += BigInt(amount);
      }
    }
    return (beaconTruthGwei(world, slot) + paid) * GWEI - VALIDATORS * 32n * ETHER;
  }

  /// A booking of what the pool had at a slot. Whoever leaves with it has its part of that, and so has who stays: to the wei
  /// where nothing drips. `since` was staked between. Returns what was finalised.
  async function expectFair(
    { blockNumber }: ContractTransactionReceipt,
    slot: number,
    since = 0n,
  ): Promise<Part> {
    const { accounts, protocol } = world;
    const ledger = protocol.StakedEther;
    const queue = protocol.WithdrawalQueue;
    const [event] = await queue.queryFilter(queue.filters.Finalized(), blockNumber, blockNumber);
    const [booking] = await ledger.queryFilter(ledger.filters.ReportBooked(), blockNumber, blockNumber);
    const burnt = await ledger.queryFilter(ledger.filters.SharesBurnt(), blockNumber, blockNumber);
    const { shares, amount } = event?.args ?? { shares: 0n, amount: 0n };
    const after = await poolAt(world, blockNumber);
    const undripped = after.target - pooledAt(after, after.time);
    const isExact = booking!.args.change < 0n && undripped === 0n && burnt.length === 0;
    const had = after.target + amount;
    const units = after.units + shares * UNITS_PER_SHARE;
    const unbooked = (await wealthAt(slot)) + since - had;
    expect(unbooked, "what is not booked").to.be.within(0n, isExact ? 0n : UNBOOKED);
    expect(amount, "who leaves").to.equal((shares * UNITS_PER_SHARE * (had - undripped)) / units);
    for (const holder of [accounts.alice, accounts.carol, queue]) {
      const held = await ledger.unitsOf(holder, { blockTag: blockNumber });
      const worth = (held * (had - undripped)) / units;
      const value = await ledger.balanceOf(holder, { blockTag: blockNumber });
      expect(value - worth, "who stays").to.be.within(-1n, 1n);
    }
    if (shares > 0n) parts.push({ shares, amount });
    left += amount;
    return { shares, amount };
  }

  async function fileNext(): Promise<Filed & Booked> {
    const filed = await reportNext(world);
    const slot = Number(filed.report.refSlot);
    return { ...filed, slot, part: await expectFair(filed.receipt, slot) };
  }

  /// The finalised ticket is claimed, and pays what it was promised before anything was slashed.
  async function expectPromise(i: number): Promise<void> {
    const { name, id, promised } = early[i]!;
    expect(await world.protocol.WithdrawalQueue.claimable(id)).to.equal(promised);
    expect(await claim(world, name, id)).to.equal(promised);
  }

  /// What is ready is paid, at once leaves who fits the bucket, and then there is no ether left.
  async function runFromBank(): Promise<void> {
    const { accounts, protocol, provider } = world;
    const ledger = protocol.StakedEther;
    const tickets: Ticket[] = [
      { name: "bob", id: await request(world, "bob", 20n * ETHER) },
      { name: "carol", id: await request(world, "carol", 15n * ETHER) },
    ];
    await cooldown(world, tickets[1]!.id);
    left += (await reportNext(world)).finalized.amount;
    early = await Promise.all(
      tickets.map(async (one) => ({ ...one, promised: await protocol.WithdrawalQueue.claimable(one.id) })),
    );
    expect(sum(early.map(({ promised }) => promised))).to.equal(left);

    for (const holder of [accounts.alice, accounts.bob]) {
      await allow(protocol, holder, { spender: protocol.InstantExit, amountWei: 200n * ETHER });
    }
    const exit = (holder: Signer, ether: bigint) =>
      instantExit(protocol, holder, { amountWei: ether * ETHER, maxFeeBp: 200n });
    for (let i = 0; i < 4; i++) left += (await exit(accounts.bob, 5n)).paidWei;
    await expectRevert(exit(accounts.bob, 5n), protocol.InstantExit, "BucketTooSmall");

    run = [
      { name: "alice", id: await request(world, "alice", 100n * ETHER) },
      { name: "bob", id: await request(world, "bob", await ledger.balanceOf(accounts.bob)) },
      { name: "carol", id: await request(world, "carol", 50n * ETHER) },
    ];
    await cooldown(world, run[2]!.id);
    const { report } = await fileNext();
    expect(report.lastTicketId).to.equal(run[2]!.id);
    expect(await Promise.all(run.map(isFinalized))).to.deep.equal([false, false, false]);
    expect(parts).to.have.length(1);
    expect(await provider.getBalance(ledger), "a grain is 1e-9 of a share").to.be.lessThan(2n * GWEI);
    await expectRevert(exit(accounts.alice, 1n), protocol.InstantExit, "FreeBufferTooSmall");
  }

  /// The slashings, right after a boundary, and all that is proven of them before its report comes.
  async function slash(slashed: Slashed[]): Promise<void> {
    const { devnet, protocol } = world;
    const refSlot = await nextBoundary(world);
    await devnet.tickSlots(refSlot + 1 - devnet.slot);
    // who joins now brings ether that the first ticket waits for, and anyone may have it paid
    await stake(world, "treasury", LATE_STAKE);
    came += LATE_STAKE;
    for (const { index } of slashed) devnet.slashProposer(index);
    await devnet.tickUntil(() => slashed.every(({ index }) => devnet.chain.validator(index).slashed));
    await devnet.tickBlocks(2);
    expect((await anyone().finalizeNamed.staticCall()).amount).to.be.greaterThan(9n * ETHER);
    await protocol.InstantExit.requireOpen();

    const locks = await proveAll(world, stranger, slashed);
    const short = sum(locks.map((lock) => lock.uncovered));
    const pooled = await protocol.StakedEther.getTotalPooledEther();
    expect(short * BP).to.be.greaterThan(pooled * (await protocol.SlashingOracle.HOLD_BP()));
    const expectHeld = async () => {
      await expectRevert(anyone().finalizeNamed(), protocol.WithdrawalQueue, "FinalizationHeld");
      await expectRevert(protocol.InstantExit.requireOpen(), protocol.InstantExit, "ExitsHeld");
    };
    await expectHeld();
    await expectPromise(0);
    // nor does the report of before it let anybody go
    await untilFinal(world, refSlot);
    const { receipt } = await file(world, await prepare(world, refSlot));
    expect((await expectFair(receipt, refSlot, LATE_STAKE)).shares).to.equal(0n);
    await expectHeld();
  }

  /// The first boundary whose report knows of the penalty for correlated slashings.
  async function penaltyBoundary(slashed: Slashed[]): Promise<number> {
    const epochs = slashed.map(({ index }) => world.devnet.chain.validator(index).withdrawableEpoch);
    const slots = await slotsPerFrame(world);
    return Math.ceil(((Math.max(...epochs) - HALF_VECTOR + 1) * SLOTS_PER_EPOCH) / slots) * slots;
  }

  /// All reports before that of a boundary.
  async function reportsBefore(boundary: number): Promise<void> {
    while ((await nextBoundary(world)) < boundary) await fileNext();
  }

  /// A validator exits so many frames before a boundary, right after another one: with four its ether comes in the last frame
  /// before, with three in the one after.
  async function exitOne(index: number, framesBefore: number, refSlot: number): Promise<void> {
    const { devnet } = world;
    const boundary = refSlot - framesBefore * (await slotsPerFrame(world));
    await reportsBefore(boundary);
    await devnet.tickSlots(boundary + 1 - devnet.slot);
    devnet.voluntaryExit(index);
    await untilFinal(world, boundary);
    const { receipt } = await file(world, await prepare(world, boundary));
    await expectFair(receipt, boundary);
    const comes = boundary / SLOTS_PER_EPOCH + EXIT_EPOCHS;
    expect(devnet.chain.validator(index).withdrawableEpoch).to.equal(comes);
  }

  /// The loss is booked: the pool has what is left of it, and all units bear it alike, but those that the reserve burnt
  /// for it.
  async function expectMassLoss(
    slashed: Slashed[],
    receipt: ContractTransactionReceipt,
    slot: number,
  ): Promise<Part> {
    const { InsuranceReserve, RewardDistributor, StakedEther } = world.protocol;
    const at = { blockTag: receipt.blockNumber - 1 };
    const before = await poolAt(world, at.blockTag);
    const [held, owed] = await Promise.all([
      StakedEther.sharesOf(InsuranceReserve, at),
      RewardDistributor.owed(at),
    ]);
    const part = await expectFair(receipt, slot);
    const after = await poolAt(world, receipt.blockNumber);
    const had = after.target + part.amount;
    const units = after.units + part.shares * UNITS_PER_SHARE;
    expect(await StakedEther.sharesOf(InsuranceReserve), "bonds lack more than it has").to.equal(0n);
    expect(units).to.equal(before.units - (held + owed.reserve) * UNITS_PER_SHARE);

    const past = slot - (await slotsPerFrame(world));
    const loss = (await earnedAt(past)) - (await earnedAt(slot));
    expect(before.target - had - loss).to.be.within(-UNBOOKED, UNBOOKED);
    const lost = sum(
      slashed.map(({ index }) => balanceAt(world, index, past) - balanceAt(world, index, slot)),
    );
    expect(lost - loss, "what all others earned").to.be.within(0n, ETHER / 10n);
    // who left since the slashings were booked has borne less: see the known risks
    for (const gone of parts.slice(1, parts.length - (part.shares > 0n ? 1 : 0))) {
      const now = (gone.shares * UNITS_PER_SHARE * had) / units;
      expect((gone.amount - now) * BP, "a part of it that is theirs no more").to.be.within(
        gone.amount * ((loss * BP) / before.target - 50n),
        gone.amount * ((loss * BP) / before.target + 50n),
      );
    }
    return part;
  }

  /// Bonds pay all that they have, and it drips to whoever is still there.
  async function expectBondsBurnt(slashed: Slashed[]): Promise<void> {
    const before = await poolAt(world);
    const settled = await settleAll(world, stranger, slashed);
    for (const [i, { loss, slot }] of settled.entries()) {
      expect(loss).to.equal(32n * ETHER - balanceAt(world, slashed[i]!.index, slot));
    }
    const missing = sum(settled.map(({ loss, value }) => loss - value));
    expect(missing).to.be.greaterThan(5n * ETHER);
    expect((await uncovered()) - missing).to.be.within(-8n * GWEI, 8n * GWEI);
    const after = await poolAt(world);
    const undripped = sum(settled.map((one) => one.undripped));
    expect(before.target - after.target).to.be.within(0n, undripped);
    expect(before.units - after.units).to.equal(sum(settled.map(({ shares }) => shares)) * UNITS_PER_SHARE);
  }

  /// Strangers have validators exit, as far as tickets want them to; reports come until all are paid.
  async function untilPaid(bookNext: () => Promise<Booked>): Promise<Booked> {
    for (let i = 0; i < 20; i++) {
      for (let call = await planned(world); call; call = await planned(world)) {
        await trigger(world, call);
        await world.devnet.tickBlocks(2);
      }
      const booked = await bookNext();
      if ((await Promise.all(run.map(isFinalized))).every((done) => done)) return booked;
    }
    throw new Error("tickets are not paid");
  }

  /// Each ticket pays its shares at the rates at which they were finalised, and nothing is lost.
  async function expectAllPaid({ receipt, slot }: Booked): Promise<void> {
    const { protocol, provider } = world;
    const queue = protocol.WithdrawalQueue;
    const rest = parts.map((part) => ({ ...part }));
    let paid = sum(early.map(({ promised }) => promised));
    for (const { name, id } of run) {
      let open = (await queue.ticket(id)).shares;
      let due = 0n;
      for (const part of rest) {
        const shares = open < part.shares ? open : part.shares;
        if (shares === 0n) continue;
        const amount = (part.amount * shares) / part.shares;
        [part.shares, part.amount, open, due] = [
          part.shares - shares,
          part.amount - amount,
          open - shares,
          due + amount,
        ];
      }
      expect(open).to.equal(0n);
      const received = await claim(world, name, id);
      // parts are rounded in another order here: a wei for each
      expect(received - due).to.be.within(-BigInt(parts.length), BigInt(parts.length));
      paid += received;
    }
    expect(await provider.getBalance(queue)).to.equal(0n);
    const atOnce = await world.protocol.InstantExit.queryFilter(world.protocol.InstantExit.filters.Exited());
    expect(paid + sum(atOnce.map(({ args }) => args.paid))).to.equal(left);
    // what came is what left and what is there, with what the beacon chain paid and took
    const { target } = await poolAt(world, receipt.blockNumber);
    expect(came + (await earnedAt(slot)) - left - target).to.be.within(0n, UNBOOKED);
  }

  /// Takes the story back to where it is now.
  async function remember(): Promise<() => Promise<void>> {
    const id = await world.devnet.snapshot();
    const then = { came, left, parts: [...parts] };
    return async () => {
      await world.devnet.restore(id);
      ({ came, left } = then);
      parts = [...then.parts];
    };
  }

  describe("three are slashed, and the loss is within the limits of a report", () => {
    let slashed: Slashed[];
    before(async () => {
      await begin();
      slashed = ofPoor.slice(0, 3);
    });
    after(() => world.close());

    it(
      "of who runs, some leave with what was ready, some at once, and the others wait for ether",
      runFromBank,
    );

    it("once they are proven nobody leaves, until a report has booked what they cost at once", async () => {
      await slash(slashed);
      const { part } = await fileNext();
      expect(part.amount).to.be.within(LATE_STAKE - GWEI, LATE_STAKE + UNBOOKED);
      await world.protocol.InstantExit.requireOpen();
      await expectPromise(1);
    });

    it("the report of the penalty for correlated slashings takes the same of who waits and who stays", async () => {
      const refSlot = await penaltyBoundary(slashed);
      // some ether comes just before it
      await exitOne(healthy[0]!, 4, refSlot);
      await reportsBefore(refSlot);
      const { receipt, change } = await reportNext(world);
      expect(-change).to.be.greaterThan(10n * ETHER);
      expect(await parkedSlot()).to.equal(0);
      expect((await expectMassLoss(slashed, receipt, refSlot)).amount).to.be.greaterThan(31n * ETHER);
      await expectBondsBurnt(slashed);
    });

    it("exits bring the rest: all tickets are paid, and the sums agree", async () => {
      await expectAllPaid(await untilPaid(fileNext));
    });
  });

  describe("eight are slashed, and the loss is beyond the limits", () => {
    let slashed: Slashed[];
    let refSlot: number;
    let report: Report;

    before(async () => {
      await begin();
      await runFromBank();
      slashed = [...ofPoor, ...ofMiddle];
    });
    after(() => world.close());

    const frontier = () => world.protocol.StakedEther.lastReportFrame();
    const handIn = (id: bigint) => mined(world.protocol.BalanceCheckpoint.connect(stranger).submit(id));
    const conclude = () => world.protocol.ReportOracle.connect(stranger).conclude(report);

    /// A true report is parked, for a limit of losses: nothing moves, and nobody leaves.
    async function park(slot: number, limit: string): Promise<{ value: bigint; bound: bigint }> {
      const { ReportOracle } = world.protocol;
      const before = await poolAt(world);
      const prepared = await prepare(world, slot);
      ({ report } = prepared);
      const { blockNumber } = await submit(world, prepared);
      const after = await poolAt(world, blockNumber);
      expect([after.target, after.units]).to.deep.equal([before.target, before.units]);
      const filter = ReportOracle.filters.ReportParked();
      const [event] = await ReportOracle.queryFilter(filter, blockNumber, blockNumber);
      expect(decodeBytes32String(event!.args.limit)).to.equal(limit);
      await expectShut(slot);
      return { value: event!.args.value, bound: event!.args.bound };
    }

    async function expectShut(slot = refSlot): Promise<void> {
      const { InstantExit, WithdrawalQueue } = world.protocol;
      expect(await parkedSlot()).to.equal(slot);
      await expectRevert(anyone().finalizeNamed(), WithdrawalQueue, "FinalizationSuspended");
      await expectRevert(InstantExit.requireOpen(), InstantExit, "ReportParked");
    }

    /// The loss is parked, while there is ether that could pay tickets at the rate of before.
    async function parkLoss(): Promise<void> {
      const { protocol } = world;
      await reportsBefore(refSlot);
      await untilFinal(world, refSlot);
      await mined(protocol.ReportOracle.connect(stranger).collect());
      expect((await anyone().finalizeNamed.staticCall()).amount).to.be.greaterThan(31n * ETHER);
      const { value, bound } = await park(refSlot, "lossPerFrame");
      expect(value).to.be.greaterThan(4n * bound);
    }

    /// A stranger proves the balances of the whole pool, from the opening of a checkpoint to its end. Returns its slot.
    async function prove(id: bigint): Promise<number> {
      const { devnet, parameters: p, protocol } = world;
      await proveBalances(world, stranger, id);
      await devnet.tickSlots(Number(p.checkpointSettleSeconds.value / p.secondsPerSlot.value) + 1);
      await completeCheckpoint(world, stranger, id);
      const slot = Number((await protocol.BalanceCheckpoint.checkpoint(id)).slot);
      const proven = await protocol.BalanceCheckpoint.beaconBalanceGwei(id);
      expect(proven).to.equal(beaconTruthGwei(world, slot));
      await handIn(id);
      return slot;
    }

    /// The next report, and a proof where it is parked.
    async function bookNext(): Promise<Booked> {
      const slot = await nextBoundary(world);
      await untilFinal(world, slot);
      const prepared = await prepare(world, slot);
      ({ report } = prepared);
      let receipt = await submit(world, prepared);
      if ((await parkedSlot()) !== 0) {
        await prove(await openParked(world, stranger, await frontier()));
        receipt = await mined(conclude());
      }
      return { receipt, slot, part: await expectFair(receipt, slot) };
    }

    it("once they are proven nobody leaves, until a report has booked what they cost at once", async () => {
      await slash(slashed);
      expect((await fileNext()).part.amount).to.be.within(LATE_STAKE - GWEI, LATE_STAKE + UNBOOKED);
      refSlot = await penaltyBoundary(slashed);
      await exitOne(healthy[0]!, 4, refSlot);
    });

    it("where more ether came since, its balance alone does not end a parked report; balances of today do", async () => {
      const { devnet, protocol } = world;
      const back = await remember();
      await exitOne(healthy[1]!, 3, refSlot);
      await parkLoss();
      await prove(await openParked(world, stranger, await frontier()));
      expect(devnet.chain.balanceGwei(healthy[1]!), "it has come").to.be.lessThan(1_000_000);
      await expectRevert(conclude(), protocol.ReportOracle, "VaultsMoved");
      await expectShut();
      await expectPromise(1);

      const id = await openLive(world, stranger, await frontier());
      const slot = await prove(id);
      expect(await parkedSlot()).to.equal(0);
      const { CheckpointSubmitted } = protocol.BalanceCheckpoint.filters;
      const [event] = await protocol.BalanceCheckpoint.queryFilter(CheckpointSubmitted(id));
      const receipt = (await event!.getTransactionReceipt()) as ContractTransactionReceipt;
      expect((await expectFair(receipt, slot)).amount).to.be.greaterThan(63n * ETHER);
      await back();
    });

    it("the report is parked: nobody leaves, though there is ether, but for who was promised his", async () => {
      await parkLoss();
      await expectPromise(1);
    });

    it("a stranger proves that it is true, and the loss takes the same of who waits and who stays", async () => {
      const { protocol } = world;
      await expectRevert(conclude(), protocol.ReportOracle, "BalanceNotProven");
      expect(await prove(await openParked(world, stranger, await frontier()))).to.equal(refSlot);
      await expectShut();
      const receipt = await mined(conclude());
      expect(await parkedSlot()).to.equal(0);
      expect((await expectMassLoss(slashed, receipt, refSlot)).amount).to.be.greaterThan(31n * ETHER);
      await expectBondsBurnt(slashed);
    });

    it("it fills the window, and no more: the little that is lost in the next frame is booked", async () => {
      const slot = await nextBoundary(world);
      await untilFinal(world, slot);
      const loss = (await earnedAt(refSlot)) - (await earnedAt(slot));
      expect(loss).to.be.within(1n, ETHER / 10n);
      const receipt = await submit(world, await prepare(world, slot));
      expect(await parkedSlot()).to.equal(0);
      await expectFair(receipt, slot);
    });

    it("exits bring the rest: all tickets are paid, and the sums agree", async () => {
      await expectAllPaid(await untilPaid(bookNext));
    });
  });
});
