import { keccak256 } from "ethers";
import type { BeaconClient } from "../lib/beaconClient.ts";
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
  positions: number[];
  keyIndices: number[];
  signatureHashes: string[];
  proof: string[];
  flags: boolean[];
}

/** Whether `proveValidators` would find all of these keys. */
export async function areProvable(beacon: BeaconClient, pubkeys: readonly string[]): Promise<boolean> {
  const { stateId } = await newestRoot(beacon);
  return (await beacon.validators(stateId, [...pubkeys])).length === new Set(pubkeys).size;
}

/**
 * A proof of validators under the newest root that the execution chain knows: that of the parent of the head block.
 *
 * @throws FatalError where the state does not know one of the keys
 */
export async function proveValidators(
  beacon: BeaconClient,
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
  const places = validators.map(({ pubkey }) => {
    const place = tree.keys.findIndex((key) => key.pubkey === pubkey.toLowerCase());
    if (place < 0) throw new FatalError(`the commitment has no key ${pubkey}`);
    return place;
  });
  const { indices, keys, proof, proofFlags } = tree.multiProof([...places].sort((a, b) => a - b));
  return {
    operatorId,
    root: tree.root,
    positions: indices.map((index) => places.indexOf(index)),
    keyIndices: indices,
    signatureHashes: keys.map(({ signature }) => keccak256(signature)),
    proof,
    flags: proofFlags,
  };
}
