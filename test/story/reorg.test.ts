import { expect } from "chai";
import { commitBatch, operatorKeys, predepositBatch, type Batch } from "./support/keys.ts";
import { file, nextBoundary, prepare, submit, untilFinal, type Prepared } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { stake } from "./support/stake.ts";
import { ETHER, force, GWEI, startWorld, type World } from "./support/world.ts";

describe("story: the chain is reorganised", () => {
  let world: World;
  let batch: Batch;
  let refSlot: number;

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 500n * ETHER);
    batch = await commitBatch(world, operatorKeys(world, 0, 3));
    refSlot = await nextBoundary(world);
  });
  after(() => world.close());

  it("a report of the branch that is gone is refused, and that of the new branch is right", async () => {
    const fork = await world.devnet.snapshot();
    await predepositBatch(world, batch, [0, 1]);
    await force(world, world.protocol.RewardsVault, ETHER / 10n);
    await untilFinal(world, refSlot);
    const gone = await prepare(world, refSlot);
    expect(gone.report.beaconBalanceGwei).to.equal(2n * GWEI);
    expect(gone.report.rewardsReceived).to.equal(ETHER / 10n);

    await world.devnet.restore(fork);
    await predepositBatch(world, batch, [2]);
    await untilFinal(world, refSlot);
    const valid = await prepare(world, refSlot);
    expect(valid.report).to.include({ beaconBalanceGwei: GWEI, rewardsReceived: 0n });
    expect(valid.report.blockRoot).not.to.equal(gone.report.blockRoot);

    const oracle = world.protocol.ReportOracle;
    const values = [gone.report.blockRoot, valid.report.blockRoot];
    const mixed: Prepared = { report: gone.report, evidence: valid.evidence };
    for (const stale of [gone, mixed])
      await expectRevert(submit(world, stale), oracle, "BlockRootMismatch", values);

    const { change } = await file(world, valid);
    expect(change).to.equal(0n);
  });

  it("a reorganisation takes back a report that was booked, and it can be booked again", async () => {
    const ledger = world.protocol.StakedEther;
    refSlot = await nextBoundary(world);
    await force(world, world.protocol.RewardsVault, ETHER / 10n);
    await untilFinal(world, refSlot);
    const prepared = await prepare(world, refSlot);
    const fork = await world.devnet.snapshot();
    const booksBefore = await ledger.booksAt(0);
    const first = await file(world, prepared);
    expect(first.change).to.equal(ETHER / 10n);

    await world.devnet.restore(fork);
    expect(await ledger.booksAt(0)).to.deep.equal(booksBefore);
    await world.devnet.tickSlots(3);
    const again = await prepare(world, refSlot);
    expect(again.report).to.deep.equal(prepared.report);
    expect((await file(world, again)).change).to.equal(first.change);
  });
});
