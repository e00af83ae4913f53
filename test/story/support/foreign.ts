import { keccak256, type ContractTransactionReceipt, type Signer } from "ethers";
import { recentBlock } from "../../../scripts/actions/newestRoot.ts";
import { proveValidators } from "../../../scripts/actions/proveValidators.ts";
import { yCoordinates } from "../../../scripts/lib/depositPoints.ts";
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
  const { key, keyProof, container } = await shown(world, batch, place);
  return mined(
    oracle.proveForeign(...key, keccak256(batch.tree.keys[place]!.signature), keyProof, ...container),
  );
}

/// Somebody proves that a predeposited key of the operator is a validator of ours already.
export async function proveDuplicate(
  world: World,
  prover: Signer,
  batch: Batch,
  place: number,
): Promise<ContractTransactionReceipt> {
  const oracle = world.protocol.SlashingOracle.connect(prover);
  const { key, keyProof, container } = await shown(world, batch, place);
  const deposit = batch.tree.keys[place]!;
  const y = yCoordinates(deposit);
  return mined(oracle.proveDuplicate(...key, deposit.signature, keyProof, ...container, y));
}

/// The key in its commitment, and its validator under the newest root.
async function shown({ beacon, operatorId }: World, { tree }: Batch, place: number) {
  const { pubkey } = tree.keys[place]!;
  const { timestamp, indices, validators, proof } = await proveValidators(beacon, [pubkey]);
  return {
    key: [operatorId, tree.root, tree.gindex(place)] as const,
    keyProof: tree.proof(place),
    container: [recentBlock(timestamp), indices[0]!, validators[0]!, proof] as const,
  };
}
