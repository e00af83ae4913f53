import { expect } from "chai";
import type { ContractTransactionReceipt } from "ethers";
import {
  buildEvidence,
  buildReport,
  type Evidence,
  type Report,
} from "../../../scripts/actions/buildReport.ts";
import {
  reportDigest,
  signDigest,
  submitReport,
  type Signature,
} from "../../../scripts/actions/submitReport.ts";
import { SLOTS_PER_EPOCH } from "../../../scripts/devnet/config.ts";
import type { Member } from "../../../scripts/devnet/localNetwork.ts";
import { poolAt } from "./pool.ts";
import { beaconTruthGwei } from "./truth.ts";
import { GWEI, type World } from "./world.ts";

export interface Prepared {
  report: Report;
  evidence: Evidence;
}

/// A report that was booked, and what came of it.
export interface Filed extends Prepared {
  receipt: ContractTransactionReceipt;
  /// Gain or loss that the accounting asked to book, and what the ledger booked, in wei.
  change: bigint;
  booked: bigint;
  feeShares: bigint;
  /// What the queue finalised: shares (18 decimals) and wei.
  finalized: { shares: bigint; amount: bigint };
}

/// Members enough for a quorum of five: more than two thirds.
export const QUORUM = 4;

export async function slotsPerFrame({ protocol }: World): Promise<number> {
  return Number(await protocol.ReportOracle.slotsPerFrame());
}

/// The next frame boundary after now.
export async function nextBoundary(world: World): Promise<number> {
  const slots = await slotsPerFrame(world);
  return (Math.floor(world.devnet.slot / slots) + 1) * slots;
}

/// Lets slots pass until the boundary is final, and a block has come in which that can be shown.
export async function untilFinal({ devnet }: World, refSlot: number): Promise<void> {
  await devnet.tickSlots(Math.max(0, refSlot + 1 - devnet.slot));
  await devnet.tickUntil(() => devnet.chain.finalized.epoch * SLOTS_PER_EPOCH >= refSlot);
  // the proof is made under the parent of the head
  await devnet.tickBlocks(2);
}

/// What an honest member builds for a boundary, and the evidence of the keeper that submits it.
export async function prepare(world: World, refSlot: number): Promise<Prepared> {
  return { report: await buildReport(world, refSlot), evidence: await buildEvidence(world.beacon, refSlot) };
}

export async function sign(world: World, report: Report, members: Member[]): Promise<Signature[]> {
  const digest = await reportDigest(world.protocol, report);
  return members.map(({ key, address }) => signDigest(key, address, digest));
}

/// Submits a report with the signatures of a quorum, or of the members named. No claims are made about it.
export async function submit(
  world: World,
  { report, evidence }: Prepared,
  members = world.members.slice(0, QUORUM),
): Promise<ContractTransactionReceipt> {
  const signatures = await sign(world, report, members);
  return submitReport(world.protocol, world.accounts.keeper, { report, evidence, signatures });
}

/// Submits a report that must be accepted, and holds the books against what the chains really have (POOL-1).
export async function file(world: World, prepared: Prepared): Promise<Filed> {
  const receipt = await submit(world, prepared);
  const filed: Filed = { ...prepared, receipt, ...(await outcome(world, receipt)) };
  await expectWholeBooks(world, filed);
  return filed;
}

/// The report of the next boundary, as soon as that is final.
export async function reportNext(world: World): Promise<Filed> {
  const refSlot = await nextBoundary(world);
  await untilFinal(world, refSlot);
  return file(world, await prepare(world, refSlot));
}

async function outcome(
  { protocol }: World,
  receipt: ContractTransactionReceipt,
): Promise<Pick<Filed, "change" | "booked" | "feeShares" | "finalized">> {
  const block = receipt.blockNumber;
  const ledger = protocol.StakedEther;
  const queue = protocol.WithdrawalQueue;
  const [booking] = await ledger.queryFilter(ledger.filters.ReportBooked(), block, block);
  const [finalized] = await queue.queryFilter(queue.filters.Finalized(), block, block);
  if (booking === undefined) throw new Error("the report was not booked");
  const { change, booked, feeShares } = booking.args;
  const { shares, amount } = finalized?.args ?? { shares: 0n, amount: 0n };
  return { change, booked, feeShares, finalized: { shares, amount } };
}

/// POOL-1: what the chains have at the reference slot, read without the code under test, is what the shares stand for
/// when the drip has ended, but for what the report left unbooked and what came and went since.
async function expectWholeBooks(world: World, { report, receipt, finalized }: Filed): Promise<void> {
  const { devnet, protocol, provider } = world;
  const refSlot = Number(report.refSlot);
  const block = devnet.chain.history.latestUpTo(refSlot)!.block.message.body.executionPayload.blockNumber;
  const truthGwei = beaconTruthGwei(world, refSlot);
  expect(report.beaconBalanceGwei, "beacon balance").to.equal(truthGwei);

  const ledger = protocol.StakedEther;
  const at = { blockTag: block };
  const [buffer, surplus, withdrawals, rewards] = await Promise.all([
    provider.getBalance(ledger, block),
    ledger.surplus(at),
    provider.getBalance(protocol.WithdrawalVault, block),
    provider.getBalance(protocol.RewardsVault, block),
  ]);
  const staked = await ledger.queryFilter(ledger.filters.Staked(), block + 1, receipt.blockNumber);
  const redeemed = await protocol.WithdrawalQueue.queryFilter(
    protocol.WithdrawalQueue.filters.Finalized(),
    block + 1,
    receipt.blockNumber - 1,
  );
  const since =
    staked.reduce((sum, { args }) => sum + args.amount, 0n) -
    redeemed.reduce((sum, { args }) => sum + args.amount, 0n) -
    finalized.amount;

  const before = await ledger.booksAt(Math.floor(refSlot / (await slotsPerFrame(world))), {
    blockTag: receipt.blockNumber - 1,
  });
  const { profit } = await ledger.booksAt(0, { blockTag: receipt.blockNumber });
  const found =
    report.beaconBalanceGwei * GWEI +
    report.withdrawalsReceived +
    report.rewardsReceived -
    before.depositedGwei * GWEI;
  const { target } = await poolAt(world, receipt.blockNumber);
  const wealth = buffer - surplus + truthGwei * GWEI + withdrawals + rewards;
  expect(wealth + since, "pooled ether").to.equal(target + (found - profit));
  expect(await ledger.surplus({ blockTag: receipt.blockNumber }), "surplus").to.equal(0n);
}
