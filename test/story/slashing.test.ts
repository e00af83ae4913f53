import { expect } from "chai";
import { proveSlashed, proveState, settleSlashing } from "../../scripts/actions/proveSlashing.ts";
import { depositBond } from "../../scripts/actions/registerOperator.ts";
import { runValidators } from "./support/keys.ts";
import { poolAt } from "./support/pool.ts";
import { file, nextBoundary, prepare, reportNext, untilFinal } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { allotAll, ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

/// `IOperatorRegistry.Standing` and `IValidatorRegistry.ValidatorState`.
const JAILED = 2n;
const WITHDRAWN = 5n;

describe("story: a slashing is proven, and the bond pays", () => {
  let world: World;
  let batch: Awaited<ReturnType<typeof runValidators>>;

  before(async () => {
    world = await startWorld({ bondWei: 30n * ETHER });
    await stake(world, "alice", 400n * ETHER);
    batch = await runValidators(world, 0, 3);
  });
  after(() => world.close());

  const validator = () => world.protocol.ValidatorRegistry.validator(batch.indices[0]!);
  const pubkey = () => batch.tree.keys[0]!.pubkey;

  it("nobody can prove what has not happened", async () => {
    await expectRevert(
      proveSlashed(world, world.accounts.carol, pubkey()),
      world.protocol.SlashingOracle,
      "NotSlashed",
      [BigInt(batch.indices[0]!)],
    );
  });

  it("a stranger proves it: the operator is stopped, and its bond is locked", async () => {
    const { protocol, accounts, devnet, operatorId } = world;
    await proveState(world, accounts.carol, pubkey());
    await reportNext(world);
    devnet.slashAttester(batch.indices[0]!);
    await devnet.tickUntil(() => devnet.chain.validator(batch.indices[0]!).slashed);
    await devnet.tickBlocks(2);
    await proveSlashed(world, accounts.carol, pubkey());

    const bond = await protocol.BondVault.bondOf(operatorId);
    expect(bond.locked).to.be.within((19n * ETHER) / 10n, (20n * ETHER) / 10n);
    expect((await protocol.WithdrawalQueue.heldUntil()).refTime, "the bond covers it").to.equal(0n);
    expect(await protocol.OperatorRegistry.standingOf(operatorId)).to.equal(JAILED);
    expect((await validator()).slashed).to.equal(true);
    await expectRevert(
      proveSlashed(world, accounts.carol, pubkey()),
      protocol.ValidatorRegistry,
      "NothingNew",
      [BigInt(batch.indices[0]!), (await validator()).state, true],
    );
    await expectRevert(runValidators(world, 10, 1), protocol.OperatorRegistry, "OperatorStopped", [
      operatorId,
      JAILED,
    ]);
  });

  it("the report books the loss: the bond is burnt against it, and the stranger is paid", async () => {
    const { protocol, accounts, operatorId } = world;
    await reportNext(world);
    const before = await protocol.BondVault.bondOf(operatorId);
    const lock = await protocol.BondVault.lockOf(batch.indices[0]!);
    const pool = await poolAt(world);
    await settleSlashing(world, accounts.carol, batch.indices[0]!);
    const after = await protocol.BondVault.bondOf(operatorId);
    const penalty = (32n * ETHER) / 4_096n;
    const bounty = await protocol.StakedEther.balanceOf(accounts.carol);
    expect(bounty).to.be.within(penalty / 10n - 10n, penalty / 10n + penalty / 100n);
    const taken = before.shares - after.shares;
    expect(taken).to.be.greaterThan(bounty);
    expect(before.locked - after.locked - taken, "a grain of the lock is free").to.be.within(0n, GWEI);
    expect((await protocol.BondVault.lockOf(batch.indices[0]!)).baseGwei).to.be.lessThan(lock.baseGwei);
    // what was burnt drips to everyone else
    const { dripRate, units } = await poolAt(world);
    expect(dripRate).to.be.greaterThan(0n);
    expect(units).to.be.lessThan(pool.units);
  });

  it("after the penalty for correlated slashings the rest is unlocked, and claimed once it is withdrawn", async () => {
    const { protocol, accounts, devnet, operatorId } = world;
    const index = batch.indices[0]!;
    const { withdrawableEpoch } = devnet.chain.validator(index);
    await devnet.tickUntil(() => devnet.epoch >= withdrawableEpoch - 64 / 2 + 12);
    await reportNext(world);
    await settleSlashing(world, accounts.carol, index);
    expect((await protocol.BondVault.bondOf(operatorId)).locked).to.equal(0n);
    expect((await protocol.BondVault.lockOf(index)).baseGwei).to.equal(0n);
    expect(await protocol.BondVault.totalUncovered()).to.equal(0n);

    const stake_ = async () => (await protocol.ValidatorRegistry.stakeOf(operatorId)).eth;
    expect(await stake_()).to.equal(96n);
    await devnet.tickUntil(() => devnet.chain.validator(index).effectiveBalance === 0);
    await devnet.tickBlocks(2);
    await proveState(world, accounts.carol, pubkey());
    expect((await validator()).state).to.equal(WITHDRAWN);
    expect(await stake_()).to.equal(64n);
    await reportNext(world);
  });
});

describe("story: an operator slashes itself again and again", () => {
  const KEYS = 9;
  let world: World;
  let batch: Awaited<ReturnType<typeof runValidators>>;

  before(async () => {
    // as little bond as a known operator may have: a good third of what is locked for its validators in the end
    const eth = BigInt(KEYS) * 32n;
    world = await startWorld({ bondWei: 0n, lotEth: eth });
    const { protocol, accounts, operatorId } = world;
    await mined(protocol.OperatorRegistry.connect(accounts.admin).setCurated(operatorId, true));
    const bondBp = await protocol.BondVault.bondRatioBp(true);
    const amountWei = (eth * ETHER * bondBp) / 10_000n + GWEI;
    await depositBond(protocol, accounts.manager, { operatorId, amountWei });
    await allotAll(world, operatorId, eth);
    await stake(world, "alice", 400n * ETHER);
    batch = await runValidators(world, 0, KEYS);
  });
  after(() => world.close());

  async function slash(place: number): Promise<void> {
    const { devnet, accounts } = world;
    const index = batch.indices[place]!;
    devnet.slashAttester(index);
    await devnet.tickUntil(() => devnet.chain.validator(index).slashed);
    await devnet.tickBlocks(2);
    await proveSlashed(world, accounts.carol, batch.tree.keys[place]!.pubkey);
  }

  it("exits are held for what its bond does not cover, and for three frames of four at most", async () => {
    const { protocol } = world;
    const ticket = await request(world, "alice", 5n * ETHER);
    await cooldown(world, ticket);
    let place = 0;
    while ((await protocol.WithdrawalQueue.heldUntil()).refTime === 0n) await slash(place++);
    expect(place, "the bond covered some of them").to.be.within(3, KEYS - 3);

    const held: boolean[] = [];
    while (place < KEYS && held.at(-1) !== false) {
      const refSlot = await nextBoundary(world);
      await untilFinal(world, refSlot);
      await slash(place++);
      const { finalized } = await file(world, await prepare(world, refSlot));
      held.push(finalized.shares === 0n);
    }
    expect(held.length).to.be.within(2, 4);
    expect(held.slice(0, -1).every((was) => was)).to.equal(true);
    expect(held.at(-1), "in the fourth frame at the latest nobody is held").to.equal(false);
    expect(await claim(world, "alice", ticket)).to.be.greaterThan(4n * ETHER);
  });
});
