import { expect } from "chai";
import { compoundingCredentials } from "../../scripts/lib/depositData.ts";
import { commitBatch, depositDirectly, operatorKeys, predepositBatch, untilKnown } from "./support/keys.ts";
import { poolAt, pooledAt } from "./support/pool.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { ETHER, force, GWEI, startWorld, type World } from "./support/world.ts";

const FORCED = { ledger: ETHER / 2n, queue: ETHER / 3n, withdrawals: ETHER / 5n, rewards: ETHER / 7n };

describe("story: ether is given through the deposit contract", () => {
  let world: World;

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 3_000n * ETHER);
  });
  after(() => world.close());

  it("to a validator of ours it is a gain, whatever its credentials and signature say", async () => {
    const { accounts } = world;
    const batch = await commitBatch(world, operatorKeys(world, 0, 1));
    await predepositBatch(world, batch);
    await untilKnown(world, batch);
    const calm = await reportNext(world);
    expect(calm.change).to.equal(0n);

    const bob = await accounts.bob.getAddress();
    await depositDirectly(world, accounts.bob, {
      pubkey: batch.keys[0]!.pubkey,
      withdrawalCredentials: compoundingCredentials(bob),
      amountGwei: GWEI,
      signature: `0x${"00".repeat(96)}`,
    });
    const gift = await reportNext(world);
    expect(gift.report.beaconBalanceGwei).to.equal(2n * GWEI);
    expect(gift.change).to.equal(ETHER);
    // neither when it is on its way nor when it has arrived is it counted again
    await world.devnet.tickUntil(async () => (await world.beacon.pendingDeposits("head")).length === 0);
    expect((await reportNext(world)).change).to.equal(gift.change - gift.booked);
  });
});

describe("story: ether comes by force", () => {
  let world: World;
  let ticket: bigint;

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 2_000n * ETHER);
    await stake(world, "bob", 100n * ETHER);
    ticket = await request(world, "bob", 40n * ETHER);
  });
  after(() => world.close());

  it("moves nothing when it arrives", async () => {
    const { accounts, protocol } = world;
    const ledger = protocol.StakedEther;
    const look = async () => ({
      pooled: await ledger.getTotalPooledEther(),
      units: await ledger.totalUnits(),
      alice: await ledger.balanceOf(accounts.alice),
      books: await ledger.booksAt(0),
    });
    const before = await look();
    await force(world, ledger, FORCED.ledger);
    await force(world, protocol.WithdrawalQueue, FORCED.queue);
    await force(world, protocol.WithdrawalVault, FORCED.withdrawals);
    await force(world, protocol.RewardsVault, FORCED.rewards);
    await world.devnet.tickSlots(3);
    expect(await look()).to.deep.equal(before);
    expect(await ledger.surplus()).to.equal(FORCED.ledger);
  });

  it("nobody can take it: a stake buys no share of it, and no door is open", async () => {
    const { accounts, protocol } = world;
    await stake(world, "carol", 10n * ETHER);
    expect(await protocol.StakedEther.balanceOf(accounts.carol)).to.equal(10n * ETHER);
    const sender = await accounts.carol.getAddress();
    for (const vault of [protocol.WithdrawalVault, protocol.RewardsVault]) {
      await expectRevert(vault.connect(accounts.carol).sweep(1n), vault, "Unauthorized");
    }
    const ledger = protocol.StakedEther.connect(accounts.carol);
    await expectRevert(ledger.receiveSwept({ value: 1n }), ledger, "NotAVault", [sender]);
    await expectRevert(ledger.collect(1n, 0n), ledger, "Unauthorized");
    const queue = protocol.WithdrawalQueue;
    await expectRevert(accounts.carol.sendTransaction({ to: queue, value: 1n }), queue, "NotTheLedger", [
      sender,
    ]);
  });

  it("reports count it as rewards, to the wei; what the queue got stays where it is", async () => {
    const { protocol, provider } = world;
    await cooldown(world, ticket);
    const first = await reportNext(world);
    // the ledger's own surplus is found by the first report, and told by the second
    expect(first.change).to.equal(FORCED.withdrawals + FORCED.rewards);
    const second = await reportNext(world);
    expect(second.change).to.equal(FORCED.ledger + first.change - first.booked);

    const value = await protocol.WithdrawalQueue.claimable(ticket);
    const finalized = first.finalized.amount + second.finalized.amount;
    expect(value).to.equal(finalized);
    expect(await claim(world, "bob", ticket)).to.equal(finalized);
    expect(await provider.getBalance(protocol.WithdrawalQueue)).to.equal(FORCED.queue);
    for (const vault of [protocol.WithdrawalVault, protocol.RewardsVault]) {
      const left = await provider.getBalance(vault);
      // less than is worth the call stays until there is more
      expect(left).to.equal(0n);
    }
  });

  it("all shares together stand for all the ether, but for what is not yet booked", async () => {
    const { devnet, protocol, provider } = world;
    const { target, dripEnd } = await poolAt(world);
    await devnet.tickUntil(() => devnet.chain.timeAtSlot(devnet.slot) > dripEnd);
    await devnet.tickBlocks(1);
    const pool = await poolAt(world);
    expect(pooledAt(pool, pool.time)).to.equal(target);
    const held = await provider.getBalance(protocol.StakedEther);
    expect(held - target).to.be.within(0n, 10n ** 9n * 1_000n);
    const last = await reportNext(world);
    expect(last.change).to.equal(held - target);
  });
});
