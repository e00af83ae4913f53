import type { Command } from "commander";
import { formatEther } from "../lib/units.ts";
import { address } from "./arguments.ts";
import { iso, print } from "./output.ts";
import { withSession, type SessionOptions } from "./sessionOptions.ts";

/// `kedge requests`: tickets that are not claimed yet.
export function declareRequests(command: Command): void {
  withSession(command).argument("[address]", "whose (default: of the account)", address).action(listRequests);
}

async function listRequests(given: string | undefined, options: SessionOptions): Promise<void> {
  const [{ ownTickets }, { formatTable }, { inSession, latestBlock, ownerOf }] = await Promise.all([
    import("../actions/ownTickets.ts"),
    import("../lib/table.ts"),
    import("./session.ts"),
  ]);
  await inSession(options, async (session) => {
    const owner = await ownerOf(session, given);
    const { timestamp } = await latestBlock(session.provider);
    const tickets = await ownTickets(session.protocol, owner, timestamp);
    const rows = tickets.map(({ ticketId, state, shares, amountWei, readyAt, expectedAt }) => [
      ticketId,
      state,
      formatEther(shares, 6),
      formatEther(amountWei, 6),
      iso(readyAt),
      state === "finalised" ? "now" : expectedAt === undefined ? "not enough ether yet" : iso(expectedAt),
    ]);
    const heads = ["ticket", "state", "shares", "ether", "cooldown ends", "claimable"];
    print(
      { owner, tickets },
      { ...options, text: rows.length === 0 ? "no tickets" : formatTable(heads, rows) },
    );
  });
}
