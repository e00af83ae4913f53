import {
  AsyncRedeemer__factory,
  InstantExit__factory,
  WithdrawalQueue__factory,
} from "../../../typechain-types/index.js";
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
  await c.deploy(
    "InstantExit",
    InstantExit__factory,
    c.addressOf("Authority"),
    c.addressOf("StakedEther"),
    c.addressOf("WrappedStakedEther"),
    c.addressOf("WithdrawalQueue"),
    {
      bucketBp: p.instantBucketBp.value,
      baseFeeBp: p.instantBaseFeeBp.value,
      slopeBp: p.instantSlopeBp.value,
    },
  );
}
