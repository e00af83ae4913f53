import { BeaconDepositor__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

export async function deployDepositor(c: DeployContext): Promise<void> {
  await c.deploy(
    "BeaconDepositor",
    BeaconDepositor__factory,
    c.addressOf("Authority"),
    c.addressOf("StakedEther"),
    c.addressOf("ValidatorRegistry"),
    c.addressOf("OperatorRegistry"),
    c.addressOf("WithdrawalQueue"),
    c.addressOf("BondVault"),
    c.addressOf("StakeAllocator"),
    {
      genesisForkVersion: c.parameters.genesisForkVersion.value,
      checksCurated: c.parameters.checksCurated.value,
      checksOthers: c.parameters.checksOthers.value,
      credentialsPrefix: c.parameters.credentialsPrefix.value,
    },
  );
}
