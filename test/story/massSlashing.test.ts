import { expect } from "chai";
import type { Signer } from "ethers";
import { proveState } from "../../scripts/actions/proveSlashing.ts";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import { runOperators } from "./support/keys.ts";
import { addOperator, allotLot, bond, stakeOf } from "./support/operators.ts";
import { poolAt } from "./support/pool.ts";
import { file, nextBoundary, prepare, reportNext, untilFinal, type Filed } from "./support/reports.ts";
import {
  balanceAt,
  endOfEpoch,
  proveAll,
  settleAll,
  type Settled,
  type Slashed,
} from "./support/slashings.ts";
import { request, stake } from "./support/stake.ts";
import { ETHER, GWEI, startWorld, type World } from "./support/world.ts";

const LOT = 128n;
/// EPOCHS_PER_SLASHINGS_VECTOR of the preset, halved: when the penalty for correlated slashings comes.
const HALF_VECTOR = 32;
const EFFECTIVE = 32n * ETHER;
const RICH_BOND = 47n * ETHER;
/// `IValidatorRegistry.ValidatorState.Withdrawn`.
const WITHDRAWN = 5n;

const sum = (values: bigint[]) => values.reduce((all, value) => all + value, 0n);

/// Three operators of four validators each: three of the rich one's are slashed, all of the poor one's, none of the third's.
describe("story: a mass slashing", () => {
  let world: World;
  let rich: World;
  let poor: World;
  let innocent: World;
  let stranger: Signer;
  let richSlashed: Slashed[];
  let poorSlashed: Slashed[];
  let all: Slashed[];
  let ticket: bigint;
  /// Of each validator, by its index.
  const settlements = new Map<number, Settled[]>();

  before(async () => {
    world = await startWorld({ bondWei: 0n, lotEth: LOT });
    rich = world;
    stranger = world.accounts.guardian;
    await stake(world, "alice", 1_600n * ETHER);
    await bond(rich, 7n * ETHER);
    await allotLot(rich);
    // the least for four validators, at the ratio of operators that are known
    const ratioBp = await world.protocol.BondVault.bondRatioBp(true);
    const bondWei = (LOT * ETHER * ratioBp) / 10_000n + GWEI;
    poor = await addOperator(world, { manager: "bob", bondWei, curated: true });
    await allotLot(poor);
    innocent = await addOperator(world, { manager: "carol", bondWei: 7n * ETHER });
    await allotLot(innocent);
    await bond(rich, RICH_BOND - 7n * ETHER);
    ticket = await request(world, "alice", 5n * ETHER);
    const batches = await runOperators([rich, poor, innocent], 4);
    const [ofRich, ofPoor] = batches.map(({ indices, tree }) =>
      indices.map((index, i) => ({ index, pubkey: tree.keys[i]!.pubkey })),
    );
    richSlashed = ofRich!.slice(1);
    poorSlashed = ofPoor!;
    all = [...richSlashed, ...poorSlashed];
  });
  after(() => world.close());

  const bondOf = ({ protocol, operatorId }: World) => protocol.BondVault.bondOf(operatorId);
  const isSlashed = ({ index }: Slashed) => world.devnet.chain.validator(index).slashed;
  const withdrawableEpoch = ({ index }: Slashed) => world.devnet.chain.validator(index).withdrawableEpoch;
  const uncovered = () => world.protocol.BondVault.totalUncovered();

  async function untilSlashed(slashed: Slashed[]): Promise<void> {
    await world.devnet.tickUntil(() => slashed.every(isSlashed));
    await world.devnet.tickBlocks(2);
  }

  async function dripped(): Promise<void> {
    const { devnet } = world;
    await devnet.tickUntil(async () => (await poolAt(world)).dripEnd <= devnet.chain.timeAtSlot(devnet.slot));
  }

  /// What settlements saw of a validator's loss: what its balance was below the effective one, at its least.
  function lostBy(index: number, settled: Settled[]): bigint {
    const balances = settled.map(({ slot }) => balanceAt(world, index, slot));
    return EFFECTIVE - balances.reduce((least, wei) => (wei < least ? wei : least), EFFECTIVE);
  }

  /// Settles, and holds each loss against the balances of the chain: since the settlement before.
  async function settle(slashed: Slashed[]): Promise<Settled[]> {
    const owedBefore = slashed.map(({ index }) => settlements.get(index)?.at(-1)?.uncovered ?? 0n);
    const settled = await settleAll(world, stranger, slashed);
    for (const [i, one] of settled.entries()) {
      const { index } = slashed[i]!;
      const past = settlements.get(index) ?? [];
      const lost = lostBy(index, [...past, one]) - lostBy(index, past);
      expect(one.loss, `loss of validator ${index}`).to.equal(lost + owedBefore[i]!);
      settlements.set(index, [...past, one]);
    }
    return settled;
  }

  /// What the bonds did not have, from the chain's balances and the shares burnt: a settlement loses less than a gwei.
  async function expectUncovered(): Promise<void> {
    const expected = all.map(({ index }) => {
      const past = settlements.get(index)!;
      const missing = lostBy(index, past) - sum(past.map(({ value }) => value));
      return missing > 0n ? missing : 0n;
    });
    const count = BigInt([...settlements.values()].flat().length);
    const found = await uncovered();
    expect(found - sum(expected)).to.be.within(-count * GWEI, count * GWEI);
  }

  it("a stranger proves seven slashings: one bond locks all that is asked, the other all that it has", async () => {
    const { protocol, devnet } = world;
    const refSlot = await nextBoundary(world);
    await devnet.tickSlots(refSlot + 1 - devnet.slot);

    const before = await bondOf(poor);
    const poorBond = await protocol.StakedEther.getPooledEthByShares(before.shares);
    for (const { index } of richSlashed) devnet.slashAttester(index);
    await untilSlashed(richSlashed);
    const ofRich = await proveAll(world, stranger, richSlashed);
    await devnet.tickEpochs(1);
    for (const { index } of poorSlashed) devnet.slashProposer(index);
    await untilSlashed(poorSlashed);
    const ofPoor = await proveAll(world, stranger, poorSlashed);

    const { penaltyQuotient, provisionBp, bountyBp } = await protocol.SlashingOracle.parameters();
    const penalty = EFFECTIVE / penaltyQuotient;
    const asked = penalty + (EFFECTIVE * provisionBp) / 10_000n + (penalty * bountyBp) / 10_000n;
    for (const lock of [...ofRich, ...ofPoor]) expect(lock.asked).to.equal(asked);
    expect(ofRich.map((lock) => lock.uncovered)).to.deep.equal([0n, 0n, 0n]);
    expect((await bondOf(rich)).locked).to.equal(sum(ofRich.map(({ shares }) => shares)));
    // less than a grain of 1e-9 shares is not locked, and the rate has grown while they were proven
    const { shares, locked } = await bondOf(poor);
    expect(shares).to.equal(before.shares);
    expect(shares - locked).to.be.within(0n, GWEI - 1n);
    const short = sum(ofPoor.map((lock) => lock.uncovered));
    expect(short).to.be.within(4n * asked - poorBond - poorBond / 1_000n, 4n * asked - poorBond + 8n * GWEI);
    expect((await bondOf(innocent)).locked).to.equal(0n);

    // nobody leaves ahead of what is not covered: the report before the proofs finalises nothing
    const holdBp = await protocol.SlashingOracle.HOLD_BP();
    expect(short * 10_000n).to.be.greaterThan((await protocol.StakedEther.getTotalPooledEther()) * holdBp);
    await untilFinal(world, refSlot);
    const prepared = await prepare(world, refSlot);
    expect(prepared.report.lastTicketId).to.equal(ticket);
    expect((await file(world, prepared)).finalized.shares).to.equal(0n);
  });

  it("the next report books the initial penalties, lets them leave within the bound, and the locks pay", async () => {
    const { protocol } = world;
    const { refTime, endsAt } = await protocol.WithdrawalQueue.heldUntil();
    const { report, receipt, finalized } = await reportNext(world);
    const { genesisTime } = world.devnet.chain;
    expect(BigInt(genesisTime) + report.refSlot * 12n).to.be.greaterThan(refTime);
    expect(BigInt((await receipt.getBlock()).timestamp)).to.be.lessThan(endsAt);
    expect(finalized.amount).to.be.greaterThan(4n * ETHER);

    const richBefore = await bondOf(rich);
    const ofRich = await settle(richSlashed);
    expect(ofRich.every(({ last, uncovered: short }) => !last && short === 0n)).to.equal(true);
    expect(ofRich.some(({ loss }) => loss > 0n)).to.equal(true);
    // prover first, then the loss, and nothing else
    const bounty = await protocol.StakedEther.sharesOf(stranger);
    expect((await bondOf(rich)).shares).to.equal(
      richBefore.shares - sum(ofRich.map(({ shares }) => shares)) - bounty,
    );
    await settle(poorSlashed);
    await expectUncovered();
    expect((await bondOf(innocent)).locked).to.equal(0n);
  });

  it("half of the vector later each loses for all: one bond pays it, the other all it has, holders the rest", async () => {
    const { devnet, protocol, accounts } = world;
    const epochs = [...new Set(all.map((one) => withdrawableEpoch(one) - HALF_VECTOR))].sort((a, b) => a - b);
    expect(epochs.length, "slashed in different epochs").to.be.greaterThan(1);
    await devnet.tickToEpoch(epochs[0]! - 8);
    const calm = await reportNext(world);
    const between = await settle(all);
    expect(devnet.epoch).to.be.lessThan(epochs[0]!);

    for (const epoch of epochs) {
      await devnet.tickSlots((epoch + 1) * SLOTS_PER_EPOCH - 1 - devnet.slot);
      for (const one of all.filter((other) => withdrawableEpoch(other) - HALF_VECTOR === epoch)) {
        const { loss, correlation, baseReward } = endOfEpoch(world, one.index);
        expect(loss - correlation).to.be.within(0n, baseReward);
        expect(correlation, "of hundreds of initial penalties").to.be.greaterThan(
          (500n * EFFECTIVE) / 4_096n,
        );
      }
    }
    // what is settled last is of a block an epoch after the penalty, and before the boundary
    await devnet.tickToEpoch(epochs.at(-1)! + 2);
    await dripped();
    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const before = await poolAt(world);
    const innocentBond = await bondOf(innocent);
    const richBefore = await bondOf(rich);
    const filed = await file(world, await prepare(world, refSlot));
    expectLoss(calm, filed, between);

    const ofRich = await settle(richSlashed);
    expect(ofRich.every(({ last, uncovered: short }) => last && short === 0n)).to.equal(true);
    const richAfter = await bondOf(rich);
    expect(richAfter.locked).to.equal(0n);
    expect(richAfter.shares).to.equal(richBefore.shares - sum(ofRich.map(({ shares }) => shares)));
    for (const { loss, value } of ofRich) expect(value - loss).to.be.within(0n, 3n);

    const ofPoor = await settle(poorSlashed);
    expect(ofPoor.every(({ last, uncovered: short }) => last && short > 5n * ETHER)).to.equal(true);
    expect(await bondOf(poor)).to.deep.equal([0n, 0n, 0n]);
    await expectUncovered();
    expect(await bondOf(innocent)).to.deep.equal(innocentBond);

    // holders: all units bear what no bond paid, at the rate that they had; when all has dripped
    const after = await poolAt(world);
    const settled = [...ofRich, ...ofPoor];
    // the reserve has its part of fees, and covers before the loss is booked
    const reserve = world.protocol.InsuranceReserve;
    const { blockNumber } = filed.receipt;
    const ahead = await reserve.queryFilter(reserve.filters.LossCoveredAhead(), blockNumber, blockNumber);
    const covered = sum(ahead.map(({ args }) => args.shares));
    const burntUnits = (sum(settled.map(({ shares }) => shares)) + covered) * 10n ** 6n;
    expect(after.units).to.equal(before.units - burntUnits);
    const rest = -filed.booked - (burntUnits * before.target) / before.units;
    expect(rest).to.be.greaterThan(20n * ETHER);
    const units = await protocol.StakedEther.unitsOf(accounts.alice);
    const alice = (units * before.target) / before.units - (units * after.target) / after.units;
    const undripped = sum(settled.map((one) => one.undripped));
    expect(alice - (rest * units) / after.units).to.be.within(-2n, undripped);
    expect(undripped).to.be.lessThan(ETHER / 1_000n);
  });

  /// What a report booked is what slashed validators lost since another, less what all else of the pool earned; between the
  /// two some was settled.
  function expectLoss(from: Filed, to: Filed, between: Settled[]): void {
    const [first, last] = [Number(from.report.refSlot), Number(to.report.refSlot)];
    const lost = sum(all.map(({ index }) => balanceAt(world, index, first) - balanceAt(world, index, last)));
    const sums = [from, to].map(({ report }) => report.beaconBalanceGwei * GWEI) as [bigint, bigint];
    const earned = sums[1] + lost - sums[0];
    expect(earned).to.be.greaterThan(0n);
    expect(to.change - (earned - lost)).to.be.within(0n, sum(between.map(({ undripped }) => undripped)));
    expect(to.booked).to.equal(to.change);
  }

  it("too small a bond: what is lost later is counted too, and what its operator still brings is burnt", async () => {
    const counted = await uncovered();
    await reportNext(world);
    const later = await settle(poorSlashed);
    expect(later.every(({ shares }) => shares === 0n)).to.equal(true);
    await expectUncovered();
    expect(await uncovered()).to.be.greaterThan(counted);

    const owed = await uncovered();
    await bond(poor, ETHER);
    const [paid, ...others] = await settle(poorSlashed);
    expect(paid!.value).to.be.within(ETHER - 3n, ETHER + ETHER / 1_000n);
    expect(others.every(({ shares }) => shares === 0n)).to.equal(true);
    expect(owed - (await uncovered())).to.equal(paid!.value);
    expect(await bondOf(poor)).to.deep.equal([0n, 0n, 0n]);
  });

  it("to the end: withdrawn, booked, the stake released, and nothing left to claim", async () => {
    const { devnet, protocol } = world;
    await devnet.tickUntil(() => devnet.epoch >= Math.max(...all.map(withdrawableEpoch)));
    await devnet.tickUntil(() =>
      all.every(({ index }) => devnet.chain.validator(index).effectiveBalance === 0),
    );
    await devnet.tickBlocks(2);
    for (const { index, pubkey } of all) {
      await proveState(world, stranger, pubkey);
      expect((await protocol.ValidatorRegistry.validator(index)).state).to.equal(WITHDRAWN);
    }
    expect(await stakeOf(poor)).to.equal(0n);
    expect(await stakeOf(rich)).to.equal(32n);
    expect(await stakeOf(innocent)).to.equal(LOT);
    const { report } = await reportNext(world);
    const refSlot = Number(report.refSlot);
    const left = sum(all.map(({ index }) => balanceAt(world, index, refSlot)));
    expect(left, "dust of sync committees aside").to.be.lessThan(ETHER / 100n);

    expect(await protocol.BondVault.claimableOf(poor.operatorId)).to.equal(0n);
    const { shares, locked } = await bondOf(rich);
    expect(locked).to.equal(0n);
    const needed = await protocol.BondVault.claimableOf(rich.operatorId);
    expect(await protocol.StakedEther.getPooledEthByShares(shares - needed)).to.be.within(
      (16n * ETHER) / 10n,
      (16n * ETHER) / 10n + 3n,
    );
  });
});
