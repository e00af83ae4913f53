import { EmergencyBrake__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// What guardians may stop, once.
export async function deployBrake(c: DeployContext): Promise<void> {
  await c.deploy(
    "EmergencyBrake",
    EmergencyBrake__factory,
    c.addressOf("Authority"),
    c.addressOf("StakedEther"),
    c.addressOf("BeaconDepositor"),
    c.addressOf("WithdrawalQueue"),
    c.parameters.brakeSeconds.value,
  );
}
