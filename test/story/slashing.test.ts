import { expect } from "chai";
import { proveSlashed, proveState, settleSlashing } from "../../scripts/actions/proveSlashing.ts";
import { runValidators } from "./support/keys.ts";
import { poolAt } from "./support/pool.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { stake } from "./support/stake.ts";
import { ETHER, GWEI, startWorld, type World } from "./support/world.ts";

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

  it("a stranger proves it: the operator is stopped, its bond is locked, the stranger is paid", async () => {
    const { protocol, accounts, devnet, operatorId } = world;
    await proveState(world, accounts.carol, pubkey());
    await reportNext(world);
    devnet.slashAttester(batch.indices[0]!);
    await devnet.tickUntil(() => devnet.chain.validator(batch.indices[0]!).slashed);
    await devnet.tickBlocks(2);
    await proveSlashed(world, accounts.carol, pubkey());

    const { effectiveBalance } = devnet.chain.validator(batch.indices[0]!);
    const penalty = (BigInt(effectiveBalance) * GWEI) / 4_096n;
    const bond = await protocol.BondVault.bondOf(operatorId);
    expect(await protocol.StakedEther.balanceOf(accounts.carol)).to.be.within(
      penalty / 10n - 10n,
      penalty / 10n + penalty / 100n,
    );
    expect(bond.locked).to.be.within((19n * ETHER) / 10n, (20n * ETHER) / 10n);
    expect(await protocol.OperatorRegistry.standingOf(operatorId)).to.equal(JAILED);
    expect((await validator()).slashed).to.equal(true);
    await expectRevert(
      proveSlashed(world, accounts.carol, pubkey()),
      protocol.SlashingOracle,
      "AlreadySlashed",
      [BigInt(batch.indices[0]!)],
    );
    await expectRevert(runValidators(world, 10, 1), protocol.OperatorRegistry, "OperatorStopped", [
      operatorId,
      JAILED,
    ]);
  });

  it("the report books the loss, and the bond is burnt against it", async () => {
    const { protocol, accounts, operatorId } = world;
    await reportNext(world);
    const before = await protocol.BondVault.bondOf(operatorId);
    const lock = await protocol.BondVault.lockOf(batch.indices[0]!);
    const pool = await poolAt(world);
    await settleSlashing(world, accounts.carol, batch.indices[0]!);
    const after = await protocol.BondVault.bondOf(operatorId);
    const burnt = before.shares - after.shares;
    expect(burnt).to.be.greaterThan(0n);
    expect(before.locked - after.locked).to.equal(burnt);
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
    expect((await protocol.BondVault.lockOf(index)).operatorId).to.equal(0n);
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
