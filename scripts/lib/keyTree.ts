/**
 * The Merkle commitment of an operator's keys. On chain stands the root; keys travel as calldata and are
 * checked with OpenZeppelin's `MerkleProof`.
 *
 *     leaf i = keccak256(keccak256(abi.encode(uint256 i, keccak256(pubkey), keccak256(signature))))
 *
 * The bytes are hashed first, so that a key can be shown again later by its hashes alone (`ValidatorRegistry`).
 *
 * The tree is @openzeppelin/merkle-tree's `StandardMerkleTree` with `sortLeaves: false`, so that leaves stand
 * in the order of their indices. Two things follow, and contracts rely on both:
 *
 * - `multiProofVerifyCalldata` must receive the leaves by strictly increasing index. (OpenZeppelin wants them
 *   in the opposite order to the tree, and the library fills a tree from its end.) One comparison per key
 *   therefore also proves that no key is presented twice.
 * - Keys that follow one another share their branch: a run of 16 needs a handful of hashes, where leaves
 *   sorted by hash would need dozens. Operators use their keys in order.
 *
 * A leaf encodes more than 64 bytes and is hashed twice, so no inner node can pass as a leaf.
 */
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { dataLength, hexlify, isHexString, keccak256 } from "ethers";
import { FatalError } from "./errors.ts";

/** One key as committed. */
export interface CommittedKey {
  /** 48 bytes, 0x-hex. */
  readonly pubkey: string;
  /** 96 bytes, 0x-hex: the signature of the predeposit (see depositData.ts). */
  readonly signature: string;
}

export interface KeyMultiProof {
  /** Strictly increasing: the order in which the contract must build its leaves. */
  readonly indices: number[];
  /** The keys at `indices`, in the same order. */
  readonly keys: CommittedKey[];
  /** The hashes of the leaves, in the same order; the contract computes them itself. */
  readonly leaves: string[];
  readonly proof: string[];
  readonly proofFlags: boolean[];
}

type Leaf = [index: bigint, pubkeyHash: string, signatureHash: string];
const LEAF_TYPES = ["uint256", "bytes32", "bytes32"];
const FORMAT = "kedge-keys-v1";

export class KeyTree {
  readonly #tree: StandardMerkleTree<Leaf>;
  readonly keys: readonly CommittedKey[];

  /**
   * @param keys in the order in which they will be used; index = position
   * @throws FatalError where there are none, one has wrong lengths, or a public key appears twice
   */
  constructor(keys: readonly CommittedKey[]) {
    if (keys.length === 0) throw new FatalError("a commitment needs at least one key");
    this.keys = keys.map((key, i) => ({
      pubkey: bytes(key.pubkey, 48, `pubkey of key ${i}`),
      signature: bytes(key.signature, 96, `signature of key ${i}`),
    }));
    const seen = new Map<string, number>();
    for (const [i, { pubkey }] of this.keys.entries()) {
      const first = seen.get(pubkey);
      if (first !== undefined) throw new FatalError(`keys ${first} and ${i} are the same: ${pubkey}`);
      seen.set(pubkey, i);
    }
    const leaves = this.keys.map((key, i) => leafOf(i, key));
    this.#tree = StandardMerkleTree.of(leaves, LEAF_TYPES, { sortLeaves: false });
  }

  get root(): string {
    return this.#tree.root;
  }

  get count(): number {
    return this.keys.length;
  }

  /** The hash of leaf `index`. */
  leaf(index: number): string {
    return this.#tree.leafHash(leafOf(index, this.#at(index)));
  }

  /** The branch of one key, for `MerkleProof.verifyCalldata`. */
  proof(index: number): string[] {
    this.#at(index);
    return this.#tree.getProof(index);
  }

  /**
   * The proof of several keys at once, for `MerkleProof.multiProofVerifyCalldata`.
   * @param indices in any order, without repeats; at least one
   */
  multiProof(indices: readonly number[]): KeyMultiProof {
    const ordered = [...indices].sort((a, b) => a - b);
    if (ordered.length === 0) throw new FatalError("a proof of no key proves nothing");
    const keys = ordered.map((index, i) => {
      if (index === ordered[i - 1]) throw new FatalError(`key ${index} is asked for twice`);
      return this.#at(index);
    });
    const { leaves, proof, proofFlags } = this.#tree.getMultiProof(ordered);
    if (!leaves.every(([index], i) => index === BigInt(ordered[i]!))) {
      throw new FatalError("the Merkle library returned the leaves in another order than by index");
    }
    return { indices: ordered, keys, leaves: ordered.map((index) => this.leaf(index)), proof, proofFlags };
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

  #at(index: number): CommittedKey {
    const key = this.keys[index];
    if (key === undefined) throw new FatalError(`no key ${index} among ${this.count}`);
    return key;
  }
}

function leafOf(index: number, { pubkey, signature }: CommittedKey): Leaf {
  return [BigInt(index), keccak256(pubkey), keccak256(signature)];
}

function bytes(hex: string, length: number, name: string): string {
  if (!isHexString(hex) || dataLength(hex) !== length) {
    throw new FatalError(`${name} must be ${length} bytes of 0x-hex, got "${hex}"`);
  }
  return hexlify(hex);
}
