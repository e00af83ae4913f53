import { expect } from "chai";
import type { Signer } from "ethers";
import { registerOperator, depositBond } from "../../scripts/actions/registerOperator.ts";
import { figuresUnder } from "../../scripts/actions/operatorFigures.ts";
import {
  contestWithheld,
  judgeDuties,
  lockWithheld,
  provenFigures,
  pullCommission,
} from "../../scripts/actions/tellFigures.ts";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import { FiguresFolder } from "../../scripts/keepers/jobs/figuresFile.ts";
import { PerformanceJob } from "../../scripts/keepers/jobs/performance.ts";
import { FORFEITED, NO_DUTIES, type OperatorFigures } from "../../scripts/lib/operatorFigures.ts";
import { look } from "../keepers/jobs/support.ts";
import { runValidators } from "./support/keys.ts";
import { file, nextBoundary, prepare, reportNext, untilFinal, type Filed } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { stake } from "./support/stake.ts";
import { allotAll, ETHER, mined, startWorld, type World } from "./support/world.ts";

/// `IOperatorRegistry.Standing`.
const GOOD = 0n;
const WATCHED = 1n;
const JAILED = 2n;

/// Two operators of three validators each; the second belongs to carol.
async function twoOperators(): Promise<{ world: World; rivalId: bigint; own: number[]; rival: number[] }> {
  const world = await startWorld({ bondWei: 30n * ETHER });
  const { accounts, protocol } = world;
  await stake(world, "alice", 600n * ETHER);
  const { operatorId: rivalId } = await registerOperator(protocol, accounts.carol, {
    rewardAddress: await accounts.carol.getAddress(),
    commissionBp: 1_000n,
  });
  await depositBond(protocol, accounts.carol, { operatorId: rivalId, amountWei: 30n * ETHER });
  await allotAll(world, rivalId, (await protocol.StakeAllocator.parameters()).lotEth);
  const vault = await protocol.RewardsVault.getAddress();
  const own = await runValidators(world, 0, 3);
  world.devnet.setFeeRecipient(own.indices, vault);
  const asRival = { ...world, operatorId: rivalId, accounts: { ...accounts, manager: accounts.carol } };
  const rival = await runValidators(asRival, 10, 3);
  world.devnet.setFeeRecipient(rival.indices, vault);
  return { world, rivalId, own: own.indices, rival: rival.indices };
}

/// Until a report brought a root; returns all reports that were made.
async function untilRoot(world: World): Promise<Filed> {
  for (let i = 0; i < 8; i++) {
    const filed = await reportNext(world);
    if (BigInt(filed.report.rewardsRoot) !== 0n) return filed;
  }
  throw new Error("no report brought a root");
}

const standingOf = ({ protocol }: World, operatorId: bigint) =>
  protocol.OperatorRegistry.standingOf(operatorId);

const figuresOf = async (world: World, operatorId: bigint) =>
  (await provenFigures(world, operatorId)).figures;

describe("story: an operator that is offline", () => {
  let world: World;
  let rivalId: bigint;
  let own: number[];
  let keeper: Signer;

  before(async () => {
    ({ world, rivalId, own } = await twoOperators());
    keeper = world.accounts.keeper;
  });
  after(() => world.close());

  it("while all attest, a root comes with every seventh frame, and commission can be pulled", async () => {
    const { protocol, operatorId } = world;
    const { report } = await untilRoot(world);
    const again = await reportNext(world);
    expect(BigInt(again.report.rewardsRoot)).to.equal(0n);
    expect((report.refSlot / (await protocol.ReportOracle.slotsPerFrame())) % 7n).to.equal(0n);

    const [mine, theirs] = [await figuresOf(world, operatorId), await figuresOf(world, rivalId)];
    expect(mine.attestedBp).to.be.greaterThan(9_000n);
    expect(mine.networkBp).to.be.greaterThan(9_000n);
    expect(mine.cumulativeShares).to.be.greaterThan(0n);
    expect(mine.withheldWei).to.equal(0n);
    const paidTo = await world.accounts.operatorRewards.getAddress();
    await pullCommission(world, keeper, operatorId);
    expect(await protocol.StakedEther.sharesOf(paidTo)).to.equal(mine.cumulativeShares);
    await pullCommission(world, keeper, rivalId);
    const { operators: left } = await protocol.RewardDistributor.owed();
    expect(theirs.cumulativeShares).to.be.greaterThan(0n);
    expect(left).to.be.at.least(0n);
    await judgeDuties(world, keeper, operatorId);
    expect((await protocol.DutyJudge.recordOf(operatorId)).bad).to.equal(0n);
  });

  it("two bad frames: watched; two more: jailed; and it earns nothing for them", async () => {
    const { devnet, protocol, operatorId } = world;
    await untilRoot(world);
    const before = await figuresOf(world, operatorId);
    const rivalBefore = await figuresOf(world, rivalId);
    devnet.setOffline(own, true);
    const standings: bigint[] = [];
    const bad: bigint[] = [];
    let last = before;
    while (standings.at(-1) !== JAILED && standings.length < 8) {
      const { report } = await reportNext(world);
      // it went offline late in the first frame: not enough for a bad one, and so no news
      if (standings.length === 0 && BigInt(report.rewardsRoot) === 0n) continue;
      const figures = await figuresOf(world, operatorId);
      expect(figures.frame, "a frame with news brings a root").to.be.greaterThan(last.frame);
      if (figures.attestedBp + 1_000n < figures.networkBp) bad.push(figures.attestedBp);
      if (figures.attestedBp === 0n) {
        expect(figures.cumulativeShares, "commission of a bad frame").to.equal(last.cumulativeShares);
      }
      last = figures;
      await judgeDuties(world, keeper, operatorId);
      await expectRevert(judgeDuties(world, keeper, operatorId), protocol.DutyJudge, "AlreadyJudged");
      standings.push(await standingOf(world, operatorId));
    }
    expect(bad.length).to.equal(4);
    expect(bad.at(-1)).to.equal(0n);
    expect(standings.filter((standing) => standing === WATCHED)).to.have.length(2);
    expect(standings.at(-1)).to.equal(JAILED);
    expect(await standingOf(world, rivalId)).to.equal(GOOD);

    const rivalAfter = await figuresOf(world, rivalId);
    expect(rivalAfter.cumulativeShares).to.be.greaterThan(rivalBefore.cumulativeShares);
    expect(rivalAfter.attestedBp).to.be.greaterThan(9_000n);
  });

  it("what it forfeited is burnt for all holders", async () => {
    const { protocol } = world;
    const { cumulativeShares, attestedBp } = await figuresOf(world, FORFEITED);
    expect(cumulativeShares).to.be.greaterThan(0n);
    expect(attestedBp).to.equal(NO_DUTIES);
    const before = await protocol.StakedEther.getTotalShares();
    await pullCommission(world, keeper, FORFEITED);
    expect(before - (await protocol.StakedEther.getTotalShares())).to.equal(cumulativeShares);
    await expectRevert(judgeDuties(world, keeper, FORFEITED), protocol.DutyJudge, "NoDuties");
  });

  it("a member that remembers nothing builds the same figures from the chains", async () => {
    const { protocol, provider } = world;
    const blockTag = await provider.getBlockNumber();
    const root = await protocol.RewardDistributor.root({ blockTag });
    const memory = new Map<string, OperatorFigures[]>();
    const rebuilt = await figuresUnder({ ...world, memory }, root, blockTag);
    expect(rebuilt).to.deep.equal(await figuresUnder(world, root, blockTag));
    expect(memory.size).to.be.greaterThan(2);
  });

  it("all that roots ever promised is there to be pulled", async () => {
    const { protocol, provider, operatorId } = world;
    world.devnet.setOffline(own, false);
    await untilRoot(world);
    for (const id of [FORFEITED, operatorId, rivalId]) {
      await pullCommission(world, keeper, id).catch((error: unknown) => error);
    }
    const blockTag = await provider.getBlockNumber();
    const all = await figuresUnder(world, await protocol.RewardDistributor.root(), blockTag);
    for (const { operatorId: id, cumulativeShares } of all) {
      expect(await protocol.RewardDistributor.pulledOf(id)).to.equal(cumulativeShares);
    }
  });
});

describe("story: a proposer that keeps its execution rewards", () => {
  let world: World;
  let rivalId: bigint;
  let own: number[];
  let rival: number[];
  let vault: string;
  let keeper: Signer;
  const TIP = (ETHER / 21_000n) * 21_000n;

  before(async () => {
    ({ world, rivalId, own, rival } = await twoOperators());
    keeper = world.accounts.keeper;
    vault = await world.protocol.RewardsVault.getAddress();
  });
  after(() => world.close());

  /// One block of one of these validators, in which bob tips `tipWei` and the fee recipient may pay the vault.
  async function block(indices: number[], tipWei: bigint, paidWei = 0n): Promise<void> {
    const { devnet, accounts, provider } = world;
    await devnet.tickUntil(
      () =>
        (devnet.slot + 1) % SLOTS_PER_EPOCH !== 0 &&
        indices.includes(devnet.chain.state.epochCtx.getBeaconProposer(devnet.slot + 1)),
    );
    const maxBaseFee = 2n * (await provider.getBlock("latest"))!.baseFeePerGas!;
    const tip = tipWei / 21_000n;
    devnet.autoTick = false;
    await accounts.bob.sendTransaction({
      to: accounts.bob,
      gasLimit: 21_000n,
      maxPriorityFeePerGas: tip,
      maxFeePerGas: tip + maxBaseFee,
    });
    if (paidWei > 0n) {
      const fees = { maxPriorityFeePerGas: 0n, maxFeePerGas: maxBaseFee, gasLimit: 50_000n };
      await accounts.carol.sendTransaction({ to: vault, value: paidWei, ...fees });
    }
    await devnet.tickBlocks(1);
    devnet.autoTick = true;
    expect(indices).to.include(devnet.chain.head.block.message.proposerIndex);
    const { transactions } = (await provider.getBlock("latest"))!;
    expect(transactions).to.have.length(paidWei > 0n ? 2 : 1);
  }

  const withheldOf = async (operatorId: bigint) => (await figuresOf(world, operatorId)).withheldWei;

  it("what its blocks pay to the vault is in order, and so is a builder's payment", async () => {
    const { devnet, accounts, operatorId } = world;
    await block(own, TIP);
    devnet.setFeeRecipient(own, await accounts.carol.getAddress());
    await block(own, TIP, (TIP * 6n) / 10n);
    devnet.setFeeRecipient(own, vault);
    await untilRoot(world);
    expect(await withheldOf(operatorId)).to.equal(0n);
  });

  it("what it keeps is withheld from its commission, and the rest is told", async () => {
    const { devnet, accounts, operatorId } = world;
    const before = await figuresOf(world, operatorId);
    // there may be nothing under this id so far
    const forfeited = await figuresOf(world, FORFEITED).then(
      ({ cumulativeShares }) => cumulativeShares,
      () => 0n,
    );
    const rivalBefore = (await figuresOf(world, rivalId)).cumulativeShares;
    devnet.setFeeRecipient(own, await accounts.carol.getAddress());
    await block(own, TIP);
    await block(own, TIP, (TIP * 4n) / 10n);
    devnet.setFeeRecipient(own, vault);
    const { report } = await reportNext(world);
    expect(BigInt(report.rewardsRoot), "news").not.to.equal(0n);

    const figures = await figuresOf(world, operatorId);
    const all = (TIP * 16n) / 10n;
    expect(figures.cumulativeShares, "no commission").to.equal(before.cumulativeShares);
    expect(figures.withheldWei).to.be.within((all * 9n) / 10n, all - 1n);
    const burnt = (await figuresOf(world, FORFEITED)).cumulativeShares - forfeited;
    expect(burnt).to.be.greaterThan(0n);
    expect((await figuresOf(world, rivalId)).cumulativeShares).to.be.greaterThan(rivalBefore);
    expect(await withheldOf(rivalId)).to.equal(0n);
  });

  it("the rest is held from its bond; a later root that says less frees the difference", async () => {
    const { devnet, accounts, protocol, operatorId } = world;
    // news of the rival brings a root, for which more commission is kept before the bond is held
    devnet.setFeeRecipient(rival, await accounts.bob.getAddress());
    await block(rival, TIP / 1_000n);
    devnet.setFeeRecipient(rival, vault);
    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const prepared = await prepare(world, refSlot);
    const told = await withheldOf(operatorId);
    await lockWithheld(world, keeper, operatorId);
    const held = await protocol.WithheldRewards.holdOf(1);
    expect(held.amount).to.equal(told);
    expect((await protocol.BondVault.bondOf(operatorId)).locked).to.equal(held.shares);
    await expectRevert(lockWithheld(world, keeper, operatorId), protocol.WithheldRewards, "NothingWithheld");
    await expectRevert(
      contestWithheld(world, keeper, { holdId: 1n, operatorId }),
      protocol.WithheldRewards,
      "NothingToContest",
    );

    await file(world, prepared);
    const less = await withheldOf(operatorId);
    expect(less).to.be.lessThan(told);
    const { plan } = await look(world, new PerformanceJob(world, keeper, new FiguresFolder("figures")));
    expect(plan).to.deep.include({ step: "contest", holdId: 1n, operatorId });
    await contestWithheld(world, keeper, { holdId: 1n, operatorId });
    expect((await protocol.WithheldRewards.holdOf(1)).amount).to.equal(less);
    expect((await protocol.BondVault.bondOf(operatorId)).locked).to.be.lessThan(held.shares);
  });

  it("governance may lift it; uncontested it is burnt, and commission flows again", async () => {
    const { devnet, accounts, protocol, parameters, operatorId } = world;
    const id = await devnet.snapshot();
    await mined(protocol.WithheldRewards.connect(accounts.admin).lift(1));
    expect((await protocol.BondVault.bondOf(operatorId)).locked).to.equal(0n);
    await expectRevert(lockWithheld(world, keeper, operatorId), protocol.WithheldRewards, "NothingWithheld");
    await devnet.restore(id);

    const burn = () => mined(protocol.WithheldRewards.connect(keeper).burn(1));
    await expectRevert(burn(), protocol.WithheldRewards, "StillContestable");
    await devnet.tickSlots(Number(parameters.contestSeconds.value / parameters.secondsPerSlot.value) + 1);
    const bond = await protocol.BondVault.bondOf(operatorId);
    const shares = await protocol.StakedEther.getTotalShares();
    await burn();
    const after = await protocol.BondVault.bondOf(operatorId);
    expect(bond.shares - after.shares).to.equal(bond.locked);
    expect(after.locked).to.equal(0n);
    expect(shares - (await protocol.StakedEther.getTotalShares())).to.equal(bond.locked);

    const before = await figuresOf(world, operatorId);
    await untilRoot(world);
    const now = await figuresOf(world, operatorId);
    expect(now.withheldWei).to.equal(before.withheldWei);
    expect(now.cumulativeShares).to.be.greaterThan(before.cumulativeShares);
  });
});
