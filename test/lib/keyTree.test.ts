import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { concat, hexlify, keccak256, type BaseContract } from "ethers";
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

/** The leaf as contracts build it. */
function leafOf({ pubkey, signature }: CommittedKey): string {
  return keccak256(concat([keccak256(pubkey), keccak256(signature)]));
}

/** The library behind external functions, and the project's registry with all rights granted. */
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
import {KeyTree} from "contracts/libraries/KeyTree.sol";
import {ValidatorRegistry} from "contracts/operators/ValidatorRegistry.sol";
contract KeyTree__Harness {
    struct Key { uint256 gindex; bytes pubkey; bytes signature; }
    function leaf(Key calldata k) public pure returns (bytes32) {
        return KeyTree.leaf(keccak256(k.pubkey), keccak256(k.signature));
    }
    function one(bytes32[] calldata proof, bytes32 root, Key calldata k) external pure returns (bool) {
        return KeyTree.verify(root, k.gindex, leaf(k), proof);
    }
    function many(bytes32[] calldata proof, bytes32 root, Key[] calldata keys) external pure returns (bool) {
        uint256[] memory gindices = new uint256[](keys.length);
        bytes32[] memory leaves = new bytes32[](keys.length);
        for (uint256 i; i < keys.length; ++i) (gindices[i], leaves[i]) = (keys[i].gindex, leaf(keys[i]));
        return KeyTree.verifyMany(root, gindices, leaves, proof);
    }
}
contract Everything__Mock {
    function hasRole(bytes32, address) external pure returns (bool) { return true; }
    function requireStakeable(uint256) external pure {}
    function requireManager(uint256, address) external pure {}
}`;

interface PresentedKey extends CommittedKey {
  gindex: number;
}

/** The functions of the harness, as they are called. */
interface Harness {
  one(proof: string[], root: string, key: PresentedKey): Promise<boolean>;
  many(proof: string[], root: string, keys: PresentedKey[]): Promise<boolean>;
}

async function deployHarness(): Promise<Harness & { registry: BaseContract }> {
  const deploy = await compileHarness(SOURCE);
  const contract = await deploy("KeyTree__Harness");
  const mock = await deploy("Everything__Mock");
  return {
    registry: await deploy("ValidatorRegistry", mock, mock, 86_400),
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
    indices.map((index) => ({ gindex: tree.gindex(index), ...tree.keys[index]! }));

  it("has the root of OpenZeppelin's library where that hashes left and right", () => {
    for (const count of [1, 2, 3, 5, 8, 13]) {
      const tree = new KeyTree(keysOf(count));
      const nodeHash = ((left: string, right: string) => keccak256(concat([left, right]))) as never;
      const reference = SimpleMerkleTree.of(tree.keys.map(leafOf), { sortLeaves: false, nodeHash });
      expect(tree.root).to.equal(reference.root);
      expect(tree.count).to.equal(count);
      const nodes = reference.dump().tree;
      // an array from 0 there, generalized indices from 1 here
      for (let i = 0; i < count; i++) expect(nodes[tree.gindex(i) - 1]).to.equal(leafOf(tree.keys[i]!));
    }
  });

  it("proves single keys on chain, and no other key or place", async () => {
    for (const count of [1, 2, 3, 7, 16, 33]) {
      const tree = new KeyTree(keysOf(count));
      for (const index of new Set([0, count >> 1, count - 1])) {
        const key = presented(tree, [index])[0]!;
        const proof = tree.proof(index);
        expect(await harness.one(proof, tree.root, key), `${index} of ${count}`).to.equal(true);
        for (const gindex of [
          key.gindex ^ 1,
          key.gindex + 1,
          key.gindex - 1,
          key.gindex >> 1,
          2 * key.gindex,
        ])
          expect(await harness.one(proof, tree.root, { ...key, gindex }), `${gindex}`).to.equal(false);
        const last = key.signature.slice(-1) === "0" ? "1" : "0";
        const signature = `${key.signature.slice(0, -1)}${last}`;
        expect(await harness.one(proof, tree.root, { ...key, signature })).to.equal(false);
        expect(await harness.one([...proof, tree.root], tree.root, key)).to.equal(false);
        if (count > 1) expect(await harness.one(proof.slice(1), tree.root, key)).to.equal(false);
      }
    }
  });

  it("proves many keys at once, in every order of asking, by strictly decreasing place", async () => {
    for (const [count, asked] of [
      [1, [0]],
      [2, [1, 0]],
      [13, [12, 0, 5, 6]],
      [20, [19, 18, 17]],
      [37, [3, 36, 20, 4, 35, 0]],
      [16, [...Array(16).keys()]],
    ] as [number, number[]][]) {
      const tree = new KeyTree(keysOf(count));
      const { gindices, keys, proof } = tree.multiProof(asked);
      const inOrder = [...asked].sort((a, b) => a - b);
      expect(gindices).to.deep.equal(inOrder.map((index) => tree.gindex(index)));
      expect(gindices.every((gindex, i) => i === 0 || gindex < gindices[i - 1]!)).to.equal(true);
      expect(keys).to.deep.equal(inOrder.map((index) => tree.keys[index]));
      expect(await harness.many(proof, tree.root, presented(tree, inOrder)), `${count}`).to.equal(true);
    }
  });

  it("is what ValidatorRegistry accepts, from commitment to proof", async () => {
    const { registry } = harness;
    const tree = new KeyTree(keysOf(11));
    const indices = [2, 3, 9];
    const { proof } = tree.multiProof([9, 2, 3]);
    await registry.getFunction("commit").send(1, tree.root, tree.count, "0x");
    const keys = presented(tree, indices);
    const packed = (list: typeof keys) => [
      list.map(({ gindex }) => gindex),
      concat(list.map(({ pubkey }) => pubkey)),
      concat(list.map(({ signature }) => signature)),
    ];
    const swapped = [1, tree.root, ...packed(keys.toReversed()), proof];
    expect(await outcomeOf(registry, "predeposit", ...swapped)).to.equal("KeysNotCommitted");
    await registry.getFunction("predeposit").send(1, tree.root, ...packed(keys), proof);
    const links = keys.map(({ gindex, pubkey, signature }, i) => [
      gindex,
      1000 + indices[i]!,
      0,
      keccak256(pubkey),
      keccak256(signature),
    ]);
    await registry.getFunction("prove").send(1, tree.root, links, proof);
    const id = await registry.getFunction("commitmentIdOf").staticCall(1, tree.root);
    const state = async (index: number) =>
      Number(await registry.getFunction("stateOf").staticCall(id, tree.gindex(index)));
    const PROVEN = 2;
    expect(await Promise.all(tree.keys.map((_, i) => state(i)))).to.deep.equal(
      tree.keys.map((_, i) => (indices.includes(i) ? PROVEN : 0)),
    );
    expect(await registry.getFunction("isProven").staticCall(1009)).to.equal(true);
    expect(await registry.getFunction("isProven").staticCall(1010)).to.equal(false);
  });

  it("fails on chain with keys at other places, with one twice, one left out, and with another proof", async () => {
    const tree = new KeyTree(keysOf(21));
    const indices = [2, 3, 9, 20];
    const { proof } = tree.multiProof(indices);
    const keys = presented(tree, indices);
    const many = (list: PresentedKey[], hashes = proof) => harness.many(hashes, tree.root, list);
    expect(await many(keys)).to.equal(true);
    expect(await many([1, 2, 0, 3].map((i) => keys[i]!))).to.equal(false);
    for (let i = 0; i < keys.length; i++) {
      for (let j = 0; j < keys.length; j++) {
        if (i === j) continue;
        const moved = keys.with(i, { ...keys[i]!, gindex: keys[j]!.gindex });
        expect(await many(moved), `${i} at the place of ${j}`).to.equal(false);
        expect(await many(moved.with(j, { ...keys[j]!, gindex: keys[i]!.gindex }))).to.equal(false);
      }
      expect(await many(keys.with(i, keys[(i + 1) % 4]!)), `${i} twice`).to.equal(false);
      expect(await many(keys.toSpliced(i, 1)), `without ${i}`).to.equal(false);
    }
    for (let i = 0; i < proof.length; i++) {
      expect(await many(keys, proof.with(i, keccak256(proof[i]!))), `hash ${i}`).to.equal(false);
      expect(await many(keys, proof.toSpliced(i, 1)), `without hash ${i}`).to.equal(false);
    }
    expect(await many(keys, [...proof, tree.root])).to.equal(false);
  });

  it("needs few hashes for keys that follow one another", () => {
    const tree = new KeyTree(keysOf(1000));
    const run = Array.from({ length: 16 }, (_, i) => 400 + i);
    expect(tree.multiProof(run).proof.length).to.be.at.most(12);
    const apart = Array.from({ length: 16 }, (_, i) => 60 * i);
    expect(tree.multiProof(apart).proof.length).to.be.greaterThan(60);
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
    expect(() => tree.indexOf("0xAB")).to.throw(FatalError, "no key 0xAB");
    expect(tree.indexOf(b.pubkey.toUpperCase().replace("0X", "0x"))).to.equal(1);
    expect(() => tree.multiProof([0, 0])).to.throw(FatalError, "twice");
    expect(() => tree.multiProof([])).to.throw(FatalError, "no key");
    expect(() => tree.multiProof([0, 5])).to.throw(FatalError, "no key 5");
  });
});
