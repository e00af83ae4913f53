import {
  DepositPort__factory,
  RewardsVault__factory,
  WithdrawalVault__factory,
} from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

export async function deployVaults(c: DeployContext): Promise<void> {
  await c.deploy("WithdrawalVault", WithdrawalVault__factory, c.addressOf("Authority"));
  await c.deploy("RewardsVault", RewardsVault__factory, c.addressOf("Authority"));
  await c.deploy(
    "DepositPort",
    DepositPort__factory,
    c.parameters.depositContract.value,
    c.addressOf("ValidatorRegistry"),
    c.addressOf("WithdrawalVault"),
  );
}
