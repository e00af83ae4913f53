import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { concat, AbiCoder, hexlify, keccak256, type BaseContract } from "ethers";
import { createHash } from "node:crypto";
import { FatalError } from "../../scripts/lib/errors.ts";
import { KeyTree, type CommittedKey } from "../../scripts/lib/keyTree.ts";
import { compileHarness, outcomeOf } from "./solidity.ts";

function keysOf(count: number): CommittedKey[] {
  const bytes = (tag: string, i: number, length: number) =>
    hexlify(createHash("shake256", { outputLength: length }).update(`${tag} ${i}`).digest());
  return Array.from({ length: count }, (_, i) => ({
    pubkey: bytes("pubkey", i, 48),
    signature: bytes("signature", i, 96),
  }));
}

/** The leaf as the contract builds it. */
function leafOf(index: number, { pubkey, signature }: CommittedKey): string {
  const values = [index, keccak256(pubkey), keccak256(signature)];
  return keccak256(keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "bytes32", "bytes32"], values)));
}

/** Values for the library's own tree. */
function valuesOf(tree: KeyTree): [bigint, string, string][] {
  return tree.keys.map((key, i) => [BigInt(i), keccak256(key.pubkey), keccak256(key.signature)]);
}

/** OpenZeppelin's verifier behind external functions, and the project's registry with all rights granted. */
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {ValidatorRegistry} from "contracts/operators/ValidatorRegistry.sol";
contract MerkleProof__Harness {
    struct Key { uint256 index; bytes pubkey; bytes signature; }
    function leaf(Key calldata k) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(k.index, keccak256(k.pubkey), keccak256(k.signature)))));
    }
    function one(bytes32[] calldata proof, bytes32 root, Key calldata k) external pure returns (bool) {
        return MerkleProof.verifyCalldata(proof, root, leaf(k));
    }
    function many(bytes32[] calldata proof, bool[] calldata flags, bytes32 root, Key[] calldata keys)
        external pure returns (bool)
    {
        bytes32[] memory leaves = new bytes32[](keys.length);
        for (uint256 i; i < keys.length; ++i) leaves[i] = leaf(keys[i]);
        return MerkleProof.multiProofVerifyCalldata(proof, flags, root, leaves);
    }
}
contract Everything__Mock {
    function hasRole(bytes32, address) external pure returns (bool) { return true; }
    function depositableKeys(uint256) external pure returns (uint256) { return type(uint256).max; }
    function requireManager(uint256, address) external pure {}
}`;

interface PresentedKey extends CommittedKey {
  index: number;
}

/** The functions of the harness, as they are called. */
interface Harness {
  one(proof: string[], root: string, key: PresentedKey): Promise<boolean>;
  many(proof: string[], flags: boolean[], root: string, keys: PresentedKey[]): Promise<boolean>;
}

async function deployHarness(): Promise<Harness & { registry: BaseContract }> {
  const deploy = await compileHarness(SOURCE);
  const contract = await deploy("MerkleProof__Harness");
  const mock = await deploy("Everything__Mock");
  return {
    registry: await deploy("ValidatorRegistry", mock, mock),
    one: (...args) => contract.getFunction("one").staticCall(...args) as Promise<boolean>,
    many: (...args) => contract.getFunction("many").staticCall(...args) as Promise<boolean>,
  };
}

describe("key tree", () => {
  let harness: Awaited<ReturnType<typeof deployHarness>>;
  before(async () => {
    harness = await deployHarness();
  });
  const presented = (tree: KeyTree, indices: number[]) =>
    indices.map((index) => ({ index, ...tree.keys[index]! }));

  it("has leaves as contracts build them, and a root that OpenZeppelin's library agrees with", () => {
    const tree = new KeyTree(keysOf(5));
    for (let i = 0; i < 5; i++) expect(tree.leaf(i)).to.equal(leafOf(i, tree.keys[i]!));
    const reference = StandardMerkleTree.of(valuesOf(tree), ["uint256", "bytes32", "bytes32"], {
      sortLeaves: false,
    });
    expect(tree.root).to.equal(reference.root);
    expect(tree.count).to.equal(5);
  });

  it("proves single keys to MerkleProof on chain, and no other key or index", async () => {
    for (const count of [1, 2, 3, 7, 16, 33]) {
      const tree = new KeyTree(keysOf(count));
      for (const index of new Set([0, count >> 1, count - 1])) {
        const key = { index, ...tree.keys[index]! };
        expect(await harness.one(tree.proof(index), tree.root, key), `${index} of ${count}`).to.equal(true);
        expect(await harness.one(tree.proof(index), tree.root, { ...key, index: index + 1 })).to.equal(false);
        const otherSignature = `${key.signature.slice(0, -1)}${key.signature.endsWith("0") ? "1" : "0"}`;
        expect(
          await harness.one(tree.proof(index), tree.root, { ...key, signature: otherSignature }),
        ).to.equal(false);
      }
    }
  });

  it("proves many keys at once, in every order of asking, by strictly increasing index", async () => {
    for (const [count, asked] of [
      [1, [0]],
      [2, [1, 0]],
      [13, [12, 0, 5, 6]],
      [20, [19, 18, 17]],
      [37, [3, 36, 20, 4, 35, 0]],
      [16, [...Array(16).keys()]],
    ] as [number, number[]][]) {
      const tree = new KeyTree(keysOf(count));
      const { indices, keys, leaves, proof, proofFlags } = tree.multiProof(asked);
      expect(indices).to.deep.equal([...asked].sort((a, b) => a - b));
      expect(leaves).to.deep.equal(indices.map((index, i) => leafOf(index, keys[i]!)));
      expect(await harness.many(proof, proofFlags, tree.root, presented(tree, indices)), `${count}`).to.equal(
        true,
      );
    }
  });

  it("is what ValidatorRegistry accepts, from commitment to proof", async () => {
    const { registry } = harness;
    const tree = new KeyTree(keysOf(11));
    const { indices, proof, proofFlags } = tree.multiProof([9, 2, 3]);
    await registry.getFunction("commit").send(1, tree.root, tree.count, "0x");
    const keys = presented(tree, indices);
    const packed = (list: typeof keys) => [
      list.map(({ index }) => index),
      concat(list.map(({ pubkey }) => pubkey)),
      concat(list.map(({ signature }) => signature)),
    ];
    const swapped = [1, tree.root, ...packed(keys.toReversed()), proof, proofFlags];
    expect(await outcomeOf(registry, "predeposit", ...swapped)).to.equal("KeysNotCommitted");
    await registry.getFunction("predeposit").send(1, tree.root, ...packed(keys), proof, proofFlags);
    const links = keys.map(({ index, pubkey, signature }) => [
      index,
      1000 + index,
      0,
      keccak256(pubkey),
      keccak256(signature),
    ]);
    await registry.getFunction("prove").send(1, tree.root, links, proof, proofFlags);
    const id = await registry.getFunction("commitmentIdOf").staticCall(1, tree.root);
    const state = async (index: number) =>
      Number(await registry.getFunction("stateOf").staticCall(id, index));
    const PROVEN = 2;
    expect(await Promise.all(tree.keys.map((_, i) => state(i)))).to.deep.equal(
      tree.keys.map((_, i) => (indices.includes(i) ? PROVEN : 0)),
    );
    expect(await registry.getFunction("isProven").staticCall(1009)).to.equal(true);
    expect(await registry.getFunction("isProven").staticCall(1010)).to.equal(false);
  });

  it("fails on chain with the keys in another order, with one replaced, and with a changed proof", async () => {
    const tree = new KeyTree(keysOf(21));
    const { indices, proof, proofFlags } = tree.multiProof([2, 3, 9, 20]);
    const keys = presented(tree, indices);
    expect(await harness.many(proof, proofFlags, tree.root, keys)).to.equal(true);
    expect(
      await harness.many(
        proof,
        proofFlags,
        tree.root,
        [1, 2, 0, 3].map((i) => keys[i]!),
      ),
    ).to.equal(false);
    expect(
      await harness.many(proof, proofFlags, tree.root, [...keys.slice(0, 3), { ...keys[3]!, index: 4 }]),
    ).to.equal(false);
    for (let i = 0; i < proof.length; i++) {
      const changed = proof.with(i, keccak256(proof[i]!));
      expect(await harness.many(changed, proofFlags, tree.root, keys), `hash ${i}`).to.equal(false);
    }
  });

  it("needs few hashes for keys that follow one another", () => {
    const tree = new KeyTree(keysOf(1000));
    const run = Array.from({ length: 16 }, (_, i) => 400 + i);
    expect(tree.multiProof(run).proof.length).to.be.at.most(12);
    const sorted = StandardMerkleTree.of(valuesOf(tree), ["uint256", "bytes32", "bytes32"]);
    expect(sorted.getMultiProof(run).proof.length).to.be.greaterThan(60);
  });

  it("is restored from its record, and refuses an altered one", () => {
    const tree = new KeyTree(keysOf(6));
    const record = JSON.parse(JSON.stringify(tree.dump())) as ReturnType<KeyTree["dump"]>;
    expect(KeyTree.load(record).root).to.equal(tree.root);
    expect(() => KeyTree.load({ ...record, keys: record.keys.toReversed() })).to.throw(FatalError, "altered");
    expect(() => KeyTree.load({ ...record, format: "x" })).to.throw(FatalError, "format");
  });

  it("refuses nothing, doubles, wrong lengths and keys it does not have", () => {
    const [a, b] = keysOf(2) as [CommittedKey, CommittedKey];
    expect(() => new KeyTree([])).to.throw(FatalError, "at least one");
    expect(() => new KeyTree([a, b, { ...b, pubkey: a.pubkey.toUpperCase().replace("0X", "0x") }])).to.throw(
      FatalError,
      "keys 0 and 2",
    );
    expect(() => new KeyTree([{ ...a, pubkey: a.signature }])).to.throw(
      FatalError,
      "pubkey of key 0 must be 48",
    );
    const tree = new KeyTree([a, b]);
    expect(() => tree.proof(2)).to.throw(FatalError, "no key 2");
    expect(() => tree.proof(-1)).to.throw(FatalError);
    expect(() => tree.multiProof([0, 0])).to.throw(FatalError, "twice");
    expect(() => tree.multiProof([])).to.throw(FatalError, "no key");
    expect(() => tree.multiProof([0, 5])).to.throw(FatalError, "no key 5");
  });
});
