/**
 * Merkle roots of many leaves without their tree: a batch of leaves is hashed up to one node before the next batch is
 * made, so that memory does not grow with their number. Source: consensus specification, `ssz/simple-serialize.md`.
 */
import { zeroHash } from "@chainsafe/persistent-merkle-tree";
import { hasher } from "@chainsafe/persistent-merkle-tree/hasher/hashtree";

/** Levels of a batch. */
const BATCH_DEPTH = 12;
/** Leaves of a batch. */
export const BATCH = 1 << BATCH_DEPTH;
const NODE = 32;

/** Writes `count` leaves, from number `first` on, over all of `into`. */
export type WriteLeaves = (into: Uint8Array, first: number, count: number) => void;

/** The root of `count` leaves, at most 2^depth, with empty ones behind them up to 2^depth. */
export function rootOfLeaves(count: number, depth: number, write: WriteLeaves): Uint8Array {
  if (count === 0) return zeroHash(depth);
  const top = Math.min(depth, BATCH_DEPTH);
  const roots = new Uint8Array(Math.ceil(count / BATCH) * NODE);
  const leaves = new Uint8Array(Math.min(count, BATCH) * NODE);
  for (let first = 0; first < count; first += BATCH) {
    const here = leaves.subarray(0, Math.min(BATCH, count - first) * NODE);
    write(here, first, here.length / NODE);
    roots.set(climb(here, 0, top), (first / BATCH) * NODE);
  }
  return climb(roots, top, depth);
}

/** The root of packed bytes: chunks of 32, the last one filled up with zeros. */
export function rootOfChunks(bytes: Uint8Array, depth: number): Uint8Array {
  return rootOfLeaves(Math.ceil(bytes.length / NODE), depth, (into, first) => {
    const from = first * NODE;
    const part = bytes.subarray(from, from + into.length);
    into.set(part);
    into.fill(0, part.length);
  });
}

/** Nodes of one level, `levels` further up. Their number is a multiple of 2^levels. */
export function parents(nodes: Uint8Array, levels: number): Uint8Array {
  let level = nodes;
  for (let i = 0; i < levels; i++) {
    const above = new Uint8Array(level.length / 2);
    hasher.hashInto(level, above);
    level = above;
  }
  return level;
}

/** Of all nodes of level `from` those of level `to`, with empty subtrees behind them. */
function climb(nodes: Uint8Array, from: number, to: number): Uint8Array {
  let level = nodes;
  for (let height = from; height < to; height++) {
    if (level.length % (2 * NODE) !== 0) {
      const even = new Uint8Array(level.length + NODE);
      even.set(level);
      even.set(zeroHash(height), level.length);
      level = even;
    }
    level = parents(level, 1);
  }
  return level;
}
