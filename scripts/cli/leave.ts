import type { Command } from "commander";
import { formatEther } from "../lib/units.ts";
import { basisPoints, etherAmount } from "./arguments.ts";
import { withSending, type SendOptions } from "./send/options.ts";

/// `kedge leave`: ether at once, for a fee, by a permit.
export function declareLeave(command: Command): void {
  withSending(command)
    .requiredOption("--amount <keth>", "how much kETH", etherAmount)
    .option("--max-fee <bp>", "refuse a higher fee, in 1/10,000", basisPoints, 100n)
    .action(async ({ amount: amountWei, maxFee: maxFeeBp, ...options }: Options) => {
      const [{ instantExit }, { send }] = await Promise.all([
        import("../actions/instantExit.ts"),
        import("./send/send.ts"),
      ]);
      await send(
        options,
        ({ protocol, signer }) => instantExit(protocol, signer, { amountWei, maxFeeBp }),
        ({ valueWei, paidWei }) => ({
          data: { valueWei, paidWei },
          text: `${formatEther(paidWei, 6)} ether for kETH worth ${formatEther(valueWei, 6)}`,
        }),
      );
    });
}

type Options = SendOptions & { amount: bigint; maxFee: bigint };
