/**
 * The few rules of SSZ Merkleization that proofs need: chunks, pairs, branches. SHA-256 throughout.
 * Source: consensus specification, `ssz/simple-serialize.md` and `ssz/merkle-proofs.md`.
 */
import { digest2Bytes32 } from "@chainsafe/as-sha256";
import { getBytes } from "ethers";
import { FatalError } from "./errors.ts";

/** The parent of two nodes of 32 bytes. */
export function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  return digest2Bytes32(left, right);
}

/** A uint64 as a chunk: 8 bytes little-endian, then zeros. */
export function uint64Chunk(value: bigint | number): Uint8Array {
  const chunk = new Uint8Array(32);
  const wide = BigInt(value);
  if (wide < 0n || wide >= 2n ** 64n) throw new FatalError(`${wide} is not a uint64`);
  new DataView(chunk.buffer).setBigUint64(0, wide, true);
  return chunk;
}

/** A boolean as a chunk. */
export function booleanChunk(value: boolean): Uint8Array {
  return uint64Chunk(value ? 1n : 0n);
}

/** The root of a vector of 48 bytes: two chunks, the second padded with zeros. */
export function bytes48Root(hex: string): Uint8Array {
  const bytes = getBytes(hex);
  if (bytes.length !== 48) throw new FatalError(`expected 48 bytes, got ${bytes.length}`);
  const last = new Uint8Array(32);
  last.set(bytes.subarray(32));
  return hashPair(bytes.slice(0, 32), last);
}

/** The root of leaves whose number is a power of two. */
export function treeRoot(leaves: readonly Uint8Array[]): Uint8Array {
  let level = leaves;
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) => hashPair(level[2 * i]!, level[2 * i + 1]!));
  }
  return level[0]!;
}

/** The siblings of leaf `index` up to the root, deepest first; the number of leaves is a power of two. */
export function treeBranch(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  const branch: Uint8Array[] = [];
  let level = leaves;
  for (let position = index; level.length > 1; position >>= 1) {
    branch.push(level[position ^ 1]!);
    level = Array.from({ length: level.length / 2 }, (_, i) => hashPair(level[2 * i]!, level[2 * i + 1]!));
  }
  return branch;
}

/** Folds a branch (deepest sibling first) onto `leaf`; bit i of `index` set means: right child at level i. */
export function foldBranch(leaf: Uint8Array, branch: readonly Uint8Array[], index: number): Uint8Array {
  let node = leaf;
  let position = index;
  for (const sibling of branch) {
    node = position & 1 ? hashPair(sibling, node) : hashPair(node, sibling);
    position >>>= 1;
  }
  return node;
}
