import type { Command } from "commander";
import { address, basisPoints } from "../arguments.ts";
import { withSending, type SendOptions } from "../send/options.ts";

type Options = SendOptions & { rewards: string; commission: bigint };

/// `kedge operator register`.
export function declareRegister(command: Command): void {
  withSending(command)
    .requiredOption("--rewards <address>", "where its fee shares will go", address)
    .requiredOption("--commission <bp>", "its part of its validators' rewards, in 1/10,000", basisPoints)
    .action(register);
}

async function register({ rewards, commission: commissionBp, ...options }: Options): Promise<void> {
  const [{ registerOperator }, { checkedAddress }, { send }] = await Promise.all([
    import("../../actions/registerOperator.ts"),
    import("../session.ts"),
    import("../send/send.ts"),
  ]);
  const rewardAddress = checkedAddress(rewards, "--rewards");
  await send(
    options,
    ({ protocol, signer }) => registerOperator(protocol, signer, { rewardAddress, commissionBp }),
    ({ operatorId }) => ({
      data: { operatorId, rewardAddress, commissionBp },
      text: `operator ${operatorId} is registered`,
    }),
  );
}
