import { expect } from "chai";
import { decodeBytes32String } from "ethers";
import { RetryableError } from "../../scripts/lib/errors.ts";
import { buildEvidence, buildReport, type Report } from "../../scripts/actions/buildReport.ts";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import { commitBatch, operatorKeys, predepositBatch } from "./support/keys.ts";
import {
  file,
  nextBoundary,
  prepare,
  reportNext,
  slotsPerFrame,
  submit,
  untilFinal,
} from "./support/reports.ts";
import { poolAt, rateAt } from "./support/pool.ts";
import { expectRevert } from "./support/revert.ts";
import { request, stake } from "./support/stake.ts";
import { ETHER, force, startWorld, type World } from "./support/world.ts";

describe("story: reports late, early, split and missed", () => {
  let world: World;
  let start: string;

  const frameOf = async (refSlot: number): Promise<bigint> => BigInt(refSlot / (await slotsPerFrame(world)));

  before(async () => {
    world = await startWorld({ bondWei: 96n * ETHER });
    await stake(world, "alice", 1_000n * ETHER);
  });
  after(() => world.close());
  beforeEach(async () => {
    start = await world.devnet.snapshot();
  });
  afterEach(() => world.devnet.restore(start));

  it("a boundary that is not final is not reported, whoever signs", async () => {
    const { devnet, protocol } = world;
    const refSlot = await nextBoundary(world);
    await devnet.tickSlots(refSlot + 3 - devnet.slot);
    const early = await buildReport(world, refSlot).catch((reason: unknown) => reason);
    expect(early).to.be.instanceOf(RetryableError);

    // a hasty committee signs what will turn out to be right
    const soon = await devnet.snapshot();
    await untilFinal(world, refSlot);
    const { report } = await prepare(world, refSlot);
    await devnet.restore(soon);
    await devnet.tickUntil(() => devnet.chain.finalized.epoch * SLOTS_PER_EPOCH < refSlot);
    const hasty = { report, evidence: await buildEvidence(world.beacon, refSlot) };
    await expectRevert(submit(world, hasty), protocol.ReportOracle, "RefSlotNotFinalized", [
      BigInt(refSlot),
      BigInt(hasty.evidence.finalizedEpoch),
    ]);
    // and no proof shows a finality that is not there
    const epoch = refSlot / SLOTS_PER_EPOCH;
    const lied = { report, evidence: { ...hasty.evidence, finalizedEpoch: epoch } };
    await expectRevert(submit(world, lied), protocol.ReportOracle, "ProofInvalid");

    await untilFinal(world, refSlot);
    await file(world, await prepare(world, refSlot));
  });

  it("where the boundary's slot was missed, the last block before it is reported", async () => {
    const { devnet, protocol } = world;
    const refSlot = await nextBoundary(world);
    await devnet.tickSlots(refSlot - 1 - devnet.slot);
    await force(world, protocol.RewardsVault, ETHER / 10n);
    const proposers = [0, 1].map((later) => devnet.chain.state.epochCtx.getBeaconProposer(refSlot + later));
    devnet.setOffline(proposers, true);
    await devnet.tickSlots(2);
    devnet.setOffline(proposers, false);
    expect(devnet.chain.head.slot).to.equal(refSlot - 1);

    await untilFinal(world, refSlot);
    const prepared = await prepare(world, refSlot);
    expect(prepared.evidence.blockSlot).to.equal(refSlot - 1);
    expect(prepared.report.blockRoot).to.equal(devnet.chain.history.atSlot(refSlot - 1)!.blockRoot);
    const child = devnet.chain.history.firstFrom(refSlot)!;
    expect(child.slot).to.be.greaterThan(refSlot + 1);
    expect(prepared.evidence.childTimestamp).to.equal(devnet.chain.timeAtSlot(child.slot));

    // the block before that one would be older than the boundary needs
    const older = {
      ...prepared,
      report: { ...prepared.report, blockRoot: devnet.chain.history.atSlot(refSlot - 2)!.blockRoot },
    };
    await expectRevert(submit(world, older), protocol.ReportOracle, "BlockRootMismatch");
    expect((await file(world, prepared)).change).to.equal(ETHER / 10n);
  });

  it("a split committee misses a frame; the next one counts both", async () => {
    const { members, protocol } = world;
    const first = await nextBoundary(world);
    await force(world, protocol.RewardsVault, ETHER / 10n);
    await untilFinal(world, first);
    const honest = await prepare(world, first);
    const wrong = { ...honest, report: { ...honest.report, beaconBalanceGwei: 1n } };
    const refusal = [protocol.OracleCommittee, "QuorumNotReached"] as const;
    await expectRevert(submit(world, honest, members.slice(0, 3)), ...refusal, [3n, 5n]);
    await expectRevert(submit(world, wrong, members.slice(3)), ...refusal, [2n, 5n]);

    await force(world, protocol.RewardsVault, ETHER / 5n);
    const { change, report } = await reportNext(world);
    expect(Number(report.refSlot)).to.equal(first + (await slotsPerFrame(world)));
    expect(change).to.equal(ETHER / 10n + ETHER / 5n);
    // the frame that was missed stays missed
    await expectRevert(
      prepare(world, first).then((prepared) => submit(world, prepared)),
      protocol.ReportOracle,
      "FrameNotLater",
      [await frameOf(first), (await frameOf(first)) + 1n],
    );
  });

  it("a deposit after the boundary is neither a gain nor a loss", async () => {
    const { protocol } = world;
    const batch = await commitBatch(world, operatorKeys(world, 0, 3));
    const refSlot = await nextBoundary(world);
    // one in the boundary's own block: the state at the boundary knows it
    await world.devnet.tickSlots(refSlot - 1 - world.devnet.slot);
    const atBoundary = await predepositBatch(world, batch, [0]);
    expect((await world.provider.getBlock(atBoundary.blockNumber))!.timestamp).to.equal(
      world.devnet.chain.timeAtSlot(refSlot),
    );
    await predepositBatch(world, batch, [1]);
    await untilFinal(world, refSlot);
    await predepositBatch(world, batch, [2]);

    const filed = await file(world, await prepare(world, refSlot));
    expect(filed.report.beaconBalanceGwei).to.equal(10n ** 9n);
    expect(filed.change).to.equal(0n);
    const next = await reportNext(world);
    expect(next.report.beaconBalanceGwei).to.equal(3n * 10n ** 9n);
    expect(next.change).to.equal(0n);
    expect((await protocol.StakedEther.booksAt(1_000)).depositedGwei).to.equal(3n * 10n ** 9n);
  });

  it("ether that reaches a vault after the boundary belongs to the next report", async () => {
    const { protocol, provider } = world;
    const refSlot = await nextBoundary(world);
    await force(world, protocol.RewardsVault, ETHER / 8n);
    await world.devnet.tickSlots(refSlot + 1 - world.devnet.slot);
    await force(world, protocol.RewardsVault, ETHER / 10n);
    await force(world, protocol.WithdrawalVault, ETHER / 20n);
    await untilFinal(world, refSlot);
    const prepared = await prepare(world, refSlot);

    const first = await file(world, prepared);
    expect(first.change).to.equal(ETHER / 8n);
    // what the report told of is collected, the rest stays
    expect(await provider.getBalance(protocol.RewardsVault)).to.equal(ETHER / 10n);
    const leftOver = first.change - first.booked;
    expect((await reportNext(world)).change).to.equal(ETHER / 10n + ETHER / 20n + leftOver);
  });

  it("without finality there is no report; when it is back the frames are made up for", async () => {
    const { devnet, protocol } = world;
    const refSlot = await nextBoundary(world);
    devnet.stallFinality(true);
    await force(world, protocol.RewardsVault, ETHER / 2n);
    await devnet.tickSlots(refSlot - devnet.slot);
    await devnet.tickEpochs(8);
    const late = await buildReport(world, refSlot).catch((reason: unknown) => reason);
    expect(late).to.be.instanceOf(RetryableError);

    devnet.stallFinality(false);
    await devnet.tickUntil(() => devnet.chain.finalized.epoch * SLOTS_PER_EPOCH > refSlot);
    const last = (await nextBoundary(world)) - (await slotsPerFrame(world));
    expect(last).to.be.greaterThan(refSlot);
    await untilFinal(world, last);
    const { change } = await file(world, await prepare(world, last));
    expect(change).to.equal(ETHER / 2n);
    expect(await protocol.StakedEther.lastReportFrame()).to.equal(await frameOf(last));
  });

  it("not even the whole committee can say what it likes", async () => {
    const { members, protocol } = world;
    await reportNext(world);
    const ticket = await request(world, "alice", ETHER);
    await predepositBatch(world, await commitBatch(world, operatorKeys(world, 0, 60)));
    const refSlot = await nextBoundary(world);
    await force(world, protocol.RewardsVault, ETHER / 10n);
    await untilFinal(world, refSlot);
    const honest = await prepare(world, refSlot);
    const told = (change: Partial<Report>) =>
      submit(world, { ...honest, report: { ...honest.report, ...change } }, members);

    const { readyAt } = await protocol.WithdrawalQueue.ticket(ticket);
    const refTime = BigInt(world.devnet.chain.timeAtSlot(refSlot));
    expect(readyAt).to.be.greaterThan(refTime);
    await expectRevert(told({ lastTicketId: ticket }), protocol.WithdrawalQueue, "TicketNotReady", [
      ticket,
      readyAt,
      refTime,
    ]);
    await expectRevert(told({ lastTicketId: ticket + 1n }), protocol.WithdrawalQueue, "TicketUnknown", [
      ticket + 1n,
    ]);
    // what is beyond a limit, or cannot be, is parked: nothing of it is booked
    const parks = async (change: Partial<Report>, limit: string, value: bigint, bound: bigint) => {
      const id = await world.devnet.snapshot();
      const pool = await poolAt(world);
      const receipt = await told(change);
      const [event] = await protocol.ReportOracle.queryFilter(
        protocol.ReportOracle.filters.ReportParked(),
        receipt.blockNumber,
      );
      expect(decodeBytes32String(event!.args.limit)).to.equal(limit);
      expect([event!.args.value, event!.args.bound], limit).to.deep.equal([value, bound]);
      expect((await protocol.ReportOracle.parked()).refSlot).to.equal(BigInt(refSlot));
      expect((await poolAt(world, receipt.blockNumber)).target).to.equal(pool.target);
      await world.devnet.restore(id);
    };
    const rewardsReceived = ETHER / 10n + 1n;
    await parks({ rewardsReceived }, "rewardsReceived", rewardsReceived, ETHER / 10n);
    await parks({ withdrawalsReceived: 1n }, "withdrawalsReceived", 1n, 0n);
    await parks({ exited: 1n }, "exitedAbove", 1n, 0n);
    await parks({ appeared: 1_001n }, "appeared", 1_001n, 1_000n);
    // 60 ETH of 1,097: a loss of more than a twentieth
    const books = await protocol.StakedEther.booksAt(await frameOf(refSlot));
    const frames = (await frameOf(refSlot)) - books.frame;
    expect(frames).to.equal(1n);
    const loss = 60n * ETHER - ETHER / 10n;
    await parks({ beaconBalanceGwei: 0n }, "lossPerFrame", loss, (1_097n * ETHER) / 20n);
    // and a gain beyond any is booked as far as the limit goes
    const before = await poolAt(world);
    const block = await told({ beaconBalanceGwei: 10n ** 18n });
    const after = await poolAt(world, block.blockNumber);
    const cap = (before.target * 500_000n * 384n * frames) / (10_000n * 31_536_000n);
    expect(after.target - before.target).to.be.within(1n, cap);
    expect(rateAt(after)).to.be.within(rateAt(before), rateAt(before) + 10n ** 9n);
  });

  it("the state after the boundary is not taken for that at the boundary", async () => {
    const { devnet, protocol } = world;
    const oracle = protocol.ReportOracle;
    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const { report, evidence } = await prepare(world, refSlot);
    // all that a committee would need for the block of two slots later, but that it is too late
    const later = devnet.chain.history.atSlot(refSlot + 2)!;
    const { slotProof } = await buildEvidence(world.beacon, refSlot + 2);
    const forged = {
      report: { ...report, blockRoot: later.blockRoot },
      evidence: { ...evidence, childTimestamp: devnet.chain.timeAtSlot(refSlot + 3), slotProof },
    };
    const at = (blockSlot: number) => ({ ...forged, evidence: { ...forged.evidence, blockSlot } });
    await expectRevert(
      submit(world, at(refSlot + 2)),
      oracle,
      "BlockAfterRefSlot",
      [refSlot + 2, refSlot].map(BigInt),
    );
    await expectRevert(
      submit(world, at(refSlot)),
      oracle,
      slotProof.length === 0 ? "WrongProofLength" : "ProofInvalid",
    );
    // nor the one before it, which the boundary's own block has replaced
    const earlier = {
      report: { ...report, blockRoot: devnet.chain.history.atSlot(refSlot - 1)!.blockRoot },
      evidence: { ...evidence, childTimestamp: devnet.chain.timeAtSlot(refSlot) },
    };
    await expectRevert(submit(world, earlier), oracle, "ChildNotAfterRefSlot");
    await file(world, { report, evidence });
  });

  it("a report that is booked in the very block of a boundary is counted once", async () => {
    const { devnet, protocol } = world;
    const refSlot = await nextBoundary(world);
    await force(world, protocol.RewardsVault, ETHER / 3n);
    await untilFinal(world, refSlot);
    const prepared = await prepare(world, refSlot);
    const next = await nextBoundary(world);
    await devnet.tickSlots(next - 1 - devnet.slot);
    const first = await file(world, prepared);
    expect(first.change).to.equal(ETHER / 3n);
    expect((await world.provider.getBlock(first.receipt.blockNumber))!.timestamp).to.equal(
      devnet.chain.timeAtSlot(next),
    );

    await untilFinal(world, next);
    const second = await file(world, await prepare(world, next));
    expect(second.report.rewardsReceived).to.equal(ETHER / 3n);
    expect(second.change).to.equal(first.change - first.booked);
  });

  it("a frame that is two frames late is given up if deposits went on; the next one counts it", async () => {
    const { protocol } = world;
    const slots = await slotsPerFrame(world);
    const batch = await commitBatch(world, operatorKeys(world, 0, 3));
    const boundary = await nextBoundary(world);
    await predepositBatch(world, batch, [0]);
    for (const [i, index] of [1, 2].entries()) {
      await untilFinal(world, boundary + i * slots);
      await world.devnet.tickSlots(boundary + (i + 1) * slots + 1 - world.devnet.slot);
      await predepositBatch(world, batch, [index]);
    }
    const frame = await frameOf(boundary);
    await expectRevert(
      prepare(world, boundary).then((prepared) => submit(world, prepared)),
      protocol.StakedEther,
      "DepositHistoryTooShort",
      [frame, frame + 1n],
    );
    const filed = await file(world, await prepare(world, boundary + slots));
    expect(filed.report.beaconBalanceGwei).to.equal(10n ** 9n);
    expect(filed.change).to.equal(0n);
    expect((await reportNext(world)).change).to.equal(0n);
  });

  it("a report may be late, but never behind one that was booked", async () => {
    const { protocol } = world;
    const [first, second] = [
      await nextBoundary(world),
      (await nextBoundary(world)) + (await slotsPerFrame(world)),
    ];
    await untilFinal(world, first);
    const slow: Report = (await prepare(world, first)).report;
    await untilFinal(world, second);
    const id = await world.devnet.snapshot();

    // a frame late, in order
    await file(world, await prepare(world, first));
    await file(world, await prepare(world, second));
    await world.devnet.restore(id);
    // out of order: the frame before last
    const evidence = (await prepare(world, first)).evidence;
    await file(world, await prepare(world, second));
    await expectRevert(submit(world, { report: slow, evidence }), protocol.ReportOracle, "FrameNotLater", [
      await frameOf(first),
      await frameOf(second),
    ]);
    // nor twice
    await expectRevert(
      prepare(world, second).then((prepared) => submit(world, prepared)),
      protocol.ReportOracle,
      "FrameNotLater",
      [await frameOf(second), await frameOf(second)],
    );
  });
});
