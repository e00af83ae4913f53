import { Authority__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// The deployer is the first admin; the last step hands over.
export async function deployAuthority(c: DeployContext): Promise<void> {
  await c.deploy("Authority", Authority__factory, await c.deployer.getAddress());
}
