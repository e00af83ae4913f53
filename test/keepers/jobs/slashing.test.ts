import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { SlashingJob } from "../../../scripts/keepers/jobs/slashing.ts";
import {
  planSlashing,
  slashingDeadline,
  type OpenLock,
  type SlashingSeen,
  type WatchedValidator,
} from "../../../scripts/keepers/jobs/slashingPlan.ts";
import { FAR_FUTURE_EPOCH } from "../../../scripts/lib/units.ts";
import { SLOTS_PER_EPOCH } from "../../../scripts/devnet/config.ts";
import { runValidators } from "../../story/support/keys.ts";
import { reportNext } from "../../story/support/reports.ts";
import { stake } from "../../story/support/stake.ts";
import { ETHER, force, startWorld, type World } from "../../story/support/world.ts";
import { keeperOf, race, rounds, type Keeper } from "./support.ts";

const GWEI_32 = 32n * 10n ** 9n;
const WITHDRAWN = 5n;

const validator = (change: Partial<WatchedValidator> = {}): WatchedValidator => ({
  index: 7,
  pubkey: "0x07",
  known: { state: 2, slashed: false },
  slashed: false,
  exitEpoch: FAR_FUTURE_EPOCH,
  withdrawableEpoch: FAR_FUTURE_EPOCH,
  effectiveBalanceGwei: GWEI_32,
  ...change,
});
const lock = (change: Partial<OpenLock> = {}): OpenLock => ({
  index: 7,
  baseGwei: GWEI_32,
  balanceGwei: GWEI_32,
  withdrawableEpoch: 164n,
  fromSlot: 0,
  settledSlot: -1,
  owesBounty: false,
  atStakeGwei: undefined,
  arrivedGwei: 0n,
  ...change,
});
const seen = (change: Partial<SlashingSeen> = {}): SlashingSeen => ({
  validators: [],
  locks: [],
  arrivals: [],
  finalizedEpoch: 110,
  finalizedSlot: 880,
  bookedSlot: 863,
  slotsPerEpoch: 8,
  slashingsVector: 64,
  minSettleWei: ETHER / 100n,
  genesisTime: 10_000,
  secondsPerSlot: 12,
  ...change,
});

describe("keepers: plan of slashings", () => {
  const steps = (...validators: WatchedValidator[]) => planSlashing(seen({ validators }));
  const settled = (change: Partial<OpenLock>, more: Partial<SlashingSeen> = {}) =>
    planSlashing(seen({ locks: [lock(change)], ...more }));

  it("does nothing while all that is final is known", () => {
    expect(steps()).to.equal(undefined);
    expect(steps(validator())).to.equal(undefined);
    expect(steps(validator({ exitEpoch: 111n, withdrawableEpoch: 200n }))).to.equal(undefined);
    const exited = { exitEpoch: 90n, withdrawableEpoch: 200n, known: { state: 4, slashed: false } };
    expect(steps(validator(exited))).to.equal(undefined);
    const slashed = { slashed: true, exitEpoch: 120n, withdrawableEpoch: 164n };
    expect(steps(validator({ ...slashed, known: { state: 3, slashed: true } }))).to.equal(undefined);
  });

  it("proves a slashing by the end of its epoch, and nothing else of that validator before", () => {
    const slashed = { slashed: true, exitEpoch: 104n, withdrawableEpoch: 164n };
    const proof = { step: "slashed", index: 7, pubkey: "0x07", lastSlot: 807 };
    expect(steps(validator(slashed))).to.deep.equal([proof]);
    // one that was to exit late tells no epoch: it was before what is final
    expect(steps(validator({ ...slashed, withdrawableEpoch: 900n }))).to.deep.equal([
      { ...proof, lastSlot: 880 },
    ]);
  });

  it("proves exits and withdrawals, after all slashings", () => {
    const exited = validator({ index: 1, exitEpoch: 110n, withdrawableEpoch: 200n });
    const withdrawn = validator({
      index: 2,
      exitEpoch: 90n,
      withdrawableEpoch: 110n,
      effectiveBalanceGwei: 0n,
      known: { state: 4, slashed: false },
    });
    // withdrawable, and not paid out yet
    const full = validator({ ...withdrawn, index: 3, effectiveBalanceGwei: GWEI_32 });
    const slashed = validator({ index: 4, slashed: true, withdrawableEpoch: 164n });
    expect(
      steps(exited, withdrawn, full, slashed)?.map((s) => [s.step, "index" in s && s.index]),
    ).to.deep.equal([
      ["slashed", 4],
      ["state", 1],
      ["state", 2],
    ]);
    expect(steps(exited, withdrawn)).to.deep.include({
      step: "state",
      index: 2,
      pubkey: "0x07",
      isWithdrawn: true,
    });
  });

  it("settles first for the bounty, then for what is worth it, and at last in any case", () => {
    const little = GWEI_32 - 10n ** 6n;
    const much = GWEI_32 - 10n ** 7n;
    expect(settled({})).to.equal(undefined);
    expect(settled({ balanceGwei: little })).to.equal(undefined);
    expect(settled({ owesBounty: true }), "no loss yet").to.equal(undefined);
    expect(settled({ balanceGwei: little, owesBounty: true })).to.deep.equal([
      { step: "settle", index: 7, isPaid: false },
    ]);
    expect(settled({ balanceGwei: much })).to.deep.equal([{ step: "settle", index: 7, isPaid: true }]);
    // half the vector before it is withdrawable, and an epoch more
    const at = (epoch: number) => ({ bookedSlot: epoch * 8 });
    expect(settled({}, at(133))).to.equal(undefined);
    expect(settled({}, at(134))).to.deep.equal([{ step: "settle", index: 7, isPaid: false }]);
    expect(settled({}, at(164)), "it may have been paid out").to.equal(undefined);
  });

  it("settles no slot twice, none before the base, and nothing that is not booked", () => {
    const much = { balanceGwei: 0n, owesBounty: true };
    expect(settled({ ...much, settledSlot: 862 })).to.have.length(1);
    expect(settled({ ...much, settledSlot: 863 })).to.equal(undefined);
    expect(settled({ ...much, fromSlot: 863 })).to.have.length(1);
    expect(settled({ ...much, fromSlot: 864 })).to.equal(undefined);
    expect(settled(much, { bookedSlot: undefined })).to.equal(undefined);
  });
});

describe("keepers: plan of what bases of locks lack", () => {
  const raised = (change: Partial<OpenLock>) => planSlashing(seen({ locks: [lock(change)] }));

  it("raises a base that was told too low, less what arrived, before it is settled", () => {
    const raise = { step: "raise", index: 7, lastSlot: 807 };
    expect(raised({ atStakeGwei: GWEI_32 })).to.equal(undefined);
    expect(raised({ atStakeGwei: GWEI_32 + 1n })).to.deep.equal([raise]);
    const arrived = { baseGwei: 2n * GWEI_32, arrivedGwei: GWEI_32, balanceGwei: 2n * GWEI_32 };
    expect(raised({ ...arrived, atStakeGwei: GWEI_32 })).to.equal(undefined);
    expect(raised({ ...arrived, atStakeGwei: GWEI_32 + 1n })).to.deep.equal([raise]);
    const both = raised({ atStakeGwei: GWEI_32 + 1n, balanceGwei: 0n });
    expect(both?.map(({ step }) => step)).to.deep.equal(["raise", "settle"]);
  });

  it("counts what arrived before anything is settled", () => {
    const arrivals = [{ source: 3, target: 7, slot: 840 }];
    const planned = planSlashing(seen({ arrivals, locks: [lock({ balanceGwei: 0n })] }));
    expect(planned).to.deep.equal([
      { step: "arrival", source: 3, target: 7 },
      { step: "settle", index: 7, isPaid: true },
    ]);
  });

  it("says until when: while blocks are known, and while the balance says something", () => {
    const at = seen({ locks: [lock()] });
    const known = { from: 10_000 + 807 * 12, until: 10_000 + 8_807 * 12 };
    const slashed = { step: "slashed", index: 1, pubkey: "0x01", lastSlot: 807 } as const;
    expect(slashingDeadline(slashed, at)).to.deep.equal({ ...known, isUrgent: true });
    expect(slashingDeadline({ step: "raise", index: 7, lastSlot: 807 }, at)).to.deep.equal(known);
    expect(slashingDeadline({ step: "arrival", source: 3, target: 7 }, at)).to.deep.equal(known);
    expect(slashingDeadline({ step: "settle", index: 7, isPaid: true }, at)).to.deep.equal({
      from: 10_000 + 132 * 8 * 12,
      until: 10_000 + 164 * 8 * 12,
    });
    expect(slashingDeadline({ step: "state", index: 1, pubkey: "0x01", isWithdrawn: false }, at)).to.equal(
      undefined,
    );
  });
});

describe("keepers: the slashing job", () => {
  let world: World;
  let batch: Awaited<ReturnType<typeof runValidators>>;
  let keepers: Keeper[];

  before(async () => {
    world = await startWorld({ bondWei: 30n * ETHER });
    await stake(world, "alice", 400n * ETHER);
    batch = await runValidators(world, 0, 3);
    await reportNext(world);
    const { keeper, carol } = world.accounts;
    keepers = [keeper, carol].map((sender) => keeperOf(world, new SlashingJob(world, sender)));
  });
  after(() => world.close());

  const known = (i: number) => world.protocol.ValidatorRegistry.validator(batch.indices[i]!);
  const onChain = (i: number) => world.devnet.chain.validator(batch.indices[i]!);
  const allIdle = async () => {
    for (const keeper of keepers) expect((await keeper.round()).outcome).to.equal("idle");
  };

  it("proves a slashing as soon as it is final, once, by the block of its epoch", async () => {
    const { devnet, protocol } = world;
    await allIdle();
    const slashed = [0, 2].map((i) => batch.indices[i]!);
    // both in one epoch
    await devnet.tickUntil(() => devnet.slot % SLOTS_PER_EPOCH === 0);
    for (const index of slashed) devnet.slashAttester(index);
    await devnet.tickUntil(() => onChain(0).slashed && onChain(2).slashed);
    const slashedIn = devnet.epoch;
    const isFinal = () => devnet.chain.finalized.epoch > slashedIn;
    const before = await rounds(world, keepers, { until: async () => isFinal() });
    expect(before.filter(({ text }) => !text.includes("slashed"))).to.deep.equal([]);
    const acts = [...before, ...(await rounds(world, keepers, { slots: 8 }))];
    expect(acts.map(({ outcome }) => outcome)).to.deep.equal(["acted"]);
    expect(acts[0]!.startedAt).to.be.lessThan(devnet.chain.timeAtSlot((slashedIn + 5) * SLOTS_PER_EPOCH));
    expect((await protocol.BondVault.queryFilter(protocol.BondVault.filters.BondLocked())).length).to.equal(
      2,
    );
    for (const index of slashed) {
      const { baseGwei, fromSlot } = await protocol.BondVault.lockOf(index);
      expect(baseGwei, "what was at stake in its epoch").to.equal(GWEI_32);
      expect(fromSlot, "a proof of a later epoch would set it").to.equal(0n);
    }
  });

  it("settles what a report has booked, once, whoever comes second", async () => {
    const { protocol, accounts } = world;
    await reportNext(world);
    const [first, second] = await race(world, keepers[0]!.job, keepers[1]!.job);
    expect(first!.outcome, first!.text).to.equal("acted");
    expect(second!.outcome, second!.text).to.equal("idle");
    const filter = protocol.BondVault.filters.BondSettled();
    expect(await protocol.BondVault.queryFilter(filter)).to.have.length(2);
    expect((await protocol.BondVault.lockOf(batch.indices[0]!)).prover).to.equal(`0x${"0".repeat(40)}`);
    expect(await protocol.StakedEther.balanceOf(accounts.keeper)).to.be.greaterThan(0n);
    await allIdle();
  });

  it("two keepers prove an exit once: the second finds it known", async () => {
    const { devnet, protocol } = world;
    devnet.voluntaryExit(batch.indices[1]!);
    await devnet.tickUntil(() => devnet.chain.finalized.epoch >= onChain(1).exitEpoch);
    await devnet.tickBlocks(2);
    const [first, second] = await race(world, keepers[0]!.job, keepers[1]!.job);
    expect(first!.outcome, first!.text).to.equal("acted");
    expect(second!.outcome, second!.text).to.equal("idle");
    const filter = protocol.ValidatorRegistry.filters.ValidatorAdvanced(batch.indices[1]);
    expect(await protocol.ValidatorRegistry.queryFilter(filter)).to.have.length(1);
    await allIdle();
  });

  it("settles to the end, and proves withdrawals, paid for each", async () => {
    const { devnet, protocol, accounts, provider } = world;
    await force(world, protocol.RewardsVault, 4n * ETHER);
    const { withdrawableEpoch } = onChain(0);
    await devnet.tickUntil(() => devnet.epoch >= withdrawableEpoch - 64 / 2 + 12);
    await reportNext(world);
    await protocol.StakedEther.connect(accounts.alice).transfer(protocol.KeeperBudget, 2n * ETHER);
    await provider.send("hardhat_setNextBlockBaseFeePerGas", ["0x1dcd65000"]);
    await rounds(world, keepers, {
      until: async () => (await protocol.BondVault.bondOf(world.operatorId)).locked === 0n,
      slots: 16,
    });
    expect((await protocol.BondVault.bondOf(world.operatorId)).locked).to.equal(0n);

    await devnet.tickUntil(() => [0, 1, 2].every((i) => onChain(i).effectiveBalance === 0));
    const { ValidatorRegistry: registry } = protocol;
    const allWithdrawn = async () => (await registry.departureCount()) === 3n;
    await rounds(world, keepers, { until: allWithdrawn, slots: 64, every: 2 });
    for (const i of [0, 1, 2]) expect((await known(i)).state).to.equal(WITHDRAWN);
    const paid = await protocol.KeeperBudget.queryFilter(protocol.KeeperBudget.filters.KeeperPaid());
    const witnesses = paid.filter(({ args }) => args.job === encodeBytes32String("witness"));
    expect(witnesses.length, "of which the last paid more than nothing").to.be.at.least(2);
    await allIdle();
  });
});
