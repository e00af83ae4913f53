import { expect } from "chai";
import {
  completeCheckpoint,
  openBooked,
  openLive,
  openParked,
  proveBalances,
} from "../../scripts/actions/proveBalances.ts";
import { runValidators } from "./support/keys.ts";
import { poolAt, rateAt } from "./support/pool.ts";
import {
  nextBoundary,
  prepare,
  reportNext,
  sign,
  slotsPerFrame,
  submit,
  untilFinal,
} from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { beaconTruthGwei } from "./support/truth.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

/// The second opinion: what anyone proves of the pool's balances, against a committee that lies or says nothing.
describe("story: balances are proven by a stranger", () => {
  let world: World;
  let start: string;

  before(async () => {
    world = await startWorld({ bondWei: (64n * ETHER) / 10n });
    await stake(world, "alice", 200n * ETHER);
    await stake(world, "bob", 100n * ETHER);
    await runValidators(world, 0, 4);
    await reportNext(world);
  });
  after(() => world.close());
  beforeEach(async () => {
    start = await world.devnet.snapshot();
  });
  afterEach(() => world.devnet.restore(start));

  /// All that a stranger does from the opening to the end, and the sum that came out.
  async function prove(id: bigint): Promise<bigint> {
    const { accounts, devnet, parameters, protocol } = world;
    await proveBalances(world, accounts.carol, id);
    const seconds = parameters.checkpointSettleSeconds.value * 4n;
    await devnet.tickSlots(Number(seconds / parameters.secondsPerSlot.value) + 1);
    await completeCheckpoint(world, accounts.carol, id);
    return protocol.BalanceCheckpoint.beaconBalanceGwei(id);
  }

  const frontier = () => world.protocol.StakedEther.lastReportFrame();
  const handIn = (id: bigint) =>
    mined(world.protocol.BalanceCheckpoint.connect(world.accounts.carol).submit(id));

  /// A report of the whole committee with a loss beyond its limit that never was.
  async function park(): Promise<number> {
    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const { report, evidence } = await prepare(world, refSlot);
    const lie = { ...report, beaconBalanceGwei: report.beaconBalanceGwei / 2n };
    await submit(world, { report: lie, evidence });
    expect((await world.protocol.ReportOracle.parked()).refSlot).to.equal(BigInt(refSlot));
    return refSlot;
  }

  it("a lie beyond the limits is parked, nobody leaves, and the truth is booked by proof", async () => {
    const { accounts, protocol } = world;
    const queue = protocol.WithdrawalQueue;
    const ticket = await request(world, "bob", 20n * ETHER);
    await cooldown(world, ticket);
    await park();
    const before = await poolAt(world);
    await expectRevert(queue.connect(accounts.carol).finalizeNamed(), queue, "FinalizationSuspended");
    await expectRevert(protocol.InstantExit.requireOpen(), protocol.InstantExit, "ReportParked");

    const id = await openLive(world, accounts.carol, await frontier());
    const { slot } = await protocol.BalanceCheckpoint.checkpoint(id);
    expect(await prove(id)).to.equal(beaconTruthGwei(world, Number(slot)));
    const { blockNumber } = await handIn(id);
    expect((await protocol.ReportOracle.parked()).refSlot).to.equal(0n);
    const after = await poolAt(world, blockNumber);
    expect(after.target, "no loss").to.be.at.least(before.target - 20n * ETHER - GWEI);
    expect(rateAt(after)).to.be.at.least(rateAt(before));
    expect((await queue.ticket(ticket)).finalized, "whoever was ready leaves").to.equal(true);
    expect(await claim(world, "bob", ticket)).to.be.within(20n * ETHER - 10n * GWEI, 21n * ETHER);
    // and the committee goes on, with the next frame
    expect((await reportNext(world)).change).to.be.greaterThan(0n);
  });

  it("its own balance, proven, contradicts the lie: it is not booked, and costs the liars their bonds", async () => {
    const { accounts, protocol } = world;
    const refSlot = await park();
    const id = await openParked(world, accounts.carol, await frontier());
    expect(await prove(id)).to.equal(beaconTruthGwei(world, refSlot));
    await handIn(id);
    const { report } = await prepare(world, refSlot);
    const lie = { ...report, beaconBalanceGwei: report.beaconBalanceGwei / 2n };
    const oracle = protocol.ReportOracle.connect(accounts.carol);
    await expectRevert(oracle.conclude(lie), oracle, "BalanceContradicted");
    expect((await oracle.parked()).refSlot).to.equal(BigInt(refSlot));
    const { isKnown, balanceGwei } = await protocol.BalanceCheckpoint.provenBalance(report.blockRoot);
    expect(isKnown).to.equal(true);
    expect(balanceGwei).to.equal(report.beaconBalanceGwei);

    const evidence = protocol.MemberEvidence.connect(accounts.carol);
    for (const { signer, signature } of await sign(world, lie, world.members.slice(0, 4))) {
      const memberId = await protocol.OracleCommittee.memberOf(signer);
      await mined(evidence.proveFalseBalance(lie, signature, protocol.BalanceCheckpoint));
      expect((await protocol.CommitteeBonds.memberOf(memberId)).isForfeited).to.equal(true);
    }
    // who told the truth keeps its bond
    const [honest] = await sign(world, report, world.members.slice(4, 5));
    await expectRevert(
      evidence.proveFalseBalance(report, honest!.signature, protocol.BalanceCheckpoint),
      evidence,
      "NotContradicted",
    );
  });

  it("a loss within the limits that never was is booked, and costs the liars their bonds", async () => {
    const { accounts, protocol } = world;
    const frontierFrame = await frontier();
    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const { report, evidence } = await prepare(world, refSlot);
    const lie = { ...report, beaconBalanceGwei: (report.beaconBalanceGwei * 98n) / 100n };
    await submit(world, { report: lie, evidence });
    const frame = await frontier();
    expect(frame, "booked").to.be.greaterThan(frontierFrame);

    const id = await openBooked(world, accounts.carol, { frame, frontierFrame });
    expect(await prove(id)).to.equal(beaconTruthGwei(world, refSlot));
    await expectRevert(handIn(id), protocol.BalanceCheckpoint, "NotAReport", [id]);
    const judge = protocol.MemberEvidence.connect(accounts.carol);
    for (const { signer, signature } of await sign(world, lie, world.members.slice(0, 4))) {
      await mined(judge.proveFalseBalance(lie, signature, protocol.BalanceCheckpoint));
      const memberId = await protocol.OracleCommittee.memberOf(signer);
      expect((await protocol.CommitteeBonds.memberOf(memberId)).isForfeited).to.equal(true);
    }
    const [honest] = await sign(world, report, world.members.slice(4, 5));
    await expectRevert(
      judge.proveFalseBalance(report, honest!.signature, protocol.BalanceCheckpoint),
      judge,
      "NotContradicted",
    );
  });

  it("while the committee speaks, nobody else does; when it is silent, the proof is the report", async () => {
    const { accounts, devnet, protocol } = world;
    const ticket = await request(world, "alice", 10n * ETHER);
    await cooldown(world, ticket);
    await reportNext(world);
    await devnet.tickSlots((await nextBoundary(world)) + 1 - devnet.slot);
    const early = await openLive(world, accounts.carol, await frontier());
    await prove(early);
    await expectRevert(handIn(early), protocol.ReportOracle, "NotSilent");

    const slots = await slotsPerFrame(world);
    const last = Number(await frontier());
    const silence = Number(await protocol.ReportOracle.silenceFrames());
    await devnet.tickSlots((last + silence) * slots + 1 - devnet.slot);
    const id = await openLive(world, accounts.carol, BigInt(last));
    const { slot } = await protocol.BalanceCheckpoint.checkpoint(id);
    expect(await prove(id)).to.equal(beaconTruthGwei(world, Number(slot)));
    await handIn(id);
    expect(await protocol.StakedEther.lastReportFrame()).to.equal(BigInt(Math.floor(Number(slot) / slots)));
    expect((await protocol.WithdrawalQueue.ticket(ticket)).finalized).to.equal(true);
    // what was left out by waiting is no report any more
    await expectRevert(handIn(early), protocol.ReportOracle, "FrameNotLater");
  });
});
