import { OperatorRegistry__factory, ValidatorRegistry__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

export async function deployOperators(c: DeployContext): Promise<void> {
  await c.deploy("OperatorRegistry", OperatorRegistry__factory, c.addressOf("Authority"));
  await c.deploy(
    "ValidatorRegistry",
    ValidatorRegistry__factory,
    c.addressOf("Authority"),
    c.addressOf("OperatorRegistry"),
    c.parameters.predepositDeadlineSeconds.value,
  );
}
