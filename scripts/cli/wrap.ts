import type { Command } from "commander";
import { formatEther } from "../lib/units.ts";
import { etherAmount } from "./arguments.ts";
import { withSending, type SendOptions } from "./send/options.ts";

/// `kedge wrap`: kETH becomes wkETH, by a permit.
export function declareWrap(command: Command): void {
  withSending(command)
    .requiredOption("--amount <keth>", "how much kETH", etherAmount)
    .action(async ({ amount: amountWei, ...options }: SendOptions & { amount: bigint }) => {
      const [{ wrap }, { send }] = await Promise.all([
        import("../actions/wrap.ts"),
        import("./send/send.ts"),
      ]);
      await send(
        options,
        ({ protocol, signer }) => wrap(protocol, signer, { amountWei }),
        ({ shares }) => ({
          data: { amountWei, shares },
          text: `${formatEther(amountWei, 6)} kETH became ${formatEther(shares, 6)} wkETH`,
        }),
      );
    });
}

/// `kedge unwrap`: wkETH becomes kETH.
export function declareUnwrap(command: Command): void {
  withSending(command)
    .requiredOption("--amount <wketh>", "how much wkETH", etherAmount)
    .action(async ({ amount: shares, ...options }: SendOptions & { amount: bigint }) => {
      const [{ unwrap }, { send }] = await Promise.all([
        import("../actions/wrap.ts"),
        import("./send/send.ts"),
      ]);
      await send(
        options,
        ({ protocol, signer }) => unwrap(protocol, signer, { shares }),
        ({ amountWei }) => ({
          data: { shares, amountWei },
          text: `${formatEther(shares, 6)} wkETH became ${formatEther(amountWei, 6)} kETH`,
        }),
      );
    });
}
