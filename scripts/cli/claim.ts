import type { Command } from "commander";
import { formatEther } from "../lib/units.ts";
import { id } from "./arguments.ts";
import { log, NOTHING_TO_DO } from "./output.ts";
import { withSending, type SendOptions } from "./send/options.ts";

/// `kedge claim`: ether for tickets. Exit code 3 where none is finalised.
export function declareClaim(command: Command): void {
  withSending(command)
    .argument("[ticket...]", "which (default: all that are finalised)", (value, before: bigint[] = []) => [
      ...before,
      id(value),
    ])
    .action(claimTickets);
}

async function claimTickets(given: bigint[] | undefined, options: SendOptions): Promise<void> {
  const [{ claimAll }, { ownTickets }, { inSession, latestBlock }, { send }] = await Promise.all([
    import("../actions/claim.ts"),
    import("../actions/ownTickets.ts"),
    import("./session.ts"),
    import("./send/send.ts"),
  ]);
  let ticketIds = given ?? [];
  if (ticketIds.length === 0) {
    await inSession(options, async ({ protocol, provider, signer }) => {
      const owner = await (await signer()).getAddress();
      const { timestamp } = await latestBlock(provider);
      const tickets = await ownTickets(protocol, owner, timestamp);
      ticketIds = tickets.filter(({ state }) => state === "finalised").map(({ ticketId }) => ticketId);
    });
  }
  if (ticketIds.length === 0) {
    log("no ticket of this account is finalised");
    process.exitCode = NOTHING_TO_DO;
    return;
  }
  await send(
    options,
    ({ protocol, signer }) => claimAll(protocol, signer, { ticketIds }),
    ({ amountWei }) => ({
      data: { ticketIds, amountWei },
      text: `${formatEther(amountWei, 6)} ether for ${ticketIds.length} tickets`,
    }),
  );
}
