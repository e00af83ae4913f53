import { FatalError } from "../lib/errors.ts";
import { eventsOf } from "../lib/logs.ts";
import type { Protocol } from "../lib/protocol.ts";
import type { Report } from "./buildReport.ts";

/** A report that was handed in with its signatures. */
export interface SubmittedReport {
  report: Report;
  blockNumber: number;
  transactionHash: string;
  /** The limit for which it was parked; none where it was booked. */
  parkedFor: string | undefined;
}

/**
 * The report that was handed in last for a boundary, from the call that did it.
 *
 * @throws FatalError where there is none, or it went through another contract
 */
export async function submittedReport(protocol: Protocol, refSlot: number): Promise<SubmittedReport> {
  const oracle = protocol.ReportOracle;
  const [accepted, parked] = await Promise.all([
    eventsOf(oracle, oracle.filters.ReportAccepted(refSlot)),
    eventsOf(oracle, oracle.filters.ReportParked(refSlot)),
  ]);
  const last = accepted.at(-1);
  if (last === undefined) throw new FatalError(`no report of slot ${refSlot} was handed in`);
  const { transactionHash, blockNumber, args } = last;
  const call = oracle.interface.parseTransaction(await last.getTransaction());
  const report = call?.name === "submit" ? reportOf(call.args[0] as ReportArgs) : undefined;
  if (report === undefined || (await oracle.hashOf(report)) !== args.reportHash) {
    throw new FatalError(
      `the report of slot ${refSlot} was handed in by another contract: ${transactionHash}`,
    );
  }
  const breach = parked.find((event) => event.transactionHash === transactionHash);
  const parkedFor = breach && nameOf(breach.args.limit);
  return { report, blockNumber, transactionHash, parkedFor };
}

type ReportArgs = { readonly [Field in keyof Report]: Report[Field] };

function reportOf(args: ReportArgs): Report {
  const { refSlot, blockRoot, beaconBalanceGwei, withdrawalsReceived, rewardsReceived } = args;
  const { appeared, exited, lastTicketId, rewardsRoot } = args;
  return {
    ...{ refSlot, blockRoot, beaconBalanceGwei, withdrawalsReceived, rewardsReceived },
    ...{ appeared, exited, lastTicketId, rewardsRoot },
  };
}

/** A name in 32 bytes. */
function nameOf(bytes: string): string {
  return Buffer.from(bytes.slice(2), "hex").toString().replace(/\0+$/, "");
}
