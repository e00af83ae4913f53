import { expect } from "chai";
import { consolidate } from "../../scripts/actions/consolidate.ts";
import { proveArrival } from "../../scripts/actions/proveArrival.ts";
import { raiseBase } from "../../scripts/actions/proveSlashing.ts";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import { SlashingJob } from "../../scripts/keepers/jobs/slashing.ts";
import { keeperOf, rounds } from "../keepers/jobs/support.ts";
import { runValidators } from "./support/keys.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceAt, proveAll, settleAll, type Settled } from "./support/slashings.ts";
import { stake } from "./support/stake.ts";
import { ETHER, GWEI, startWorld, type World } from "./support/world.ts";

const TARGET = 0;
const SOURCE = 1;
const EFFECTIVE = 32n * ETHER;
/// What moves, in gwei.
const MOVED = EFFECTIVE / GWEI;
/// EPOCHS_PER_SLASHINGS_VECTOR of the preset, halved: when the penalty for correlated slashings comes.
const HALF_VECTOR = 32;
/// `SlashingOracle.ARRIVAL_MARGIN`, in epochs.
const MARGIN = 4;

describe("story: a validator is merged into another one that was slashed meanwhile", () => {
  let world: World;
  let batch: Awaited<ReturnType<typeof runValidators>>;

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 150n * ETHER);
    batch = await runValidators(world, 0, 2);
    const period = await world.protocol.Consolidator.committeePeriod();
    await world.devnet.tickSlots((Number(period) + 1) * SLOTS_PER_EPOCH);
  });
  after(() => world.close());

  const index = (i: number) => batch.indices[i]!;
  const pubkey = (i: number) => batch.tree.keys[i]!.pubkey;
  const validator = (i: number) => world.devnet.chain.validator(index(i));
  const lock = () => world.protocol.BondVault.lockOf(index(TARGET));
  const arrivalSlot = () => validator(SOURCE).withdrawableEpoch * SLOTS_PER_EPOCH;
  const both = () => ({ source: index(SOURCE), target: index(TARGET) });

  async function settle(): Promise<Settled> {
    const target = { index: index(TARGET), pubkey: pubkey(TARGET) };
    const [one] = await settleAll(world, world.accounts.carol, [target]);
    return one!;
  }

  it("the target is slashed before the source's balance moves, and its bond is locked", async () => {
    const { devnet, accounts, protocol } = world;
    await consolidate(world, accounts.manager, { source: pubkey(SOURCE), target: pubkey(TARGET) });
    await devnet.tickUntil(() => validator(SOURCE).exitEpoch !== Infinity);
    devnet.slashAttester(index(TARGET));
    await devnet.tickUntil(() => validator(TARGET).slashed);
    const slashedEpoch = devnet.epoch;
    await devnet.tickBlocks(2);
    await proveAll(world, accounts.guardian, [{ index: index(TARGET), pubkey: pubkey(TARGET) }]);
    expect((await lock()).baseGwei * GWEI).to.equal(EFFECTIVE);
    expect(validator(TARGET).withdrawableEpoch).to.equal(slashedEpoch + 2 * HALF_VECTOR);
    expect(arrivalSlot()).to.be.greaterThan(devnet.slot);
    const last = (slashedEpoch + 1) * SLOTS_PER_EPOCH - 1;
    await devnet.tickSlots(SLOTS_PER_EPOCH);
    await expectRevert(
      raiseBase(world, accounts.carol, { validatorIndex: index(TARGET), lastSlot: last }),
      protocol.BondVault,
      "BaseNotHigher",
    );
  });

  it("a stranger proves what arrived, from the last block before it", async () => {
    const { devnet, protocol } = world;
    const stranger = world.accounts.carol;
    await devnet.tickSlots(arrivalSlot() - 1 - devnet.slot);
    expect(devnet.chain.state.pendingConsolidations.length).to.equal(1);
    // what it has above its effective balance stays
    expect(BigInt(devnet.chain.balanceGwei(index(SOURCE)))).to.be.greaterThan(MOVED);
    const held = BigInt(devnet.chain.balanceGwei(index(TARGET)));
    await devnet.tickUntil(() => devnet.chain.head.slot > arrivalSlot());
    expect(devnet.chain.state.pendingConsolidations.length).to.equal(0);
    expect(BigInt(devnet.chain.balanceGwei(index(TARGET)))).to.be.within(
      held + MOVED - GWEI / 1_000n,
      held + MOVED,
    );

    // a keeper finds it as soon as it is final
    const keeper = keeperOf(world, new SlashingJob(world, stranger));
    const counted = () => protocol.BondVault.queryFilter(protocol.BondVault.filters.ArrivalCounted());
    await rounds(world, [keeper], { until: async () => (await counted()).length > 0, slots: 40, every: 4 });
    const [arrival] = await counted();
    expect(arrival!.args.amountGwei).to.equal(MOVED);
    const { baseGwei, fromSlot } = await lock();
    expect(baseGwei * GWEI).to.equal(2n * EFFECTIVE);
    expect(fromSlot).to.equal(BigInt(arrivalSlot() + MARGIN * SLOTS_PER_EPOCH));
    await expectRevert(proveArrival(world, stranger, both()), protocol.BondVault, "ArrivalKnown", [
      BigInt(index(SOURCE)),
    ]);
  });

  it("what it loses then is burnt, although it has more than it had when it was slashed", async () => {
    const { devnet, protocol, operatorId } = world;
    await devnet.tickToEpoch(validator(TARGET).withdrawableEpoch - HALF_VECTOR + 3);
    await reportNext(world);
    const bond = (await protocol.BondVault.bondOf(operatorId)).shares;
    const { slot, loss, shares, last } = await settle();
    const balance = balanceAt(world, index(TARGET), slot);
    expect(balance).to.be.greaterThan(EFFECTIVE);
    expect(loss).to.equal(2n * EFFECTIVE - balance);
    expect(loss, "of the penalty for correlated slashings").to.be.greaterThan(ETHER);
    expect(last).to.equal(true);
    const bounty = await protocol.StakedEther.sharesOf(world.accounts.guardian);
    const after = await protocol.BondVault.bondOf(operatorId);
    expect(after.shares).to.equal(bond - shares - bounty);
    expect(after.locked).to.equal(0n);
    expect((await lock()).baseGwei).to.equal(0n);
  });
});
