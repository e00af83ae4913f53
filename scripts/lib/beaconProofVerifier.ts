/**
 * What the contracts do with a proof of beaconProofs.ts, in TypeScript: recompute the block root. Keepers check
 * their proofs with it before they pay for a transaction. It shares no code with the prover but the hash.
 */
import { getBytes, hexlify } from "ethers";
import type { ValidatorProof, ValidatorRecord } from "./beaconProofs.ts";
import { FatalError } from "./errors.ts";
import { booleanChunk, bytes48Root, foldBranch, hashPair, treeRoot, uint64Chunk } from "./merkle.ts";

const LIST_DEPTH = 40;
/** Above the data tree: length (right sibling), 6 levels of the state at field 11, 3 of the header at field 3. */
const ABOVE_LIST = { length: 1 + 6 + 3, index: 0b011_001011_0 };
/** finalized_checkpoint.epoch: left child of field 20 (6 levels), below header field 3. */
const FINALITY = { length: 1 + 6 + 3, index: 0b011_010100_0 };
const SLOT = { length: 3, index: 0 };

/** hash_tree_root(Validator): 8 leaves, phase 0 order. */
export function validatorRoot(validator: ValidatorRecord): Uint8Array {
  return treeRoot([
    bytes48Root(validator.pubkey),
    getBytes(validator.withdrawalCredentials),
    uint64Chunk(validator.effectiveBalanceGwei),
    booleanChunk(validator.slashed),
    uint64Chunk(validator.activationEligibilityEpoch),
    uint64Chunk(validator.activationEpoch),
    uint64Chunk(validator.exitEpoch),
    uint64Chunk(validator.withdrawableEpoch),
  ]);
}

/** True where exactly these validators stand at these indices under `blockRoot` (32 bytes, 0x-hex). */
export function verifyValidatorProof(
  blockRoot: string,
  { indices, validators, proof }: ValidatorProof,
): boolean {
  return holds(blockRoot, () => {
    if (indices.length === 0 || indices.length !== validators.length)
      throw new FatalError("one validator per index");
    const hashes = proof.map(hash);
    let used = 0;
    let nodes = indices.map((index, i) => ({ index, root: validatorRoot(validators[i]!) }));
    if (
      nodes.some(
        ({ index }, i) => index < 0 || index >= 2 ** LIST_DEPTH || (i > 0 && index <= indices[i - 1]!),
      )
    ) {
      throw new FatalError("indices must strictly increase");
    }
    for (let level = 0; level < LIST_DEPTH; level++) {
      const parents: typeof nodes = [];
      for (let i = 0; i < nodes.length; ) {
        const node = nodes[i]!;
        const next = nodes[i + 1];
        const pairs = node.index % 2 === 0 && next?.index === node.index + 1;
        const isFilled = nodes.length > 1 || hashes.length - used > ABOVE_LIST.length;
        if (!isFilled && node.index !== 0)
          throw new FatalError("the index is beyond the levels of the proof");
        const sibling = pairs ? next.root : isFilled ? hashes[used++] : emptyRoot(level);
        if (sibling === undefined) throw new FatalError("the proof is too short");
        const root = node.index % 2 === 0 ? hashPair(node.root, sibling) : hashPair(sibling, node.root);
        parents.push({ index: Math.floor(node.index / 2), root });
        i += pairs ? 2 : 1;
      }
      nodes = parents;
    }
    return fold(nodes[0]!.root, hashes.slice(used), ABOVE_LIST);
  });
}

/** True where `epoch` is the finalized epoch in the state of the block `blockRoot`. */
export function verifyFinalityProof(
  blockRoot: string,
  { epoch, proof }: { epoch: number; proof: string[] },
): boolean {
  return holds(blockRoot, () => fold(uint64Chunk(epoch), proof.map(hash), FINALITY));
}

/** True where the block `blockRoot` is of `slot`. */
export function verifySlotProof(
  blockRoot: string,
  { slot, proof }: { slot: number; proof: string[] },
): boolean {
  return holds(blockRoot, () => fold(uint64Chunk(slot), proof.map(hash), SLOT));
}

/** The root of an empty subtree of so many levels. */
function emptyRoot(levels: number): Uint8Array {
  let root: Uint8Array = new Uint8Array(32);
  for (let i = 0; i < levels; i++) root = hashPair(root, root);
  return root;
}

function fold(
  leaf: Uint8Array,
  branch: Uint8Array[],
  { length, index }: { length: number; index: number },
): Uint8Array {
  if (branch.length !== length)
    throw new FatalError(`the branch has ${branch.length} hashes, expected ${length}`);
  return foldBranch(leaf, branch, index);
}

function hash(hex: string): Uint8Array {
  const bytes = getBytes(hex);
  if (bytes.length !== 32) throw new FatalError(`a hash has 32 bytes, got ${bytes.length}`);
  return bytes;
}

/** A malformed proof is a proof that does not hold; any other error is a defect and is passed on. */
function holds(blockRoot: string, recompute: () => Uint8Array): boolean {
  try {
    return hexlify(recompute()) === hexlify(blockRoot);
  } catch (error) {
    if (error instanceof FatalError) return false;
    throw error;
  }
}
