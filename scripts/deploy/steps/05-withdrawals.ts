import { AsyncRedeemer__factory, WithdrawalQueue__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

export async function deployWithdrawals(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "WithdrawalQueue",
    WithdrawalQueue__factory,
    c.addressOf("Authority"),
    c.addressOf("StakedEther"),
    c.addressOf("WrappedStakedEther"),
    p.maxRequestGrains.value,
    p.minCooldownSeconds.value,
    p.cooldownSeconds.value,
  );
  await c.deploy(
    "AsyncRedeemer",
    AsyncRedeemer__factory,
    c.addressOf("WrappedStakedEther"),
    c.addressOf("WithdrawalQueue"),
  );
}
