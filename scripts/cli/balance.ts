import type { Command } from "commander";
import { formatEther } from "../lib/units.ts";
import { address } from "./arguments.ts";
import { print } from "./output.ts";
import { withSession, type SessionOptions } from "./sessionOptions.ts";

/// `kedge balance`: what somebody has.
export function declareBalance(command: Command): void {
  withSession(command).argument("[address]", "whose (default: the account's)", address).action(showBalance);
}

async function showBalance(given: string | undefined, options: SessionOptions): Promise<void> {
  const [{ ownTickets }, { inSession, latestBlock, ownerOf }] = await Promise.all([
    import("../actions/ownTickets.ts"),
    import("./session.ts"),
  ]);
  await inSession(options, async (session) => {
    const { provider, protocol } = session;
    const { StakedEther: ledger, WrappedStakedEther: wrapper } = protocol;
    const owner = await ownerOf(session, given);
    const { number, timestamp } = await latestBlock(provider);
    const at = { blockTag: number };
    const [etherWei, kethWei, wketh, tickets] = await Promise.all([
      provider.getBalance(owner, number),
      ledger.balanceOf(owner, at),
      wrapper.balanceOf(owner, at),
      ownTickets(protocol, owner, timestamp),
    ]);
    const wkethWei = await ledger.getPooledEthByShares(wketh, at);
    const inTicketsWei = tickets.reduce((sum, { amountWei }) => sum + amountWei, 0n);
    const claimableWei = tickets
      .filter(({ state }) => state === "finalised")
      .reduce((sum, { amountWei }) => sum + amountWei, 0n);
    print(
      { owner, blockNumber: number, etherWei, kethWei, wketh, wkethWei, inTicketsWei, claimableWei },
      {
        ...options,
        text: [
          `${owner} at block ${number}`,
          `  ether: ${formatEther(etherWei, 6)}`,
          `  kETH: ${formatEther(kethWei, 6)}`,
          `  wkETH: ${formatEther(wketh, 6)}, worth ${formatEther(wkethWei, 6)} ether`,
          `  in ${tickets.length} tickets: ${formatEther(inTicketsWei, 6)} ether, ${formatEther(claimableWei, 6)} to be claimed`,
        ].join("\n"),
      },
    );
  });
}
