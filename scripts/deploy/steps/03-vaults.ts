import { RewardsVault__factory, WithdrawalVault__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

export async function deployVaults(c: DeployContext): Promise<void> {
  await c.deploy("WithdrawalVault", WithdrawalVault__factory, c.addressOf("Authority"));
  await c.deploy("RewardsVault", RewardsVault__factory, c.addressOf("Authority"));
}
