import { parseEther } from "ethers";
import { eventIn } from "../lib/receipts.ts";
import { gasOf, type Bench } from "./bench.ts";
import { prepareNext, priorityFees, report, sendRequests, SIGNATURES, submit } from "./frames.ts";
import type { Committee, Growth, GrowthTable, SignatureGrowth } from "./growth.ts";

/// A report may grow with nothing.
const MOST_PERCENT = 1;
const TICKETS = [10, 100, 1_000, 10_000] as const;
/// What all tickets of a report ask for together.
const ASKED = parseEther("10");
/// More than it takes to send 10,000 requests and to wait for the cooldown.
const FRAMES_OF_REQUESTS = 3;
/// Stays in its vault, and is a gain all the same: many reports together bring less than what is worth a call.
const GAIN = parseEther("0.001");

/// Each has as many members as so many signatures are more than two thirds of, all of the same weight.
const COMMITTEES = {
  few: { signatures: 3, members: 4 },
  ours: { signatures: SIGNATURES, members: 9 },
  most: { signatures: 14, members: 20 },
  all: { signatures: 21, members: 30 },
} as const satisfies Record<string, Committee>;
/// What the network begins with.
export const MEMBERS = COMMITTEES.all.members;

/// Reports that finalise. Each begins from the same block, asks for the same ether in all, and comes as many frames after
/// the last one: so all of them find the same vaults and book the same gain, and differ by the number of tickets alone.
export async function benchTickets(bench: Bench): Promise<GrowthTable> {
  const reports: { gas: number; gain: bigint }[] = [];
  await bench.apart(async () => {
    await report(bench);
    for (const count of TICKETS) reports.push(await bench.apart(() => reportOfTickets(bench, count)));
  });
  const [first] = reports;
  const isAlike = reports.every(({ gain }) => gain > 0n && gain === first?.gain);
  if (!isAlike) throw new Error(`the gains differ: ${reports.map(({ gain }) => gain).join(", ")}`);
  const gas = reports.map((one) => one.gas);
  const row = { operation: "report that finalises", gas, mostPercent: MOST_PERCENT };
  return { title: "as tickets grow", sizes: TICKETS, rows: [row] };
}

async function reportOfTickets(bench: Bench, count: number): Promise<{ gas: number; gain: bigint }> {
  const { devnet, parameters, protocol } = bench.net;
  const frame = Number(parameters.slotsPerEpoch.value * parameters.epochsPerFrame.value);
  const end = devnet.slot + FRAMES_OF_REQUESTS * frame;
  await sendRequests(bench, count, ASKED / BigInt(count));
  await devnet.tickSlots(end - devnet.slot);
  const receipt = await submit(bench, await prepareNext(bench));
  const queue = protocol.WithdrawalQueue;
  const { finalized } = await queue.ticket(await queue.lastTicketId());
  if (!finalized) throw new Error(`the last of ${count} tickets was not finalised`);
  const { change } = eventIn(receipt, protocol.StakedEther, "ReportBooked").args;
  return { gas: gasOf(receipt), gain: change as bigint };
}

/// Reports as members leave the committee, of which 9 are left in the end: the smaller one is undone. Each is the second of
/// two in a row that book the same gain.
export async function benchSignatures(bench: Bench): Promise<SignatureGrowth> {
  const { all, most, ours, few } = COMMITTEES;
  // the first of all writes slots that later ones change
  await reportWithGain(bench, all.signatures);
  const twentyOne = await secondOfTwo(bench, all);
  await shrink(bench, all.members, most.members);
  const fourteen = await secondOfTwo(bench, most);
  await shrink(bench, most.members, ours.members);
  const seven = await secondOfTwo(bench, ours);
  const three = await bench.apart(async () => {
    await shrink(bench, ours.members, few.members);
    return secondOfTwo(bench, few);
  });
  return { committees: [few, ours, most, all], gas: [three, seven, fourteen, twentyOne] };
}

/// What `benchReport` tells.
export function reportRow(): Growth {
  return { operation: "report, 7 of 9 signatures", gas: [], mostPercent: MOST_PERCENT };
}

/// A report with a gain alone, right behind another that booked the same gain and left the vaults alone: so figures of
/// several numbers of operators differ by that number alone.
export async function benchReport(bench: Bench): Promise<number> {
  return secondOfTwo(bench, COMMITTEES.ours);
}

async function secondOfTwo(bench: Bench, { signatures }: Committee): Promise<number> {
  await reportWithGain(bench, signatures);
  return reportWithGain(bench, signatures);
}

async function reportWithGain(bench: Bench, signatures: number): Promise<number> {
  const { StakedEther } = bench.net.protocol;
  await priorityFees(bench, GAIN);
  const receipt = await submit(bench, await prepareNext(bench), signatures);
  const { change, feeShares } = eventIn(receipt, StakedEther, "ReportBooked").args;
  // the last report left what does not divide into its drip
  const isGain = change >= GAIN && change < GAIN + GAIN / 1_000n && feeShares > 0n;
  if (!isGain) throw new Error(`the report booked ${change} instead of ${GAIN}`);
  return gasOf(receipt);
}

/// Takes the weight of members behind the first `to`, from the next frame on.
async function shrink(bench: Bench, from: number, to: number): Promise<void> {
  const { protocol, accounts, members } = bench.net;
  const committee = protocol.OracleCommittee.connect(accounts.admin);
  for (const { address } of members.slice(to, from)) {
    await bench.gasOf(committee.setWeight(await committee.memberOf(address), 0n));
  }
}
