import "../devnet/preset.ts";
import { firstOpenTicket } from "../actions/firstOpenTicket.ts";
import type { Breach } from "./breach.ts";
import type { SoakWorld } from "./world.ts";

/** Frames that a report may come late. */
const LATE_FRAMES = 2n;
/** A validator's exit takes four frames of the preset, and waits for the patience, its turn and the sweep. */
const TICKET_FRAMES = 12n;

/**
 * Whether things go on: reports, tickets, keepers.
 *
 * @param since the first frame of which keepers ran: those before it have no report
 */
export async function checkLiveness({ network, members }: SoakWorld, since: bigint): Promise<Breach[]> {
  const { ReportOracle: oracle, StakedEther: ledger, WithdrawalQueue: queue } = network.protocol;
  const [{ frame }, last] = await Promise.all([oracle.currentFrame(), ledger.lastReportFrame()]);
  const breaches: Breach[] = [];
  // at the very start of a frame, that of the one before is due
  const newest = last < since ? since - 1n : last;
  if (newest + LATE_FRAMES + 1n < frame) {
    breaches.push({
      rule: "a report for every frame",
      text: `the last one is of frame ${last}, now is ${frame}`,
    });
  }
  const now = BigInt(network.devnet.chain.timeAtSlot(network.devnet.slot));
  const frameSeconds = (await ledger.frameTime(frame)) - (await ledger.frameTime(frame - 1n));
  const isHeld = (await queue.heldUntil()).endsAt > now || (await queue.isSuspended());
  const lastTicket = await queue.lastTicketId();
  const open = await firstOpenTicket(network.protocol, lastTicket);
  if (open <= lastTicket && !isHeld) {
    const { readyAt } = await queue.ticket(open);
    const frames = (now - readyAt) / frameSeconds;
    if (readyAt + TICKET_FRAMES * frameSeconds < now) {
      breaches.push({
        rule: "tickets are finalised",
        text: `ticket ${open} is ready since ${frames} frames`,
      });
    }
  }
  for (const member of members) {
    if (member.endedBy === undefined) continue;
    breaches.push({ rule: "keepers run on", text: `keeper ${member.index} ended: ${member.endedBy}` });
  }
  return breaches;
}
