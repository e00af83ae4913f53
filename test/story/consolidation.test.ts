import { expect } from "chai";
import { consolidate } from "../../scripts/actions/consolidate.ts";
import { exitValidator } from "../../scripts/actions/exitValidator.ts";
import { proveState } from "../../scripts/actions/proveSlashing.ts";
import { triggerExits } from "../../scripts/actions/triggerExits.ts";
import { roleId } from "../../scripts/lib/roles.ts";
import { runValidators } from "./support/keys.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { stake } from "./support/stake.ts";
import { ETHER, mined, startWorld, type World } from "./support/world.ts";

/// `IValidatorRegistry.ValidatorState`.
const WITHDRAWN = 5n;
/// Validators of the story by what becomes of them. The source has the higher index.
const TARGET = 0;
const SOURCE = 1;
const DROPPED = 2;

describe("story: validators of one operator are merged", () => {
  let world: World;
  let batch: Awaited<ReturnType<typeof runValidators>>;

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 150n * ETHER);
    batch = await runValidators(world, 0, 3);
    const period = await world.protocol.Consolidator.committeePeriod();
    await world.devnet.tickSlots((Number(period) + 1) * 8);
    await reportNext(world);
  });
  after(() => world.close());

  const validator = (i: number) => world.devnet.chain.validator(batch.indices[i]!);
  const balanceOf = (i: number) => BigInt(world.devnet.chain.state.balances.get(batch.indices[i]!));
  const known = (i: number) => world.protocol.ValidatorRegistry.validator(batch.indices[i]!);
  const pubkey = (i: number) => batch.tree.keys[i]!.pubkey;
  const merge = (source: number, target: number, sender = world.accounts.manager) =>
    consolidate(world, sender, { source: pubkey(source), target: pubkey(target) });
  const isLeaving = (i: number) => validator(i).exitEpoch !== Infinity;

  async function stakeEth(): Promise<bigint> {
    return (await world.protocol.ValidatorRegistry.stakeOf(world.operatorId)).eth;
  }

  /// A report tells of rewards alone: far less than what is moved.
  async function expectQuietReport(): Promise<void> {
    const { change } = await reportNext(world);
    expect(change).to.be.within(0n, ETHER);
  }

  /// Until the beacon chain has nothing of a validator any more, which is proven then.
  async function withdrawn(i: number): Promise<void> {
    await world.devnet.tickUntil(() => validator(i).effectiveBalance === 0);
    await world.devnet.tickBlocks(2);
    await proveState(world, world.accounts.carol, pubkey(i));
    expect((await known(i)).state).to.equal(WITHDRAWN);
  }

  it("its manager alone asks for it, and the source exits", async () => {
    const { protocol, accounts, devnet, operatorId, provider } = world;
    await expectRevert(merge(SOURCE, TARGET, accounts.carol), protocol.OperatorRegistry, "NotManager", [
      operatorId,
      await accounts.carol.getAddress(),
    ]);
    const before = await provider.getBalance(accounts.manager);
    const receipt = await merge(SOURCE, TARGET);
    // twice the fee of 1 wei was sent, and half of it came back
    expect(await provider.getBalance(accounts.manager)).to.equal(before - receipt.fee - 1n);
    await devnet.tickBlocks(2);
    expect(isLeaving(SOURCE)).to.equal(true);
    expect(isLeaving(TARGET)).to.equal(false);
    expect(await stakeEth()).to.equal(96n);
    // what goes to another validator is not on its way to the vault
    await expectRevert(
      triggerExits(world, accounts.carol, { kind: "prove", validatorIndex: batch.indices[SOURCE]! }),
      protocol.ExitController,
      "Consolidating",
      [BigInt(batch.indices[SOURCE]!)],
    );
    await expectQuietReport();
  });

  it("the target gets its balance: no report gains or loses by it, and all stake stays backed", async () => {
    const { devnet, protocol } = world;
    await devnet.tickUntil(() => devnet.chain.state.pendingConsolidations.length === 0);
    await devnet.tickUntil(() => validator(TARGET).effectiveBalance === 64e9);
    expect(balanceOf(TARGET)).to.be.greaterThan(64n * 10n ** 9n);
    expect(balanceOf(SOURCE)).to.be.lessThan(10n ** 9n);
    await expectQuietReport();

    await withdrawn(SOURCE);
    expect(await known(SOURCE)).to.deep.equal([world.operatorId, 0n, WITHDRAWN, false]);
    expect((await known(TARGET)).depositedEth).to.equal(64n);
    expect(await stakeEth()).to.equal(96n);
    expect(await protocol.ValidatorRegistry.totalStake()).to.equal(96n);
  });

  it("a request that the beacon chain drops changes nothing, and is made again", async () => {
    const { devnet, protocol, accounts } = world;
    const admin = accounts.admin;
    // no validator with a pending partial withdrawal is merged
    await mined(protocol.Authority.connect(admin).grantRole(roleId("EXIT_REQUESTER"), admin));
    const vault = protocol.WithdrawalVault.connect(admin);
    await mined(vault.requestWithdrawals(pubkey(DROPPED), [1n], { value: 1n }));
    await mined(protocol.Authority.connect(admin).revokeRole(roleId("EXIT_REQUESTER"), admin));
    await devnet.tickBlocks(1);
    await merge(DROPPED, TARGET);
    await devnet.tickBlocks(2);
    expect(isLeaving(DROPPED)).to.equal(false);
    expect(await stakeEth()).to.equal(96n);
    expect((await known(TARGET)).depositedEth).to.equal(64n);

    await devnet.tickUntil(() => devnet.chain.state.pendingPartialWithdrawals.length === 0);
    await devnet.tickBlocks(2);
    await merge(DROPPED, TARGET);
    await devnet.tickBlocks(2);
    expect(isLeaving(DROPPED)).to.equal(true);
    await withdrawn(DROPPED);
    expect((await known(TARGET)).depositedEth).to.equal(96n);
    await expectQuietReport();
  });

  it("the target exits in the end: all ether comes home, and no stake is left", async () => {
    const { beacon, devnet, protocol, provider } = world;
    await devnet.tickUntil(() => validator(TARGET).effectiveBalance === 96e9);
    const held = await provider.getBalance(protocol.WithdrawalVault);
    await exitValidator(beacon, batch.keys[TARGET]!);
    await devnet.tickUntil(() => isLeaving(TARGET));
    await withdrawn(TARGET);
    await devnet.tickBlocks(1);
    expect((await provider.getBalance(protocol.WithdrawalVault)) - held).to.be.greaterThan(96n * ETHER);
    expect(await stakeEth()).to.equal(0n);
    await expectQuietReport();
  });
});
