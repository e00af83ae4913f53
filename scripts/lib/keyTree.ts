/**
 * The Merkle commitment of an operator's keys, as `KeyTree` of contracts/libraries verifies it. On chain stands the root;
 * keys travel as calldata.
 *
 *     leaf of key i = keccak256(keccak256(pubkey) ++ keccak256(signature))    at place 2 * count - 1 - i
 *     node g        = keccak256(node 2g ++ node 2g + 1)                       the root is node 1
 *
 * A place is a generalized index (consensus specification, ssz/merkle-proofs.md): it says by itself which way each step of
 * a branch goes, so that under one root a place holds one key, and a proof of many keys needs no flags. The bytes of a key
 * are hashed first, so that it can be shown again later by its hashes alone. The first key stands at the highest place, as
 * in the arrays of @openzeppelin/merkle-tree: decreasing places are the order of the keys.
 *
 * Keys that follow one another share their branch. Operators use their keys in order.
 */
import { concat, dataLength, hexlify, isHexString, keccak256 } from "ethers";
import { FatalError } from "./errors.ts";

/** One key as committed. */
export interface CommittedKey {
  /** 48 bytes, 0x-hex. */
  readonly pubkey: string;
  /** 96 bytes, 0x-hex: the signature of the predeposit (see depositData.ts). */
  readonly signature: string;
}

/** Keys of a tree in the order in which contracts take them: by strictly decreasing place, first key first. */
export interface KeyMultiProof {
  readonly gindices: number[];
  /** The keys at `gindices`, in the same order. */
  readonly keys: CommittedKey[];
  readonly proof: string[];
}

const FORMAT = "kedge-keys-v2";

export class KeyTree {
  readonly keys: readonly CommittedKey[];
  /** By generalized index; there is none at 0. */
  readonly #nodes: string[];
  readonly #indexOf = new Map<string, number>();

  /**
   * @param keys in the order in which they will be used
   * @throws FatalError where there are none, one has wrong lengths, or a public key appears twice
   */
  constructor(keys: readonly CommittedKey[]) {
    if (keys.length === 0) throw new FatalError("a commitment needs at least one key");
    this.keys = keys.map((key, i) => ({
      pubkey: bytes(key.pubkey, 48, `pubkey of key ${i}`),
      signature: bytes(key.signature, 96, `signature of key ${i}`),
    }));
    for (const [i, { pubkey }] of this.keys.entries()) {
      const first = this.#indexOf.get(pubkey);
      if (first !== undefined) throw new FatalError(`keys ${first} and ${i} are the same: ${pubkey}`);
      this.#indexOf.set(pubkey, i);
    }
    this.#nodes = [...keys.map(() => ""), ...this.keys.map(leafOf).reverse()];
    for (let g = this.count - 1; g > 0; g--) {
      this.#nodes[g] = keccak256(concat([this.#nodes[2 * g]!, this.#nodes[2 * g + 1]!]));
    }
  }

  get root(): string {
    return this.#nodes[1]!;
  }

  get count(): number {
    return this.keys.length;
  }

  /** Which key of the tree has this public key; throws `FatalError` where none has. */
  indexOf(pubkey: string): number {
    const index = this.#indexOf.get(pubkey.toLowerCase());
    if (index === undefined) throw new FatalError(`the commitment has no key ${pubkey}`);
    return index;
  }

  /** The place of a key. */
  gindex(index: number): number {
    if (this.keys[index] === undefined) throw new FatalError(`no key ${index} among ${this.count}`);
    return 2 * this.count - 1 - index;
  }

  /** The branch of one key, from the leaf up. */
  proof(index: number): string[] {
    const proof: string[] = [];
    for (let g = this.gindex(index); g > 1; g >>= 1) proof.push(this.#nodes[g ^ 1]!);
    return proof;
  }

  /**
   * The proof of several keys at once.
   * @param indices in any order, without repeats; at least one
   */
  multiProof(indices: readonly number[]): KeyMultiProof {
    if (indices.length === 0) throw new FatalError("a proof of no key proves nothing");
    const ordered = [...indices].sort((a, b) => a - b);
    const gindices = ordered.map((index, i) => {
      if (index === ordered[i - 1]) throw new FatalError(`key ${index} is asked for twice`);
      return this.gindex(index);
    });
    const proof: string[] = [];
    const known = [...gindices];
    for (let g = known.shift()!; g > 1; g = known.shift()!) {
      if (known[0] === (g ^ 1)) known.shift();
      else proof.push(this.#nodes[g ^ 1]!);
      known.push(g >> 1);
    }
    return { gindices, keys: ordered.map((index) => this.keys[index]!), proof };
  }

  /** A record from which `load` rebuilds the same tree. */
  dump(): { format: string; root: string; keys: CommittedKey[] } {
    return { format: FORMAT, root: this.root, keys: [...this.keys] };
  }

  /** The tree of a record; throws `FatalError` where the keys do not hash to the recorded root. */
  static load(record: { format: string; root: string; keys: readonly CommittedKey[] }): KeyTree {
    if (record.format !== FORMAT)
      throw new FatalError(`key record of format "${record.format}", not ${FORMAT}`);
    const tree = new KeyTree(record.keys);
    if (tree.root !== record.root) {
      throw new FatalError(
        `the keys hash to ${tree.root}, but the record says ${record.root}: it was altered`,
      );
    }
    return tree;
  }
}

function leafOf({ pubkey, signature }: CommittedKey): string {
  return keccak256(concat([keccak256(pubkey), keccak256(signature)]));
}

function bytes(hex: string, length: number, name: string): string {
  if (!isHexString(hex) || dataLength(hex) !== length) {
    throw new FatalError(`${name} must be ${length} bytes of 0x-hex, got "${hex}"`);
  }
  return hexlify(hex);
}
