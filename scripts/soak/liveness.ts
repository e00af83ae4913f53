import "../devnet/preset.ts";
import type { Breach } from "./breach.ts";
import type { SoakWorld } from "./world.ts";

/** Frames that a report may come late. */
const LATE_FRAMES = 2n;
/** A validator's exit takes four frames of the preset, and waits for the patience, its turn and the sweep. */
const TICKET_FRAMES = 12n;

/** Whether things go on: reports, tickets, keepers. */
export async function checkLiveness({ network, members }: SoakWorld): Promise<Breach[]> {
  const { ReportOracle: oracle, StakedEther: ledger, WithdrawalQueue: queue } = network.protocol;
  const [{ frame }, last] = await Promise.all([oracle.currentFrame(), ledger.lastReportFrame()]);
  const breaches: Breach[] = [];
  // at the very start of a frame, that of the one before is due
  if (last + LATE_FRAMES + 1n < frame) {
    breaches.push({
      rule: "a report for every frame",
      text: `the last one is of frame ${last}, now is ${frame}`,
    });
  }
  const now = BigInt(network.devnet.chain.timeAtSlot(network.devnet.slot));
  const frameSeconds = (await ledger.frameTime(frame)) - (await ledger.frameTime(frame - 1n));
  const isHeld = (await queue.heldUntil()).endsAt > now || (await queue.isSuspended());
  const open = await firstOpenTicket(network);
  if (open !== undefined && !isHeld && open.readyAt + TICKET_FRAMES * frameSeconds < now) {
    const frames = (now - open.readyAt) / frameSeconds;
    breaches.push({
      rule: "tickets are finalised",
      text: `ticket ${open.id} is ready since ${frames} frames`,
    });
  }
  for (const member of members) {
    if (member.endedBy === undefined) continue;
    breaches.push({ rule: "keepers run on", text: `keeper ${member.index} ended: ${member.endedBy}` });
  }
  return breaches;
}

/** Tickets are finalised in their order. */
export async function firstOpenTicket({
  protocol,
}: SoakWorld["network"]): Promise<{ id: bigint; readyAt: bigint } | undefined> {
  const { WithdrawalQueue: queue } = protocol;
  const last = await queue.lastTicketId();
  for (let id = 1n; id <= last; id++) {
    const { finalized, readyAt } = await queue.ticket(id);
    if (!finalized) return { id, readyAt };
  }
  return undefined;
}
