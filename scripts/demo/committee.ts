import "../devnet/preset.ts";
import type { Report } from "../actions/buildReport.ts";
import { nextRefSlot, reportFrame } from "../actions/reportFrame.ts";
import { eventIn, eventsIn } from "../lib/receipts.ts";
import { formatEther } from "../lib/units.ts";
import type { Stage } from "./stage.ts";

/** A report that was booked. */
export interface BookedReport {
  report: Report;
  /** Members that built it, each on its own, and signed. */
  signatures: number;
  changeWei: bigint;
  bookedWei: bigint;
  feeShares: bigint;
  /** Ether set aside for tickets. */
  finalizedWei: bigint;
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

    const { args } = eventIn(receipt, protocol.StakedEther, "ReportBooked");
    const paid = eventsIn(receipt, protocol.WithdrawalQueue, "Finalized");
    booked = {
      report,
      signatures: signatures.length,
      changeWei: args.change as bigint,
      bookedWei: args.booked as bigint,
      feeShares: args.feeShares as bigint,
      finalizedWei: paid.reduce((total, event) => total + (event.args.amount as bigint), 0n),
    };
    const finalized = paid.length > 0 ? `, finalised ${formatEther(booked.finalizedWei)} ETH` : "";
    return `slot ${refSlot}, ${signatures.length} equal reports, gain ${formatEther(booked.bookedWei, 6)} ETH${finalized}`;
  });
  return booked!;
}
