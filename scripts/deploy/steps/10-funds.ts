import { InsuranceReserve__factory, KeeperBudget__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// Shares set aside: for what bonds do not cover, and for what callers pay for all.
export async function deployFunds(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "InsuranceReserve",
    InsuranceReserve__factory,
    c.addressOf("StakedEther"),
    c.addressOf("BondVault"),
    p.coverDelaySeconds.value,
  );
  await c.deploy(
    "KeeperBudget",
    KeeperBudget__factory,
    c.addressOf("Authority"),
    c.addressOf("StakedEther"),
    p.refundPerCallWei.value,
    p.refundPerDayWei.value,
  );
}
