import type { ContractTransactionReceipt, Signer } from "ethers";
import * as actions from "../../../scripts/actions/proveForeign.ts";
import type { Batch } from "./keys.ts";
import type { World } from "./world.ts";

/// Somebody proves that a predeposited key of the operator has foreign credentials.
export async function proveForeign(
  world: World,
  prover: Signer,
  { tree }: Batch,
  at: number,
): Promise<ContractTransactionReceipt> {
  return actions.proveForeign(world, prover, { operatorId: world.operatorId, tree, at });
}

/// Somebody proves that a predeposited key of the operator is a validator of ours already.
export async function proveDuplicate(
  world: World,
  prover: Signer,
  { tree }: Batch,
  at: number,
): Promise<ContractTransactionReceipt> {
  return actions.proveDuplicate(world, prover, { operatorId: world.operatorId, tree, at });
}
