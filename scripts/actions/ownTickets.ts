import { eventsOf } from "../lib/logs.ts";
import type { Protocol } from "../lib/protocol.ts";

/** `waiting`: its cooldown lasts. `ready`: it may be finalised. `finalised`: it may be claimed. */
export type TicketState = "waiting" | "ready" | "finalised";

export interface OwnTicket {
  ticketId: bigint;
  state: TicketState;
  /** 18 decimals. */
  shares: bigint;
  /** What it pays, or is worth now, in wei. */
  amountWei: bigint;
  /** End of its cooldown, seconds since 1970. */
  readyAt: number;
  /** When it may be claimable, seconds since 1970, if all goes on as it is; undefined where the ether is not in sight. */
  expectedAt: number | undefined;
}

/** Tickets that an account has and has not claimed, by their ids. */
export async function ownTickets(protocol: Protocol, owner: string, now: number): Promise<OwnTicket[]> {
  const queue = protocol.WithdrawalQueue;
  const came = await eventsOf(queue, queue.filters.Transfer(undefined, owner));
  const ids = [...new Set(came.map(({ args }) => args.id))].sort((a, b) => (a < b ? -1 : 1));
  const tickets = await Promise.all(ids.map(async (id) => ({ id, ticket: await queue.ticket(id) })));
  return Promise.all(
    tickets
      // others were claimed, or given away
      .filter(({ ticket }) => ticket.owner.toLowerCase() === owner.toLowerCase())
      .map(({ id, ticket }) => describe(protocol, id, ticket, now)),
  );
}

async function describe(
  { ProtocolLens: lens, StakedEther: ledger, WithdrawalQueue: queue }: Protocol,
  ticketId: bigint,
  ticket: { shares: bigint; readyAt: bigint; finalized: boolean },
  now: number,
): Promise<OwnTicket> {
  const [amountWei, { estimate }] = await Promise.all([
    ticket.finalized ? queue.claimable(ticketId) : ledger.getPooledEthByShares(ticket.shares),
    lens.readyAt(ticketId),
  ]);
  const readyAt = Number(ticket.readyAt);
  return {
    ticketId,
    state: ticket.finalized ? "finalised" : now < readyAt ? "waiting" : "ready",
    shares: ticket.shares,
    amountWei,
    readyAt,
    expectedAt: estimate >= 2n ** 53n ? undefined : Number(estimate),
  };
}
