import { keccak256 } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import { validatorProof } from "../lib/beaconProofs.ts";
import { decodeState } from "../lib/beaconState.ts";
import { FatalError } from "../lib/errors.ts";
import type { KeyTree } from "../lib/keyTree.ts";
import { newestRoot } from "./newestRoot.ts";

/** `ValidatorProof` of contracts/interfaces/IBeaconDepositor.sol. */
export interface ValidatorProofArgument {
  timestamp: number;
  indices: number[];
  validators: {
    pubkey: string;
    withdrawalCredentials: string;
    effectiveBalance: bigint;
    slashed: boolean;
    activationEligibilityEpoch: bigint;
    activationEpoch: bigint;
    exitEpoch: bigint;
    withdrawableEpoch: bigint;
  }[];
  proof: string[];
}

/** `KeyProof` of contracts/interfaces/IBeaconDepositor.sol. */
export interface KeyProofArgument {
  operatorId: bigint;
  root: string;
  gindices: number[];
  positions: number[];
  signatureHashes: string[];
  proof: string[];
}

/** Whether `proveValidators` would find all of these keys. */
export async function areProvable(beacon: BeaconSource, pubkeys: readonly string[]): Promise<boolean> {
  const { stateId } = await newestRoot(beacon);
  return (await beacon.validators(stateId, [...pubkeys])).length === new Set(pubkeys).size;
}

/**
 * A proof of validators under the newest root that the execution chain knows: that of the parent of the head block.
 *
 * @throws FatalError where the state does not know one of the keys
 */
export async function proveValidators(
  beacon: BeaconSource,
  pubkeys: readonly string[],
): Promise<ValidatorProofArgument> {
  const { timestamp, header, stateId } = await newestRoot(beacon);
  const known = await beacon.validators(stateId, [...pubkeys]);
  const missing = pubkeys.find((key) => !known.some(({ pubkey }) => pubkey === key.toLowerCase()));
  if (missing !== undefined) throw new FatalError(`the beacon chain knows no validator ${missing} yet`);

  const indices = known.map(({ index }) => index).sort((a, b) => a - b);
  const { bytes, fork } = await beacon.stateSsz(stateId);
  const proof = validatorProof(await decodeState(bytes, fork), header, indices);
  return {
    timestamp,
    indices,
    validators: proof.validators.map(({ effectiveBalanceGwei, ...rest }) => ({
      ...rest,
      effectiveBalance: effectiveBalanceGwei,
    })),
    proof: proof.proof,
  };
}

/** Where the proven validators stand in their operator's commitment. */
export function keyProof(
  tree: KeyTree,
  operatorId: bigint,
  validators: readonly { pubkey: string }[],
): KeyProofArgument {
  const { gindices, keys, proof } = tree.multiProof(validators.map(({ pubkey }) => tree.indexOf(pubkey)));
  return {
    operatorId,
    root: tree.root,
    gindices,
    positions: keys.map((key) => validators.findIndex(({ pubkey }) => pubkey.toLowerCase() === key.pubkey)),
    signatureHashes: keys.map(({ signature }) => keccak256(signature)),
    proof,
  };
}

/** Arguments of `proveAndTopUpOne`, from a proof of one validator. */
export function oneValidator(
  { timestamp, indices, validators }: ValidatorProofArgument,
  tree: KeyTree,
  operatorId: bigint,
  amountGwei: bigint,
) {
  const [validator] = validators;
  const [validatorIndex] = indices;
  if (validator === undefined || validatorIndex === undefined || validators.length > 1) {
    throw new FatalError(`expected the proof of one validator, got ${validators.length}`);
  }
  const index = tree.indexOf(validator.pubkey);
  return {
    validator: {
      timestamp,
      validatorIndex,
      effectiveBalance: validator.effectiveBalance,
      activationEligibilityEpoch: validator.activationEligibilityEpoch,
      activationEpoch: validator.activationEpoch,
      amountGwei,
      gindex: tree.gindex(index),
      operatorId,
      root: tree.root,
      signatureHash: keccak256(tree.keys[index]!.signature),
    },
    pubkey: validator.pubkey,
    keyProof: tree.proof(index),
  };
}
