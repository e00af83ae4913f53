import { keccak256, ZeroHash, type ContractTransactionReceipt, type Signer } from "ethers";
import { proveValidators } from "../../../scripts/actions/proveValidators.ts";
import type { Batch } from "./keys.ts";
import { mined, type World } from "./world.ts";

/// Somebody proves that a predeposited key of the operator has foreign credentials.
export async function proveForeign(
  world: World,
  prover: Signer,
  batch: Batch,
  place: number,
): Promise<ContractTransactionReceipt> {
  const oracle = world.protocol.SlashingOracle.connect(prover);
  return mined(oracle.proveForeign(...(await shown(world, batch, place))));
}

/// Somebody proves that a predeposited key of the operator is a validator of ours already.
export async function proveDuplicate(
  world: World,
  prover: Signer,
  batch: Batch,
  place: number,
): Promise<ContractTransactionReceipt> {
  const oracle = world.protocol.SlashingOracle.connect(prover);
  return mined(oracle.proveDuplicate(...(await shown(world, batch, place))));
}

/// The key in its commitment, and its validator under the newest root.
async function shown({ beacon, operatorId }: World, { tree }: Batch, place: number) {
  const { pubkey, signature } = tree.keys[place]!;
  const { timestamp, indices, validators, proof } = await proveValidators(beacon, [pubkey]);
  const block = { timestamp, slot: 0, root: ZeroHash, history: [] };
  return [
    operatorId,
    tree.root,
    tree.gindex(place),
    keccak256(signature),
    tree.proof(place),
    block,
    indices[0]!,
    validators[0]!,
    proof,
  ] as const;
}
