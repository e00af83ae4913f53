import { expect } from "chai";
import { PROVEN, runValidators, statesOf } from "./support/keys.ts";
import { poolAt, pooledAt, rateAt } from "./support/pool.ts";
import { reportNext, type Filed } from "./support/reports.ts";
import { claim, cooldown, request } from "./support/stake.ts";
import { ETHER, GWEI, mined, NOBODY, startWorld, type World } from "./support/world.ts";

/// With the bonds of five members.
const SEED = ETHER;
const BOND_OF_TEN = 16n * ETHER;
const STAKES = { alice: 1_000n * ETHER, bob: 500n * ETHER, carol: 284n * ETHER };

describe("story: from stake to claim", () => {
  let world: World;
  let validators: Awaited<ReturnType<typeof runValidators>>;
  const reports: Filed[] = [];

  before(async () => {
    world = await startWorld({ verifySignatures: true, bondWei: BOND_OF_TEN });
  });
  after(() => world.close());

  it("three people stake in three ways, a share for each wei", async () => {
    const { accounts, protocol } = world;
    await mined(protocol.StakedEther.connect(accounts.alice).stake(NOBODY, { value: STAKES.alice }));
    await mined(accounts.bob.sendTransaction({ to: protocol.StakedEther, value: STAKES.bob }));
    await mined(accounts.carol.sendTransaction({ to: protocol.WrappedStakedEther, value: STAKES.carol }));

    expect(await protocol.StakedEther.sharesOf(accounts.alice)).to.equal(STAKES.alice);
    expect(await protocol.StakedEther.sharesOf(accounts.bob)).to.equal(STAKES.bob);
    expect(await protocol.WrappedStakedEther.balanceOf(accounts.carol)).to.equal(STAKES.carol);
    expect(await protocol.StakedEther.buffer()).to.equal(
      SEED + BOND_OF_TEN + STAKES.alice + STAKES.bob + STAKES.carol,
    );
  });

  it("ten keys become validators of 32 ETH that are the pool's", async () => {
    validators = await runValidators(world, 0, 10);
    expect(await statesOf(world, validators)).to.deep.equal(Array(10).fill(PROVEN));
    for (const index of validators.indices) {
      const { withdrawalCredentials, effectiveBalance } = world.devnet.chain.validator(index);
      expect(Buffer.from(withdrawalCredentials).toString("hex")).to.equal(world.credentials.slice(2));
      expect(effectiveBalance).to.equal(32e9);
    }
    const { depositedGwei } = await world.protocol.StakedEther.booksAt(1_000);
    expect(depositedGwei).to.equal(320n * GWEI);
  });

  it("reports book gains that raise the rate by dripping, and never within their block", async () => {
    for (let i = 0; i < 3; i++) {
      const before = await poolAt(world);
      const filed = await reportNext(world);
      reports.push(filed);
      const block = filed.receipt.blockNumber;
      const old = await poolAt(world, block - 1);
      const fresh = await poolAt(world, block);
      expect(rateAt(old)).to.be.at.least(rateAt(before));
      // the same second, without and with the report: fee shares may leave dust of a unit
      expect(rateAt(fresh)).to.be.at.least(rateAt(old, fresh.time));
      expect(rateAt(fresh) - rateAt(old, fresh.time)).to.be.at.most(10n ** 9n);
      if (filed.change <= 0n) continue;
      expect(fresh.dripRate).to.be.greaterThan(0n);

      await world.devnet.tickBlocks(1);
      const later = await poolAt(world);
      expect(later.target).to.equal(fresh.target);
      expect(pooledAt(later, later.time) - pooledAt(fresh, fresh.time)).to.equal(
        fresh.dripRate * BigInt(later.time - fresh.time),
      );
    }
    expect(reports.filter(({ change }) => change > 0n)).to.have.length.at.least(2);
  });

  it("a tenth of what was gained is fee shares", async () => {
    const { protocol } = world;
    const held = await protocol.StakedEther.sharesOf(protocol.RewardDistributor);
    const told = reports.reduce((sum, { feeShares }) => sum + feeShares, 0n);
    // events tell whole shares of what was minted in units
    expect(held - told).to.be.within(0n, BigInt(reports.length));
    const gains = reports.reduce((sum, { change }) => sum + change, 0n);
    const { target, units } = await poolAt(world);
    const worth = (held * 10n ** 6n * target) / units;
    // each fee is worth its tenth at the rate after its own gain; the gains since have raised that a little
    expect(worth).to.be.at.least(gains / 10n);
    expect(worth - gains / 10n).to.be.at.most(gains / 1_000n);
  });

  it("a request for more than the buffer is served by a validator's exit, and claimed to the wei", async () => {
    const { devnet, protocol, provider } = world;
    const queue = protocol.WithdrawalQueue;
    await request(world, "alice", 990n * ETHER);
    await request(world, "bob", 500n * ETHER);
    const early = await reportNext(world);
    expect(early.finalized.shares === 0n).to.equal(early.report.lastTicketId === 0n);

    devnet.voluntaryExit(validators.indices[0]!);
    await cooldown(world, 2n);
    const first = await reportNext(world);
    expect(first.report.lastTicketId).to.equal(2n);
    expect((await queue.ticket(1)).finalized).to.equal(true);
    expect((await queue.ticket(2)).finalized).to.equal(false);

    await devnet.tickUntil(() => devnet.chain.balanceGwei(validators.indices[0]!) === 0);
    const arrived = await provider.getBalance(protocol.WithdrawalVault);
    expect(arrived).to.be.at.least(32n * ETHER);
    const second = await reportNext(world);
    expect(await provider.getBalance(protocol.WithdrawalVault)).to.equal(0n);
    expect(second.report.withdrawalsReceived).to.equal(arrived);
    expect((await queue.ticket(2)).finalized).to.equal(true);

    const setAside = early.finalized.amount + first.finalized.amount + second.finalized.amount;
    expect(await provider.getBalance(queue)).to.equal(setAside);
    const due = [await queue.claimable(1), await queue.claimable(2)];
    const paid = [await claim(world, "alice", 1n), await claim(world, "bob", 2n)];
    expect(paid).to.deep.equal(due);
    expect(paid[0]! + paid[1]!).to.equal(setAside);
    expect(await provider.getBalance(queue)).to.equal(0n);
    expect(await protocol.StakedEther.unitsOf(queue)).to.equal(0n);
  });
});
