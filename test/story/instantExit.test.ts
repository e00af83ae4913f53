import { expect } from "chai";
import { allow } from "../../scripts/actions/allow.ts";
import { instantExit } from "../../scripts/actions/instantExit.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { request, stake } from "./support/stake.ts";
import { ETHER, force, startWorld, type World } from "./support/world.ts";

const BP = 10_000n;

describe("story: bob leaves at once", () => {
  let world: World;

  before(async () => {
    world = await startWorld({ bondWei: 0n });
    await stake(world, "alice", 100n * ETHER);
    await stake(world, "bob", 50n * ETHER);
    const { accounts, protocol } = world;
    await allow(protocol, accounts.bob, { spender: protocol.InstantExit, amountWei: 50n * ETHER });
  });
  after(() => world.close());

  it("for a fee that rises with use", async () => {
    const { accounts, protocol } = world;
    await reportNext(world);
    const { used, capacity } = await protocol.InstantExit.bucket();
    expect(used).to.equal(0n);
    expect(capacity).to.equal(((await protocol.StakedEther.getTotalPooledEther()) * 500n) / BP);
    const fees: bigint[] = [];
    for (let i = 0; i < 2; i++) {
      const { valueWei, paidWei } = await instantExit(protocol, accounts.bob, { amountWei: 2n * ETHER });
      fees.push(valueWei - paidWei);
    }
    // a thousandth, and a hundredth times the mean use
    expect(fees[0]).to.be.greaterThan((2n * ETHER) / 1_000n);
    expect(fees[1]).to.be.greaterThan(2n * fees[0]! - (2n * ETHER) / 1_000n);
    await expectRevert(
      instantExit(protocol, accounts.bob, { amountWei: 2n * ETHER, maxFeeBp: 10n }),
      protocol.InstantExit,
      "EtherBelowMinimum",
    );
  });

  it("to whom he names, and holds fewer shares", async () => {
    const { accounts, protocol, provider } = world;
    const before = await protocol.StakedEther.sharesOf(accounts.bob);
    const { paidWei } = await instantExit(protocol, accounts.bob, {
      amountWei: ETHER / 2n,
      recipient: "0x00000000000000000000000000000000000be0b0",
    });
    expect(await provider.getBalance("0x00000000000000000000000000000000000be0b0")).to.equal(paidWei);
    expect(await protocol.StakedEther.sharesOf(accounts.bob)).to.be.lessThan(before);
    expect(await protocol.StakedEther.unitsOf(protocol.InstantExit)).to.equal(0n);
  });

  it("after all tickets", async () => {
    const { accounts, protocol } = world;
    await request(world, "alice", 99n * ETHER);
    await request(world, "bob", 45n * ETHER);
    expect(await protocol.InstantExit.freeBuffer()).to.equal(await protocol.BeaconDepositor.freeBuffer());
    await stake(world, "bob", 2n * ETHER);
    // as if nearly all that tickets leave had been deposited
    const gone = (await protocol.InstantExit.freeBuffer()) - ETHER / 10n;
    await force(world, protocol.StakedEther, -gone);
    await expectRevert(
      instantExit(protocol, accounts.bob, { amountWei: ETHER }),
      protocol.InstantExit,
      "FreeBufferTooSmall",
    );
    await force(world, protocol.StakedEther, gone);
  });

  it("until the last report is a frame and a half old, and again with the next", async () => {
    const { accounts, devnet, protocol } = world;
    const amount = { amountWei: ETHER / 10n };
    const slots = Number(await protocol.ReportOracle.slotsPerFrame());
    const refSlot = Number(await protocol.StakedEther.lastReportFrame()) * slots;
    await devnet.tickUntil(() => devnet.slot > refSlot + (slots * 3) / 2);
    await expectRevert(instantExit(protocol, accounts.bob, amount), protocol.InstantExit, "ReportTooOld");
    await reportNext(world);
    const { valueWei, paidWei } = await instantExit(protocol, accounts.bob, amount);
    expect(paidWei).to.be.lessThan(valueWei);
  });
});
