import { SlashingOracle__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// What faults cost.
export async function deploySlashing(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "SlashingOracle",
    SlashingOracle__factory,
    c.addressOf("BeaconVerifier"),
    c.addressOf("StakedEther"),
    c.addressOf("ValidatorRegistry"),
    c.addressOf("OperatorRegistry"),
    c.addressOf("BondVault"),
    {
      penaltyQuotient: p.penaltyQuotient.value,
      provisionBp: p.provisionBp.value,
      bountyBp: p.slashingBountyBp.value,
      foreignFine: p.foreignFineWei.value,
      foreignBounty: p.foreignBountyWei.value,
      slashingsVector: p.slashingsVector.value,
    },
  );
}
