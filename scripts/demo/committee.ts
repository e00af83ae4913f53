import "../devnet/preset.ts";
import { decodeBytes32String, type ContractTransactionReceipt } from "ethers";
import { buildEvidence, buildReport, type Report } from "../actions/buildReport.ts";
import { isProvablyFinal, nextRefSlot, reportFrame } from "../actions/reportFrame.ts";
import { reportDigest, signDigest, submitReport } from "../actions/submitReport.ts";
import type { Protocol } from "../lib/protocol.ts";
import { eventIn, eventsIn } from "../lib/receipts.ts";
import { formatEther, formatGweiAsEther } from "../lib/units.ts";
import type { Stage } from "./stage.ts";

/** A report that was booked. */
export interface BookedReport {
  report: Report;
  /** Members that built it, each on its own, and signed; none for one that was proven. */
  signatures: number;
  changeWei: bigint;
  bookedWei: bigint;
  feeShares: bigint;
  /** Ether set aside for tickets. */
  finalizedWei: bigint;
  blockNumber: number;
}

/** The report of the first frame boundary from now on, and not before `from` (seconds since 1970). */
export async function committeeReports(stage: Stage, from = 0): Promise<BookedReport> {
  const { step, protocol, signers, journal, committee, network } = stage;
  const { devnet } = network;
  let booked: BookedReport | undefined;
  await step("the committee reads the beacon chain, signs and reports", async (wait) => {
    await wait(() => devnet.chain.timeAtSlot(devnet.slot) >= from);
    const refSlot = await nextRefSlot(protocol);
    const frame = { members: committee, refSlot, until: wait };
    const { report, signatures, receipt } = await reportFrame(protocol, signers.keeper, frame);
    journal.record(`report of slot ${refSlot}`, "keeper", receipt);

    booked = bookedBy(protocol, receipt, report, signatures.length);
    return `slot ${refSlot}, ${signatures.length} equal reports, ${gainOf(booked)}`;
  });
  return booked!;
}

/** All members sign that half of the balance is lost, which is true of nothing. */
export async function committeeLies({ step, protocol, signers, journal, committee }: Stage): Promise<void> {
  await step("the whole committee signs that half is lost: the report is parked", async (wait) => {
    const refSlot = await nextRefSlot(protocol);
    const { sources } = committee[0]!;
    await wait(() => isProvablyFinal(sources.beacon, refSlot));
    const truth = await buildReport(sources, refSlot);
    const report = { ...truth, beaconBalanceGwei: truth.beaconBalanceGwei / 2n };
    const digest = await reportDigest(protocol, report);
    const signatures = committee.map(({ key, address }) => signDigest(key, address, digest));
    const evidence = await buildEvidence(sources.beacon, refSlot);
    const receipt = await submitReport(protocol, signers.keeper, { report, evidence, signatures });
    journal.record(`parked report of slot ${refSlot}`, "keeper", receipt);
    const { args } = eventIn(receipt, protocol.ReportOracle, "ReportParked");
    const lost = formatGweiAsEther(truth.beaconBalanceGwei - report.beaconBalanceGwei, 6);
    return `slot ${refSlot}, ${lost} ETH, beyond ${decodeBytes32String(args.limit as string)}`;
  });
}

/** What a receipt tells of a booking. */
export function bookedBy(
  protocol: Protocol,
  receipt: ContractTransactionReceipt,
  report: Report,
  signatures: number,
): BookedReport {
  const { args } = eventIn(receipt, protocol.StakedEther, "ReportBooked");
  const paid = eventsIn(receipt, protocol.WithdrawalQueue, "Finalized");
  return {
    report,
    signatures,
    changeWei: args.change as bigint,
    bookedWei: args.booked as bigint,
    feeShares: args.feeShares as bigint,
    finalizedWei: paid.reduce((total, event) => total + (event.args.amount as bigint), 0n),
    blockNumber: receipt.blockNumber,
  };
}

/** For the end of a step's line. */
export function gainOf({ bookedWei, finalizedWei }: BookedReport): string {
  const finalized = finalizedWei > 0n ? `, finalised ${formatEther(finalizedWei)} ETH` : "";
  return `gain ${formatEther(bookedWei, 6)} ETH${finalized}`;
}
