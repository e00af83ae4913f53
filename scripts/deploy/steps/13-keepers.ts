import { KeeperJobs__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// What pays whoever makes calls that anyone may make.
export async function deployKeepers(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "KeeperJobs",
    KeeperJobs__factory,
    {
      ledger: c.addressOf("StakedEther"),
      keeperBudget: c.addressOf("KeeperBudget"),
      withdrawalQueue: c.addressOf("WithdrawalQueue"),
      depositor: c.addressOf("BeaconDepositor"),
      validatorRegistry: c.addressOf("ValidatorRegistry"),
      verifier: c.addressOf("BeaconVerifier"),
      slashingOracle: c.addressOf("SlashingOracle"),
      exitController: c.addressOf("ExitController"),
    },
    {
      maxBaseFee: p.keeperMaxBaseFeeWei.value,
      rise: p.keeperRiseSeconds.value,
      finalizeGas: p.finalizeGas.value,
      proveGas: p.proveGas.value,
      proveMoreGas: p.proveMoreGas.value,
      withdrawnGas: p.withdrawnGas.value,
      settleGas: p.settleGas.value,
      triggerGas: p.triggerGas.value,
      triggerMoreGas: p.triggerMoreGas.value,
      minFinalize: p.minPaidFinalizeWei.value,
      minSettle: p.minPaidSettleWei.value,
      minTrigger: p.minPaidTriggerWei.value,
    },
  );
}
