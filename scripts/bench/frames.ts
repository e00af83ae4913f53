import { MaxUint256, parseEther, ZeroHash, type ContractTransactionReceipt } from "ethers";
import { buildEvidence, buildReport, type Evidence, type Report } from "../actions/buildReport.ts";
import { reportDigest, signDigest, submitReport } from "../actions/submitReport.ts";
import { receiptOf } from "../lib/receipts.ts";
import { gasOf, type Bench } from "./bench.ts";

/// Of 9 members.
export const SIGNATURES = 7;
/// As many as one transaction holds with room to spare.
const PER_BATCH = 500;

export interface Prepared {
  report: Report;
  evidence: Evidence;
}

/// Gas of the next frame's report, without a root of operators' figures, as in a frame without news.
export async function report(bench: Bench, signatures: number = SIGNATURES): Promise<number> {
  return gasOf(await submit(bench, await prepareNext(bench), signatures));
}

/// The report of the next frame boundary, once that can be shown to be final; with the root of operators' figures that it
/// would bring, or without.
export async function prepareNext(bench: Bench, withRoot = false): Promise<Prepared> {
  const { protocol, devnet, beacon, provider, parameters } = bench.net;
  const slots = Number(await protocol.ReportOracle.slotsPerFrame());
  const refSlot = (Math.floor(devnet.slot / slots) + 1) * slots;
  await devnet.tickSlots(refSlot - devnet.slot + 1);
  const slotsPerEpoch = Number(parameters.slotsPerEpoch.value);
  const isFinal = async () =>
    (await beacon.finalityCheckpoints("head")).finalized.epoch * slotsPerEpoch >= refSlot;
  await devnet.tickUntil(isFinal);
  // the head's parent knows of the finality one block later
  await devnet.tickBlocks(1);
  const built = await buildReport({ beacon, provider, protocol }, refSlot);
  const rewardsRoot = withRoot ? built.rewardsRoot : ZeroHash;
  return { report: { ...built, rewardsRoot }, evidence: await buildEvidence(beacon, refSlot) };
}

/// Submits what the first members sign.
export async function submit(
  bench: Bench,
  { report, evidence }: Prepared,
  signatures: number = SIGNATURES,
): Promise<ContractTransactionReceipt> {
  const { protocol, accounts, members } = bench.net;
  const digest = await reportDigest(protocol, report);
  const signed = members.slice(0, signatures).map(({ key, address }) => signDigest(key, address, digest));
  return submitReport(protocol, accounts.keeper, { report, evidence, signatures: signed });
}

/// Alice asks for so many tickets, and waits until they are ready.
export async function requests(bench: Bench, count: number, each = parseEther("0.01")): Promise<void> {
  await sendRequests(bench, count, each);
  const { cooldownSeconds, secondsPerSlot } = bench.net.parameters;
  await bench.net.devnet.tickSlots(Number(cooldownSeconds.value / secondsPerSlot.value) + 1);
}

/// Alice asks for so many tickets.
export async function sendRequests(bench: Bench, count: number, each: bigint): Promise<void> {
  const { protocol, accounts } = bench.net;
  const queue = protocol.WithdrawalQueue.connect(accounts.alice);
  await bench.gasOf(protocol.StakedEther.connect(accounts.alice).approve(queue, MaxUint256));
  for (let left = count; left > 0; left -= PER_BATCH) {
    const amounts = Array.from({ length: Math.min(left, PER_BATCH) }, () => each);
    await bench.gasOf(queue.requestBatch(amounts, accounts.alice));
  }
}

/// Priority fees, as a builder pays them.
export async function priorityFees({ net: { protocol, accounts } }: Bench, wei: bigint): Promise<void> {
  await receiptOf(accounts.alice.sendTransaction({ to: protocol.RewardsVault, value: wei }));
}

/// Ether for both vaults: priority fees, and withdrawals as the beacon chain credits them.
export async function rewards(bench: Bench): Promise<void> {
  const { protocol, provider } = bench.net;
  await priorityFees(bench, parseEther("0.2"));
  const held = await provider.getBalance(protocol.WithdrawalVault);
  const balance = `0x${(held + parseEther("0.2")).toString(16)}`;
  await provider.send("hardhat_setBalance", [await protocol.WithdrawalVault.getAddress(), balance]);
}
