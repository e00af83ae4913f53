import { Consolidator__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// What merges validators of one operator.
export async function deployConsolidations(c: DeployContext): Promise<void> {
  await c.deploy(
    "Consolidator",
    Consolidator__factory,
    c.addressOf("BeaconVerifier"),
    c.addressOf("StakedEther"),
    c.addressOf("ValidatorRegistry"),
    c.addressOf("OperatorRegistry"),
    c.addressOf("WithdrawalVault"),
    c.parameters.shardCommitteePeriod.value,
  );
}
