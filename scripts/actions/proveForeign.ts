import { keccak256, type ContractTransactionReceipt, type Signer } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import { yCoordinates } from "../lib/depositPoints.ts";
import type { KeyTree } from "../lib/keyTree.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import { recentBlock } from "./newestRoot.ts";
import { proveValidators } from "./proveValidators.ts";

interface Sources {
  protocol: Protocol;
  beacon: BeaconSource;
}

/** One key of an operator's commitment, by its place in the tree. */
export interface KeyOfOperator {
  operatorId: bigint;
  tree: KeyTree;
  at: number;
}

/**
 * Proves that a predeposited key has foreign credentials. Anyone may, and is paid from the operator's bond.
 *
 * @throws FatalError where the beacon chain does not know the key
 */
export async function proveForeign(
  sources: Sources,
  prover: Signer,
  key: KeyOfOperator,
): Promise<ContractTransactionReceipt> {
  const oracle = sources.protocol.SlashingOracle.connect(prover);
  const { place, keyProof, container } = await shown(sources, key);
  const signatureHash = keccak256(key.tree.keys[key.at]!.signature);
  return receiptOf(oracle.proveForeign(...place, signatureHash, keyProof, ...container));
}

/**
 * Proves that a predeposited key is a validator of ours already, by another commitment. Anyone may.
 *
 * @throws FatalError where the beacon chain does not know the key, or it or its signature is no point that could be shown
 */
export async function proveDuplicate(
  sources: Sources,
  prover: Signer,
  key: KeyOfOperator,
): Promise<ContractTransactionReceipt> {
  const oracle = sources.protocol.SlashingOracle.connect(prover);
  const { place, keyProof, container } = await shown(sources, key);
  const deposit = key.tree.keys[key.at]!;
  const y = yCoordinates(deposit);
  return receiptOf(oracle.proveDuplicate(...place, deposit.signature, keyProof, ...container, y));
}

/** The key in its commitment, and its validator under the newest root. */
async function shown({ beacon }: Sources, { operatorId, tree, at }: KeyOfOperator) {
  const { pubkey } = tree.keys[at]!;
  const { timestamp, indices, validators, proof } = await proveValidators(beacon, [pubkey]);
  return {
    place: [operatorId, tree.root, tree.gindex(at)] as const,
    keyProof: tree.proof(at),
    container: [recentBlock(timestamp), indices[0]!, validators[0]!, proof] as const,
  };
}
