import { encodeBytes32String } from "ethers";
import {
  InsuranceReserve__factory,
  KeeperBudget__factory,
  RewardDistributor__factory,
} from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// Where fees go: to operators and the treasury, for what bonds do not cover, and for calls that anyone makes for all.
export async function deployFunds(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "InsuranceReserve",
    InsuranceReserve__factory,
    c.addressOf("Authority"),
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
    [
      { job: encodeBytes32String("report"), perFrame: p.reportBudgetWei.value },
      { job: encodeBytes32String("finalize"), perFrame: p.finalizeBudgetWei.value },
      { job: encodeBytes32String("prove"), perFrame: p.proveBudgetWei.value },
      { job: encodeBytes32String("witness"), perFrame: p.witnessBudgetWei.value },
      { job: encodeBytes32String("trigger"), perFrame: p.triggerBudgetWei.value },
    ],
  );
  await c.deploy(
    "RewardDistributor",
    RewardDistributor__factory,
    c.addressOf("Authority"),
    c.addressOf("StakedEther"),
    c.addressOf("OperatorRegistry"),
    c.addressOf("InsuranceReserve"),
    c.addressOf("KeeperBudget"),
    p.treasury.value,
    { treasuryBp: p.treasuryBp.value, reserveBp: p.reserveBp.value, keepersBp: p.keepersBp.value },
  );
}
