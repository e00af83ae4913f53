import { expect } from "chai";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { stake } from "./support/stake.ts";
import { ETHER, force, mined, NOBODY, startWorld, type World } from "./support/world.ts";

const STAKE = 10n * ETHER;

/// Bob stakes, and wraps as much again; he must have at once what he gave.
async function expectFairStake(world: World): Promise<void> {
  const { accounts, protocol } = world;
  const id = await world.devnet.snapshot();
  const { StakedEther: ledger, WrappedStakedEther: wrapper } = protocol;
  await stake(world, "bob", STAKE);
  const bobs = await ledger.balanceOf(accounts.bob);
  expect(bobs, "staked").to.be.at.least(STAKE - 1n);

  await mined(ledger.connect(accounts.bob).approve(wrapper, STAKE - 2n));
  await mined(wrapper.connect(accounts.bob).deposit(STAKE - 2n, accounts.bob));
  const wrapped = await wrapper.balanceOf(accounts.bob);
  expect(await wrapper.convertToAssets(wrapped), "wrapped").to.be.at.least(STAKE - 4n);
  await mined(accounts.bob.sendTransaction({ to: wrapper, value: STAKE }));
  const fresh = (await wrapper.balanceOf(accounts.bob)) - wrapped;
  expect(await wrapper.convertToAssets(fresh), "staked through the wrapper").to.be.at.least(STAKE - 2n);
  await world.devnet.restore(id);
}

describe("story: the first depositor tries to inflate the rate", () => {
  let world: World;

  before(async () => {
    world = await startWorld({ bondWei: 0n });
  });
  after(() => world.close());

  it("a stake of a single wei is worth a wei", async () => {
    await stake(world, "alice", 1n);
    expect(await world.protocol.StakedEther.sharesOf(world.accounts.alice)).to.equal(1n);
    await expectFairStake(world);
  });

  it("no donation moves the rate: ledger, vaults, wrapper, queue", async () => {
    const { accounts, protocol } = world;
    const { StakedEther: ledger, WrappedStakedEther: wrapper } = protocol;
    const rate = () => ledger.getPooledEthByShares(ETHER);
    const before = await rate();
    for (const target of [
      ledger,
      protocol.WithdrawalVault,
      protocol.RewardsVault,
      wrapper,
      protocol.WithdrawalQueue,
    ]) {
      await force(world, target, 100n * ETHER);
    }
    await mined(accounts.alice.sendTransaction({ to: protocol.RewardsVault, value: ETHER }));
    expect(await rate()).to.equal(before);

    await stake(world, "alice", ETHER);
    const alice = ledger.connect(accounts.alice);
    await expectRevert(alice.burnShares(1n), ledger, "Unauthorized");
    for (const closed of [wrapper, protocol.WithdrawalQueue]) {
      await expectRevert(alice.transferShares(closed, 1n), ledger, "AccountClosed");
    }
    expect(await rate()).to.equal(before);
    await expectFairStake(world);
  });

  it("nor do reports of it: the gain is capped, and drips", async () => {
    const { accounts, protocol } = world;
    const ledger = protocol.StakedEther;
    const spent = 3n * 100n * ETHER + 2n * ETHER + 1n;
    for (let i = 0; i < 3; i++) {
      const pooled = await ledger.getTotalPooledEther();
      const lastFrame = await ledger.lastReportFrame();
      const { change, report } = await reportNext(world);
      const frames = report.refSlot / (await protocol.ReportOracle.slotsPerFrame()) - lastFrame;
      // 5,000 % a year, for frames of 384 s; the pool grows a little before the report is booked
      const cap = ((pooled + 10n ** 16n) * 500_000n * 384n * frames) / (10_000n * 31_536_000n);
      expect(change).to.be.within(1n, cap);
      await expectFairStake(world);
      expect(await ledger.balanceOf(accounts.alice)).to.be.lessThan(spent / 100n);
    }
    await expectRevert(
      ledger.connect(accounts.alice).stakeFor(accounts.alice, ETHER, NOBODY, { value: ETHER }),
      ledger,
      "SharesBelowFloor",
    );
  });
});
