import { firstOpenTicket } from "../firstOpenTicket.ts";
import type { Place } from "./place.ts";

/** The queue counts in 1e-9 shares. */
const GRAIN = 10n ** 9n;

/** What is asked for, and what stops it. Shares have 18 decimals, times are seconds since 1970. */
export async function queueStatus({ provider, protocol, number, time }: Place) {
  const { StakedEther: ledger, WithdrawalQueue: queue } = protocol;
  const at = { blockTag: number };
  const [lastTicketId, totals, named, held, isSuspended, pausedUntil, cooldown, unclaimedWei] =
    await Promise.all([
      queue.lastTicketId(at),
      queue.totals(at),
      queue.named(at),
      queue.heldUntil(at),
      queue.isSuspended(at),
      queue.pausedUntil(at),
      queue.cooldown(at),
      provider.getBalance(queue, number),
    ]);
  const askedShares = (totals.requested - totals.finalized) * GRAIN;
  const [open, askedWei] = await Promise.all([
    firstOpenTicket(protocol, lastTicketId, number),
    ledger.getPooledEthByShares(askedShares, at),
  ]);
  return {
    lastTicketId,
    openTickets: Number(lastTicketId + 1n - open),
    askedShares,
    askedWei,
    finalisedWei: totals.amount,
    unclaimedWei,
    namedTicketId: named.ticketId,
    cooldownSeconds: Number(cooldown),
    isPaused: time < Number(pausedUntil),
    pausedUntil: Number(pausedUntil),
    isHeld: time < Number(held.endsAt),
    heldUntil: Number(held.endsAt),
    isSuspended,
  };
}
