import { expect } from "chai";
import type { ContractTransactionReceipt } from "ethers";
import { buildEvidence, buildReport } from "../../scripts/actions/buildReport.ts";
import { completeCheckpoint, openLive, proveBalances } from "../../scripts/actions/proveBalances.ts";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import { RetryableError } from "../../scripts/lib/errors.ts";
import { eventIn } from "../../scripts/lib/receipts.ts";
import { commitBatch, operatorKeys, predepositBatch, runValidators } from "./support/keys.ts";
import { poolAt, rateAt, type Pool } from "./support/pool.ts";
import { reportNext, slotsPerFrame, submit, type Filed } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { endOfEpoch } from "./support/slashings.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { beaconTruthGwei } from "./support/truth.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

/// Of the beacon chain's specification: MIN_EPOCHS_TO_INACTIVITY_PENALTY, INACTIVITY_PENALTY_QUOTIENT_BELLATRIX. What a
/// validator that does not vote loses in an epoch of the leak rises by its balance over the quotient with each epoch.
const EPOCHS_TO_LEAK = 4;
const LEAK_QUOTIENT = 2n ** 24n;
const GENESIS_VALIDATORS = 32;
const OURS = 6;
/// Of others, who go offline with ours: together 16 of 38.
const OTHERS_OFFLINE = 10;
/// Frames from the last report to the proof: more than a silence.
const FRAMES_OF_LEAK = 5;

describe("story: the chain leaks and does not finalise", () => {
  let world: World;
  let indices: number[];
  let offline: number[];
  /// The last report before the leak, and what the pool was then.
  let last: Filed;
  let calm: Pool;
  let alices: bigint;
  let carols: bigint;

  before(async () => {
    // what seven validators need
    const bondWei = (112n * ETHER) / 10n;
    world = await startWorld({ bondWei, validators: GENESIS_VALIDATORS });
    await stake(world, "alice", 150n * ETHER);
    await stake(world, "bob", 70n * ETHER);
    await stake(world, "carol", 10n * ETHER);
    ({ indices } = await runValidators(world, 0, OURS));
    offline = [...indices, ...Array.from({ length: OTHERS_OFFLINE }, (_, index) => index)];
  });
  after(() => world.close());

  const frontier = () => world.protocol.StakedEther.lastReportFrame();
  const finalizeNamed = () =>
    mined(world.protocol.WithdrawalQueue.connect(world.accounts.bob).finalizeNamed());
  const isFinalized = async (ticketId: bigint) =>
    (await world.protocol.WithdrawalQueue.ticket(ticketId)).finalized;

  /// What the end of this epoch takes from one of ours, in gwei.
  async function lossOfEpoch(): Promise<{ epoch: number; gwei: bigint }> {
    const { devnet } = world;
    await devnet.tickUntil(() => devnet.slot % SLOTS_PER_EPOCH === SLOTS_PER_EPOCH - 1);
    const { loss } = endOfEpoch(world, indices[0]!);
    const found = { epoch: devnet.epoch, gwei: loss / GWEI };
    await devnet.tickSlots(1);
    return found;
  }

  /// All that the pool has on both chains after the last block at or before a slot, in wei: POOL-1.
  async function wealthAt(slot: number): Promise<bigint> {
    const { devnet, protocol, provider } = world;
    const record = devnet.chain.history.latestUpTo(slot)!;
    const block = record.block.message.body.executionPayload.blockNumber;
    const balances = await Promise.all(
      [protocol.StakedEther, protocol.WithdrawalVault, protocol.RewardsVault].map((account) =>
        provider.getBalance(account, block),
      ),
    );
    expect(await protocol.StakedEther.surplus({ blockTag: block })).to.equal(0n);
    return balances.reduce((sum, balance) => sum + balance, beaconTruthGwei(world, slot) * GWEI);
  }

  it("a report names a ticket that is too large to be paid at once", async () => {
    alices = await request(world, "alice", 60n * ETHER);
    await cooldown(world, alices);
    last = await reportNext(world);
    expect(last.report.lastTicketId).to.equal(alices);
    expect(last.finalized.amount).to.be.within(30n * ETHER, 59n * ETHER);
    expect(await isFinalized(alices)).to.equal(false);
    calm = await poolAt(world);
  });

  it("too few attest: nothing is final, and who does not attest loses more with each epoch", async () => {
    const { devnet } = world;
    devnet.setOffline(offline, true);
    // votes that were cast before may still make an epoch final
    await devnet.tickEpochs(2);
    const finalized = devnet.chain.finalized.epoch;
    carols = await request(world, "carol", 5n * ETHER);
    await devnet.tickToEpoch(finalized + EPOCHS_TO_LEAK + 2);
    const early = await lossOfEpoch();
    const from = Number(await frontier());
    await devnet.tickSlots((from + FRAMES_OF_LEAK) * (await slotsPerFrame(world)) - devnet.slot);
    const late = await lossOfEpoch();

    expect(devnet.chain.finalized.epoch).to.equal(finalized);
    const epochs = BigInt(late.epoch - early.epoch);
    const balance = BigInt(devnet.chain.validator(indices[0]!).effectiveBalance);
    // each epoch is rounded down
    expect(late.gwei - early.gwei).to.be.within(
      (epochs * balance) / LEAK_QUOTIENT - epochs,
      (epochs * balance) / LEAK_QUOTIENT + epochs,
    );
  });

  it("the committee has nothing to report, whoever signs", async () => {
    const { devnet, members, protocol } = world;
    const slots = await slotsPerFrame(world);
    const refSlot = Math.floor(devnet.slot / slots) * slots;
    const built = await buildReport(world, refSlot).catch((reason: unknown) => reason);
    expect(built).to.be.instanceOf(RetryableError);

    const blockRoot = devnet.chain.history.latestUpTo(refSlot)!.blockRoot;
    const report = {
      ...last.report,
      refSlot: BigInt(refSlot),
      blockRoot,
      beaconBalanceGwei: beaconTruthGwei(world, refSlot),
    };
    const evidence = await buildEvidence(world.beacon, refSlot);
    await expectRevert(
      submit(world, { report, evidence }, members),
      protocol.ReportOracle,
      "RefSlotNotFinalized",
      [BigInt(refSlot), BigInt(devnet.chain.finalized.epoch)],
    );
    const lied = { ...evidence, finalizedEpoch: refSlot / SLOTS_PER_EPOCH };
    await expectRevert(
      submit(world, { report, evidence: lied }, members),
      protocol.ReportOracle,
      "ProofInvalid",
    );
  });

  it("nobody leaves at the rate of before, though there is ether", async () => {
    const { protocol } = world;
    await stake(world, "treasury", 60n * ETHER);
    // a deposit that waits: the beacon chain takes none that is not final
    await predepositBatch(world, await commitBatch(world, operatorKeys(world, OURS, 1)));
    await world.devnet.tickEpochs(2);
    expect(world.devnet.chain.state.pendingDeposits.length).to.equal(1);

    expect(rateAt(await poolAt(world)), "nobody has told of the loss").to.be.at.least(rateAt(calm));
    await expectRevert(finalizeNamed(), protocol.WithdrawalQueue, "ReportTooOld");
    await expectRevert(protocol.InstantExit.requireOpen(), protocol.InstantExit, "ReportTooOld");
    for (const ticket of [alices, carols]) expect(await isFinalized(ticket)).to.equal(false);
  });

  let proven: ContractTransactionReceipt;
  let provenSlot: number;

  it("what a stranger proves is the report: the loss is booked, and tickets bear it", async () => {
    const { accounts, devnet, parameters, protocol } = world;
    const { BalanceCheckpoint, ReportOracle, StakedEther, WithdrawalQueue } = protocol;
    const { bob } = accounts;
    const settle = Number(parameters.checkpointSettleSeconds.value / parameters.secondsPerSlot.value);

    // behind the last report's boundary everything is pending, and no older deposit is left that shows it
    const behind = await openLive(world, bob, await frontier());
    await proveBalances(world, bob, behind);
    await devnet.tickSlots(settle * 4 + 1);
    await expectRevert(completeCheckpoint(world, bob, behind), BalanceCheckpoint, "FrontierNotProven", [
      behind,
    ]);
    // so the whole list is shown
    const id = await openLive(world, bob, 0n);
    const { slot } = await BalanceCheckpoint.checkpoint(id);
    await proveBalances(world, bob, id);
    await devnet.tickSlots(settle + 1);
    await completeCheckpoint(world, bob, id);
    provenSlot = Number(slot);
    expect(await BalanceCheckpoint.beaconBalanceGwei(id)).to.equal(beaconTruthGwei(world, provenSlot));

    const before = await poolAt(world);
    proven = await mined(BalanceCheckpoint.connect(bob).submit(id));
    eventIn(proven, ReportOracle, "ProvenReportBooked");
    const { change } = eventIn(proven, StakedEther, "ReportBooked").args;
    const { shares, amount } = eventIn(proven, WithdrawalQueue, "Finalized").args;
    expect(change).to.be.within(-ETHER, -ETHER / 100n);
    const after = await poolAt(world, proven.blockNumber);
    expect(after.target).to.equal(before.target + change - amount);
    expect(after.target + amount, "POOL-1").to.equal(await wealthAt(provenSlot));
    expect(rateAt(after)).to.be.lessThan(rateAt(before));
    expect(await frontier()).to.equal(BigInt(Math.floor(provenSlot / (await slotsPerFrame(world)))));

    for (const ticket of [alices, carols]) expect(await isFinalized(ticket)).to.equal(true);
    // in wei a share, with 27 more digits; a redemption is rounded against who leaves
    const paid = (amount * 10n ** 27n) / shares;
    expect(paid).to.be.within(rateAt(after) - 10n ** 18n, rateAt(after));
    expect(paid).to.be.lessThan(rateAt(before));
  });

  it("finality returns, the committee goes on, and nothing is lost", async () => {
    const { devnet, protocol, provider } = world;
    const queue = protocol.WithdrawalQueue;
    devnet.setOffline(offline, false);
    const filed = await reportNext(world);
    expect(Number(filed.report.refSlot)).to.be.greaterThan(provenSlot);

    const { amount } = eventIn(proven, queue, "Finalized").args;
    const [alice, carol] = [await claim(world, "alice", alices), await claim(world, "carol", carols)];
    expect(alice + carol).to.equal(last.finalized.amount + amount);
    expect(await provider.getBalance(queue)).to.equal(0n);
    // what was earned again comes back to those who stayed
    const { change, report } = await reportNext(world);
    expect(change).to.be.greaterThan(0n);
    expect(report.appeared, "the deposit that waited made a validator").to.equal(BigInt(OURS + 1));
  });
});
