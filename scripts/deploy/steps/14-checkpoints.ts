import { BalanceCheckpoint__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// What proves the balances of the whole pool.
export async function deployCheckpoints(c: DeployContext): Promise<void> {
  await c.deploy(
    "BalanceCheckpoint",
    BalanceCheckpoint__factory,
    c.addressOf("BeaconVerifier"),
    c.addressOf("StakedEther"),
    c.addressOf("ValidatorRegistry"),
    c.addressOf("WithdrawalVault"),
    c.addressOf("RewardsVault"),
    c.addressOf("ReportOracle"),
    c.parameters.checkpointSettleSeconds.value,
  );
}
