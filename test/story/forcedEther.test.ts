import { expect } from "chai";
import { poolAt, pooledAt } from "./support/pool.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { ETHER, force, startWorld, type World } from "./support/world.ts";

const FORCED = { ledger: ETHER / 2n, queue: ETHER / 3n, withdrawals: ETHER / 5n, rewards: ETHER / 7n };

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
