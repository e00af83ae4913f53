import { expect } from "chai";
import {
  keccak256,
  ZeroHash,
  type ContractTransactionReceipt,
  type Signer,
  type TransactionResponse,
} from "ethers";
import type { Report } from "../../scripts/actions/buildReport.ts";
import { exitValidator } from "../../scripts/actions/exitValidator.ts";
import {
  completeCheckpoint,
  openLive,
  openParked,
  proveBalances,
} from "../../scripts/actions/proveBalances.ts";
import { proveState } from "../../scripts/actions/proveSlashing.ts";
import type { Member } from "../../scripts/devnet/localNetwork.ts";
import { stateOf } from "../../scripts/devnet/history.ts";
import { headerOf } from "../../scripts/lib/beaconProofs.ts";
import {
  balancesProof,
  depositsProof,
  pendingDeposits,
  walkProof,
} from "../../scripts/lib/checkpointProofs.ts";
import { eventsIn } from "../../scripts/lib/receipts.ts";
import {
  commitBatch,
  operatorKeys,
  predepositBatch,
  proveBatch,
  runValidators,
  untilKnown,
  type Batch,
} from "./support/keys.ts";
import { poolAt } from "./support/pool.ts";
import {
  file,
  QUORUM,
  nextBoundary,
  prepare,
  reportNext,
  sign,
  slotsPerFrame,
  submit,
  untilFinal,
  type Filed,
} from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { cooldown, request, stake } from "./support/stake.ts";
import { beaconTruthGwei } from "./support/truth.ts";
import { ETHER, mined, startWorld, type World } from "./support/world.ts";

const OURS = 5;

describe("story: something happens in the middle of a checkpoint", () => {
  let world: World;
  let start: string;
  let validators: Batch & { indices: number[] };

  before(async () => {
    // what seven validators need
    world = await startWorld({ bondWei: (112n * ETHER) / 10n });
    await stake(world, "alice", 200n * ETHER);
    await stake(world, "bob", 100n * ETHER);
    validators = await runValidators(world, 0, OURS);
    await reportNext(world);
  });
  after(() => world.close());
  beforeEach(async () => {
    start = await world.devnet.snapshot();
  });
  afterEach(() => world.devnet.restore(start));

  const frontier = () => world.protocol.StakedEther.lastReportFrame();
  const by = (who: Signer) => world.protocol.BalanceCheckpoint.connect(who);
  const half = () => validators.indices.slice(0, 2);
  const otherHalf = () => validators.indices.slice(2);

  /// The state under a checkpoint's root.
  async function under(id: bigint) {
    const { root } = await world.protocol.BalanceCheckpoint.checkpoint(id);
    const record = world.devnet.chain.history.byBlockRoot(root);
    const state = record && stateOf(record);
    if (state === undefined) throw new Error(`the state of ${root} is not kept`);
    return { state, header: headerOf(state) };
  }

  /// Shows a batch of balances; the transaction may still wait for its block.
  async function show(id: bigint, who: Signer, indices: number[]): Promise<TransactionResponse> {
    const { state, header } = await under(id);
    const { chunks, proof } = balancesProof(state, header, indices);
    return by(who).showBalances(id, indices, chunks, proof);
  }

  async function settled(): Promise<void> {
    const { checkpointSettleSeconds, secondsPerSlot } = world.parameters;
    await world.devnet.tickSlots(Number(checkpointSettleSeconds.value / secondsPerSlot.value) + 1);
  }

  /// All that is missing, by a stranger, and the sum against what the beacon chain has.
  async function finish(id: bigint): Promise<void> {
    const { accounts, protocol } = world;
    await proveBalances(world, accounts.carol, id);
    await settled();
    await completeCheckpoint(world, accounts.carol, id);
    const { slot } = await protocol.BalanceCheckpoint.checkpoint(id);
    expect(await protocol.BalanceCheckpoint.beaconBalanceGwei(id)).to.equal(
      beaconTruthGwei(world, Number(slot)),
    );
  }

  /// Slots until the committee is silent, and the slot of that boundary is the next one.
  async function untilSilent(): Promise<number> {
    const { devnet, protocol } = world;
    const silence = await protocol.ReportOracle.silenceFrames();
    const boundary = Number((await frontier()) + silence) * (await slotsPerFrame(world));
    await devnet.tickSlots(boundary - 1 - devnet.slot);
    return boundary;
  }

  /// Opens a checkpoint at the root of the block of the next slot.
  async function openNext(): Promise<bigint> {
    const contract = by(world.accounts.carol);
    await mined(contract.noteDeposits());
    await mined(contract.openLive(0n, { gasLimit: 300_000n }));
    return contract.count();
  }

  /// What a report says, and what was booked of it.
  const told = ({ report, change, booked, feeShares, finalized }: Filed) => ({
    report,
    change,
    booked,
    feeShares,
    finalized,
  });

  /// Whoever signed less than was proven pays for it, by a checkpoint that no report was made of.
  async function expectEvidence(
    report: Report,
    lie: Report,
    { liars, honest }: { liars: Member[]; honest: Member },
  ): Promise<void> {
    const { accounts, protocol } = world;
    const { isKnown, balanceGwei } = await protocol.BalanceCheckpoint.provenBalance(report.blockRoot);
    expect(isKnown).to.equal(true);
    expect(balanceGwei).to.equal(report.beaconBalanceGwei);
    const evidence = protocol.MemberEvidence.connect(accounts.carol);
    const witness = protocol.BalanceCheckpoint;
    for (const { signer, signature } of await sign(world, lie, liars)) {
      const memberId = await protocol.OracleCommittee.memberOf(signer);
      await mined(evidence.proveFalseBalance(lie, signature, witness));
      expect((await protocol.CommitteeBonds.memberOf(memberId)).isForfeited).to.equal(true);
    }
    const [truth] = await sign(world, report, [honest]);
    await expectRevert(
      evidence.proveFalseBalance(report, truth!.signature, witness),
      evidence,
      "NotContradicted",
    );
  }

  it("the committee speaks after all: its report is what it would have been, the checkpoint is none", async () => {
    const { accounts, devnet, members, protocol } = world;
    const ticket = await request(world, "bob", 10n * ETHER);
    await cooldown(world, ticket);
    const refSlot = await untilSilent();
    // all that a report says of the boundary is fixed by its block
    await mined(by(accounts.carol).noteDeposits());
    expect(devnet.slot).to.equal(refSlot);
    const at = await devnet.snapshot();
    await untilFinal(world, refSlot);
    const without = told(await file(world, await prepare(world, refSlot)));
    expect(without.report.lastTicketId).to.equal(ticket);
    await devnet.restore(at);

    await mined(by(accounts.carol).openLive(0n, { gasLimit: 300_000n }));
    const id = await protocol.BalanceCheckpoint.count();
    await mined(show(id, accounts.carol, half()));
    await untilFinal(world, refSlot);
    const filed = await file(world, await prepare(world, refSlot));
    expect(told(filed)).to.deep.equal(without);
    await expectRevert(by(accounts.carol).submit(id), by(accounts.carol), "NotCompleted", [id]);

    await finish(id);
    const frame = await frontier();
    await expectRevert(by(accounts.carol).submit(id), protocol.ReportOracle, "FrameNotLater", [frame, frame]);
    // one of five signed another report, which nobody has submitted
    const lie = { ...filed.report, beaconBalanceGwei: 0n };
    await expectEvidence(filed.report, lie, { liars: members.slice(QUORUM), honest: members[0]! });
  });

  it("a committee that is late is not silent: what is proven of a later frame waits for it", async () => {
    const { accounts, protocol } = world;
    const refSlot = await untilSilent();
    const slots = await slotsPerFrame(world);
    const id = await openNext();
    await mined(show(id, accounts.carol, half()));
    await file(world, await prepare(world, refSlot - slots));
    await finish(id);
    const frame = await frontier();
    expect(frame).to.equal(BigInt(refSlot / slots) - 1n);
    await expectRevert(by(accounts.carol).submit(id), protocol.ReportOracle, "NotSilent", [
      frame,
      frame + 1n,
    ]);
    // the committee comes to that frame itself, and agrees
    const before = await protocol.BalanceCheckpoint.checkpoint(id);
    await untilFinal(world, refSlot);
    const { report } = await file(world, await prepare(world, refSlot));
    expect(await protocol.BalanceCheckpoint.checkpoint(id)).to.deep.equal(before);
    expect(report.blockRoot).to.equal(before.root);
    expect(report.beaconBalanceGwei).to.equal(await protocol.BalanceCheckpoint.beaconBalanceGwei(id));
  });

  it("a later report ends the parked one: the checkpoint at its root is evidence alone", async () => {
    const { accounts, members, protocol } = world;
    const oracle = protocol.ReportOracle;
    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const { report, evidence } = await prepare(world, refSlot);
    const lie = { ...report, beaconBalanceGwei: report.beaconBalanceGwei / 2n };
    await submit(world, { report: lie, evidence });
    expect((await oracle.parked()).reportHash).to.equal(await oracle.hashOf(lie));

    const id = await openParked(world, accounts.carol, await frontier());
    await mined(show(id, accounts.carol, half()));
    const before = await poolAt(world);
    const { change, receipt } = await reportNext(world);
    expect(change).to.be.greaterThan(0n);
    expect((await oracle.parked()).refSlot).to.equal(0n);
    expect((await poolAt(world, receipt.blockNumber)).target).to.be.greaterThan(before.target);

    await finish(id);
    await expectRevert(by(accounts.carol).submit(id), by(accounts.carol), "NotParked", [ZeroHash]);
    // nor is it for one that is parked later
    const next = await nextBoundary(world);
    await untilFinal(world, next);
    const later = await prepare(world, next);
    const again = { ...later.report, beaconBalanceGwei: 0n };
    await submit(world, { ...later, report: again });
    const parked = await oracle.hashOf(again);
    await expectRevert(by(accounts.carol).submit(id), by(accounts.carol), "NotParked", [parked]);
    expect((await oracle.parked()).reportHash).to.equal(parked);
    await expectEvidence(report, lie, { liars: members.slice(0, QUORUM), honest: members[QUORUM]! });
  });

  it("two strangers prove it at once, and what happens meanwhile breaks nothing", async () => {
    const { accounts, beacon, devnet, protocol } = world;
    const { bob, carol } = accounts;
    const { BalanceCheckpoint, StakedEther, ValidatorRegistry } = protocol;
    // one leaves, and will be withdrawn before the end
    const leaver = validators.indices.at(-1)!;
    const leaverKey = validators.keys.at(-1)!;
    const { shardCommitteePeriod } = world.parameters;
    const { activationEpoch } = devnet.chain.validator(leaver);
    await devnet.tickToEpoch(activationEpoch + Number(shardCommitteePeriod.value));
    await exitValidator(beacon, leaverKey);
    await untilSilent();

    // a deposit in between: the root may not know of it
    await mined(by(carol).noteDeposits());
    const noted = await StakedEther.totalDepositedGwei();
    const waiting = await commitBatch(world, operatorKeys(world, OURS, 1));
    await predepositBatch(world, waiting);
    await expectRevert(by(bob).openLive(0n), by(bob), "DepositsMoved", [noted, noted + 10n ** 9n]);
    const id = await openLive(world, carol, 0n);
    const { slot, time } = await BalanceCheckpoint.checkpoint(id);
    const truthGwei = beaconTruthGwei(world, Number(slot));
    const { state, header } = await under(id);
    expect(pendingDeposits(state)).to.have.length(1);
    expect(state.balances.get(leaver)).to.be.greaterThan(0);

    // in one block: each shows a part, and what the other shows, too
    const walk = walkProof(state, header, 0, 1);
    const { positions, deposits, proof } = depositsProof(state, header, [0]);
    const key = waiting.tree.keys[0]!;
    const place = {
      operatorId: world.operatorId,
      root: waiting.tree.root,
      gindex: waiting.tree.gindex(0),
      signatureHash: keccak256(key.signature),
      proof: waiting.tree.proof(0),
    };
    devnet.autoTick = false;
    const sent = [
      await show(id, carol, half()),
      await show(id, bob, otherHalf()),
      await show(id, bob, half()),
      await by(bob).walk(id, walk.first, walk.heads, walk.proof),
      await by(carol).walk(id, walk.first, walk.heads, walk.proof),
      await by(carol).countDeposits(id, positions, deposits, [place], proof),
      await by(bob).countDeposits(id, positions, deposits, [place], proof),
    ];
    devnet.autoTick = true;
    await devnet.tickBlocks(1);
    const receipts = await Promise.all(sent.map(async (response) => (await response.wait())!));
    expect(new Set(receipts.map(({ blockNumber }) => blockNumber)).size).to.equal(1);
    const events = (name: string) =>
      receipts.map(
        (receipt) => eventsIn(receipt as ContractTransactionReceipt, BalanceCheckpoint, name).length,
      );
    expect(events("BalancesShown")).to.deep.equal([1, 1, 0, 0, 0, 0, 0]);
    expect(events("DepositsWalked")).to.deep.equal([0, 0, 0, 1, 0, 0, 0]);
    expect(events("DepositCounted")).to.deep.equal([0, 0, 0, 0, 0, 1, 0]);
    expect((await BalanceCheckpoint.checkpoint(id)).doubtful).to.equal(0n);

    // a stake, a deposit, an exit, a withdrawal that is proven, a key that is proven
    await stake(world, "treasury", 5n * ETHER);
    const late = await commitBatch(world, operatorKeys(world, OURS + 1, 1));
    await predepositBatch(world, late);
    await exitValidator(beacon, validators.keys[0]!);
    await devnet.tickUntil(() => devnet.chain.validator(leaver).effectiveBalance === 0);
    await devnet.tickBlocks(2);
    await proveState(world, carol, validators.tree.keys.at(-1)!.pubkey);
    const [joined] = await untilKnown(world, waiting);
    await proveBatch(world, waiting);
    const [departure] = await ValidatorRegistry.departuresFrom(0);
    expect(departure!.index).to.equal(BigInt(leaver));
    expect(departure!.time).to.be.greaterThan(time);

    // who was withdrawn since had a balance then, who was proven since reserves stake now
    const whole = [...half(), ...otherHalf()];
    const words = [
      {
        commitmentId: await ValidatorRegistry.commitmentIdOf(world.operatorId, late.tree.root),
        word: Math.floor(late.tree.gindex(0) / 32),
      },
    ];
    await expectRevert(by(bob).complete(id, half(), [2], words, 0), by(bob), "DepartedMissing", [
      id,
      BigInt(leaver),
    ]);
    const reserved = 32n * BigInt(OURS + 1);
    await expectRevert(by(bob).complete(id, whole, [2, 3], words, 0), by(bob), "StakeMismatch", [
      reserved - 32n,
      reserved,
    ]);
    await mined(show(id, bob, [joined!]));
    await expectRevert(
      by(bob).complete(id, [...whole, joined!], [2, 3, 1], [], 0),
      by(bob),
      "StakeMismatch",
      [reserved - 32n, reserved],
    );
    await mined(by(bob).complete(id, [...whole, joined!], [2, 3, 1], words, 0));
    expect(await BalanceCheckpoint.beaconBalanceGwei(id)).to.equal(truthGwei);
    // the predeposit that waits may be lost, or be credited already
    expect((await BalanceCheckpoint.checkpoint(id)).uncertainGwei).to.equal(2n * 10n ** 9n);

    // the committee said nothing all the time; what it says then agrees
    await mined(by(carol).submit(id));
    expect(await frontier()).to.equal(slot / BigInt(await slotsPerFrame(world)));
    await reportNext(world);
  });
});
