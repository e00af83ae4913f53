import { expect } from "chai";
import { runValidators } from "./support/keys.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

/// `Valve` of contracts/interfaces/IEmergencyBrake.sol.
const INFLOW = 0;
const FINALIZATION = 1;

/// What guardians can do, what they cannot, and what governance does about it.
describe("story: the emergency brake", () => {
  let world: World;
  let start: string;

  before(async () => {
    world = await startWorld({ bondWei: (64n * ETHER) / 10n });
    await stake(world, "alice", 200n * ETHER);
    await runValidators(world, 0, 2);
  });
  after(() => world.close());
  beforeEach(async () => {
    start = await world.devnet.snapshot();
  });
  afterEach(() => world.devnet.restore(start));

  const brakeOf = (name: "guardian" | "admin") => world.protocol.EmergencyBrake.connect(world.accounts[name]);

  it("pulled: nothing comes in, and whoever was finalised before leaves; it ends by itself", async () => {
    const { devnet, protocol } = world;
    const { StakedEther: ledger, WithdrawalQueue: queue } = protocol;
    const before = await request(world, "alice", 5n * ETHER);
    await cooldown(world, before);
    await reportNext(world);
    const after = await request(world, "alice", 3n * ETHER);

    await mined(brakeOf("guardian").pull(INFLOW));
    await mined(brakeOf("guardian").pull(FINALIZATION));
    await expectRevert(stake(world, "bob", ETHER), ledger, "StakingIsPaused");
    // the report comes, gains are booked, and no ticket is finalised
    await cooldown(world, after);
    const { finalized, booked } = await reportNext(world);
    expect(booked).to.be.greaterThan(0n);
    expect(finalized.shares).to.equal(0n);
    await expectRevert(protocol.InstantExit.requireOpen(), protocol.InstantExit, "FinalisationsPaused");
    // no valve
    expect(await claim(world, "alice", before)).to.be.within(5n * ETHER - 10n * GWEI, 6n * ETHER);
    await request(world, "alice", ETHER);

    const until = await queue.pausedUntil();
    await devnet.tickUntil(() => BigInt(devnet.chain.timeAtSlot(devnet.slot)) >= until);
    await stake(world, "bob", ETHER);
    await reportNext(world);
    expect((await queue.ticket(after)).finalized).to.equal(true);
  });

  it("misused: it cannot be held, nor pulled again, until governance arms it", async () => {
    const { accounts, protocol } = world;
    const { EmergencyBrake: brake, WithdrawalQueue: queue } = protocol;
    await mined(brakeOf("guardian").pull(FINALIZATION));
    await expectRevert(brakeOf("guardian").pull(FINALIZATION), brake, "NotArmed");
    await expectRevert(queue.connect(accounts.guardian).pauseFor(60), queue, "Unauthorized");
    await expectRevert(brakeOf("guardian").arm(FINALIZATION), brake, "Unauthorized");
    // governance lifts it early: the guardians have spent what they had
    await mined(queue.connect(accounts.admin).resume());
    await expectRevert(brakeOf("guardian").pull(FINALIZATION), brake, "NotArmed");
    await mined(brakeOf("admin").arm(FINALIZATION));
    await mined(brakeOf("guardian").pull(FINALIZATION));
    // or keeps it shut
    await mined(queue.connect(accounts.admin).resume());
    const receipt = await mined(queue.connect(accounts.admin).pauseFor(7_200));
    const { timestamp } = await receipt.getBlock();
    expect(await queue.pausedUntil()).to.equal(BigInt(timestamp) + 7_200n);
  });
});
