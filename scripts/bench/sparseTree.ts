import { createHash } from "node:crypto";
import { hashPair } from "../lib/merkle.ts";

/// The data tree of a list as long as on a public network, of which a few leaves are known: every other node is any 32 bytes.
export class SparseTree {
  readonly #depth: number;
  readonly #levels: number;
  readonly #label: string;
  /// Nodes on the way up from known leaves, by level and index.
  readonly #known: Map<number, Uint8Array>[] = [];

  /// @param depth Of the whole tree; of these only what `count` leaves need is filled, and empty above.
  constructor(label: string, depth: number, count: number, leaves: ReadonlyMap<number, Uint8Array>) {
    this.#label = label;
    this.#depth = depth;
    this.#levels = count > 1 ? Math.ceil(Math.log2(count)) : 0;
    this.#known.push(new Map(leaves));
    for (let level = 0; level < this.#levels; level++) {
      const above = new Map<number, Uint8Array>();
      for (const index of this.#known[level]!.keys()) {
        const parent = Math.floor(index / 2);
        if (above.has(parent)) continue;
        above.set(parent, hashPair(this.#node(level, 2 * parent), this.#node(level, 2 * parent + 1)));
      }
      this.#known.push(above);
    }
  }

  root(): Uint8Array {
    let node = this.#node(this.#levels, 0);
    let empty: Uint8Array = new Uint8Array(32);
    for (let level = 0; level < this.#depth; level++) {
      if (level >= this.#levels) node = hashPair(node, empty);
      empty = hashPair(empty, empty);
    }
    return node;
  }

  /// In the order of `SSZ.listRoot`.
  proof(leaves: readonly number[]): Uint8Array[] {
    const proof: Uint8Array[] = [];
    let known = [...leaves];
    for (let level = 0; level < this.#levels; level++) {
      const parents: number[] = [];
      for (let i = 0; i < known.length; i++) {
        const index = known[i]!;
        if (index % 2 === 0 && known[i + 1] === index + 1) i++;
        else proof.push(this.#node(level, index ^ 1));
        parents.push(Math.floor(index / 2));
      }
      known = parents;
    }
    return proof;
  }

  #node(level: number, index: number): Uint8Array {
    const known = this.#known[level]?.get(index);
    return known ?? createHash("sha256").update(`${this.#label} ${level} ${index}`).digest();
  }
}
