import type { Command } from "commander";
import { formatEther } from "../lib/units.ts";
import { etherAmount } from "./arguments.ts";
import { iso } from "./output.ts";
import { withSending, type SendOptions } from "./send/options.ts";

type Options = SendOptions & { amount: bigint; wrapped: boolean };

/// `kedge request`: asks for ether back, by a permit; a ticket stands for it.
export function declareRequest(command: Command): void {
  withSending(command)
    .requiredOption("--amount <keth>", "how much kETH; with --wrapped, how much wkETH", etherAmount)
    .option("--wrapped", "of wkETH", false)
    .action(request);
}

async function request({ amount: amountWei, wrapped: isWrapped, ...options }: Options): Promise<void> {
  const [{ requestWithdrawal }, { send }] = await Promise.all([
    import("../actions/requestWithdrawal.ts"),
    import("./send/send.ts"),
  ]);
  await send(
    options,
    ({ protocol, signer }) => requestWithdrawal(protocol, signer, { amountWei, isWrapped }),
    ({ ticketId, shares, readyAt }) => ({
      data: { ticketId, shares, readyAt },
      text: `ticket ${ticketId} for ${formatEther(shares, 6)} shares; its cooldown ends ${iso(readyAt)}`,
    }),
  );
}
