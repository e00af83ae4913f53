import type { Command } from "commander";
import { formatEther } from "../lib/units.ts";
import { etherAmount } from "./arguments.ts";
import { withSending, type SendOptions } from "./send/options.ts";

/// `kedge stake`: ether becomes shares of the pool.
export function declareStake(command: Command): void {
  withSending(command)
    .requiredOption("--ether <amount>", "how much", etherAmount)
    .option("--wrapped", "get wkETH in place of kETH", false)
    .action(stakeEther);
}

async function stakeEther({
  ether: amountWei,
  wrapped,
  ...options
}: SendOptions & { ether: bigint; wrapped: boolean }): Promise<void> {
  const [{ stake }, { send }] = await Promise.all([import("../actions/stake.ts"), import("./send/send.ts")]);
  await send(
    options,
    ({ protocol, signer }) => stake(protocol, signer, { amountWei, route: wrapped ? "wrapped" : "call" }),
    ({ shares }) => ({
      data: { amountWei, shares },
      text: `${formatEther(amountWei, 6)} ether staked for ${formatEther(shares, 6)} shares`,
    }),
  );
}
