import { hexlify, keccak256, randomBytes, toBeHex, ZeroHash, type BaseContract, type Signer } from "ethers";
import hre from "hardhat";
import {
  Authority__factory,
  BalanceCheckpoint__factory,
  BeaconVerifier__factory,
  OperatorRegistry__factory,
  ValidatorRegistry__factory,
  type BalanceCheckpoint,
  type ValidatorRegistry,
} from "../../typechain-types/index.js";
import { batches } from "../actions/balanceBatches.ts";
import { depositHead, type BalancesProof } from "../lib/checkpointProofs.ts";
import { KeyTree } from "../lib/keyTree.ts";
import { hashPair, treeBranch, treeRoot, uint64Chunk } from "../lib/merkle.ts";
import { roleId } from "../lib/roles.ts";
import { gasOf } from "./bench.ts";
import { SparseTree } from "./sparseTree.ts";

export const CHECKPOINT_SIZES = [100, 500, 1_000] as const;
/// As many validators as a large network has: 19 levels of chunks.
const LISTED = 2_000_000;
/// Pending deposits that are shown: a day's, where 57,600 ETH are processed.
const PENDING = 1_800;
const WALKED = 900;
const KEYS_PER_COMMITMENT = 100;
const KEYS_PER_CALL = 50;
const SLOT = 13_000_000;
const FIELDS = { balances: 12, pendingDeposits: 34 };
const FAR = 2n ** 39n;

/// What a checkpoint of so many validators costs, in gas, and in how many transactions.
export interface CheckpointCost {
  validators: number;
  layout: "clustered" | "scattered";
  balances: number;
  transactions: number;
  complete: number;
}

export interface CheckpointCosts {
  rows: CheckpointCost[];
  open: number;
  walk: number;
  walked: number;
}

/// Pools of several sizes, whose validators came together or one by one, on a chain of their own.
export async function benchCheckpoints(): Promise<CheckpointCosts> {
  const { ethers, provider } = await hre.network.create();
  const [signer] = await ethers.getSigners();
  const rows: CheckpointCost[] = [];
  const rest = { open: 0, walk: 0 };
  for (const validators of CHECKPOINT_SIZES) {
    for (const layout of ["clustered", "scattered"] as const) {
      const indices = layout === "clustered" ? run(1_500_000, validators) : spread(validators);
      const world = await makeWorld(signer as never as Signer, indices);
      rest.open = gasOf(await (await world.checkpoints.openParked(0)).wait());
      const sent = [];
      const parts = batches(indices, world.prove);
      for (const { indices: part, chunks, proof } of parts) {
        sent.push(gasOf(await (await world.checkpoints.showBalances(1, part, chunks, proof)).wait()));
      }
      const sizes = parts.map(({ indices: part }) => part.length);
      rest.walk = 0;
      for (let first = 0; first < PENDING; first += WALKED) {
        const { heads, proof } = world.walk(first);
        rest.walk += gasOf(await (await world.checkpoints.walk(1, first, heads, proof)).wait());
      }
      await provider.request({ method: "evm_increaseTime", params: [600] });
      const complete = gasOf(await (await world.checkpoints.complete(1, indices, sizes, [], 0)).wait());
      const balances = sent.reduce((sum, gas) => sum + gas, 0);
      rows.push({ validators, layout, balances, transactions: sent.length, complete });
    }
  }
  return { rows, ...rest, walked: PENDING };
}

/* INDICES */

function run(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/// Far from each other, in no order that a tree would like.
function spread(count: number): number[] {
  const found = new Set<number>();
  for (let i = 0; found.size < count; i++) found.add((i * 1_103_515_245 + 12_345) % LISTED);
  return [...found].sort((a, b) => a - b);
}

/* WORLD */

async function makeWorld(signer: Signer, indices: number[]) {
  const state = makeState(indices);
  const registry = await makeRegistry(signer, indices);
  const verifier = await new BeaconVerifier__factory(signer).deploy(
    {
      genesisTime: 1_606_824_023,
      secondsPerSlot: 12,
      slotsPerEpoch: 32,
      slotsPerHistoricalRoot: 8_192,
      epochsPerHistoricalVector: 65_536,
      pendingPartialsLimit: 2 ** 27,
      pendingConsolidationsLimit: 2 ** 18,
      capellaSlot: 0,
      endSlot: FAR,
    },
    [
      {
        fromSlot: 0,
        validators: 75,
        balances: 76,
        randaoMixes: 77,
        historicalSummaries: 91,
        pendingDeposits: 98,
        pendingPartials: 99,
        pendingConsolidations: 100,
      },
    ],
  );
  // the first word is credentials and a time, the second the length of a frame
  const ledger = await answering(signer, [toBeHex(1, 32), toBeHex(86_400, 32), ...zeros(10)]);
  const reports = await answering(signer, [keccak256("0x01"), state.root, toBeHex(SLOT, 32), ZeroHash]);
  const someone = await signer.getAddress();
  const checkpoints: BalanceCheckpoint = await new BalanceCheckpoint__factory(signer).deploy(
    verifier,
    ledger,
    registry,
    someone,
    someone,
    reports,
    600,
  );
  return { checkpoints, ...state };
}

/// A contract that answers whatever it is asked with the same words.
async function answering(signer: Signer, words: string[]): Promise<string> {
  const stores = words.map((word, i) => `7f${word.slice(2)}61${(32 * i).toString(16).padStart(4, "0")}52`);
  const code = `${stores.join("")}61${(32 * words.length).toString(16).padStart(4, "0")}5ff3`;
  const length = (code.length / 2).toString(16).padStart(4, "0");
  const sent = await signer.sendTransaction({ data: `0x61${length}80600a5f395ff3${code}` });
  const receipt = await sent.wait();
  if (receipt === null || receipt.contractAddress === null) throw new Error("nothing was deployed");
  return receipt.contractAddress;
}

function zeros(count: number): string[] {
  return Array.from({ length: count }, () => ZeroHash);
}

/// Keys that were predeposited and proven, with nobody but the registry looking at them.
async function makeRegistry(signer: Signer, indices: number[]): Promise<ValidatorRegistry> {
  const me = await signer.getAddress();
  const authority = await new Authority__factory(signer).deploy(me);
  const operators = await new OperatorRegistry__factory(signer).deploy(authority);
  const registry = await new ValidatorRegistry__factory(signer).deploy(authority, operators, 60n * 86_400n);
  await done(authority, "grantRole", roleId("DEPOSITOR"), me);
  await done(operators, "register", me, 1_000);
  for (let first = 0; first < indices.length; first += KEYS_PER_COMMITMENT) {
    const tree = new KeyTree(
      Array.from({ length: KEYS_PER_COMMITMENT }, () => ({
        pubkey: hexlify(randomBytes(48)),
        signature: hexlify(randomBytes(96)),
      })),
    );
    await done(registry, "commit", 1, tree.root, tree.count, "0x");
    for (let at = 0; at < KEYS_PER_COMMITMENT; at += KEYS_PER_CALL) {
      const { gindices, keys, proof } = tree.multiProof(run(at, KEYS_PER_CALL));
      const pubkeys = `0x${keys.map(({ pubkey }) => pubkey.slice(2)).join("")}`;
      const signatures = `0x${keys.map(({ signature }) => signature.slice(2)).join("")}`;
      await done(registry, "predeposit", 1, tree.root, gindices, pubkeys, signatures, proof);
      const links = keys.map(({ pubkey, signature }, i) => ({
        gindex: gindices[i]!,
        validatorIndex: indices[first + at + i]!,
        topUpGwei: 31_000_000_000n,
        pubkeyHash: keccak256(pubkey),
        signatureHash: keccak256(signature),
      }));
      await done(registry, "prove", 1, tree.root, links, proof);
    }
  }
  return registry;
}

async function done(contract: BaseContract, name: string, ...args: unknown[]): Promise<void> {
  const sent = (await contract.getFunction(name)(...args)) as { wait(): Promise<unknown> };
  await sent.wait();
}

/* STATE */

/// A state of which the two lists are known that checkpoints are about.
function makeState(indices: number[]) {
  const chunks = new Map<number, Uint8Array>();
  for (const index of indices) {
    const place = index >> 2;
    const chunk = chunks.get(place) ?? new Uint8Array(32);
    new DataView(chunk.buffer).setBigUint64(8 * (index % 4), 32_012_345_678n, true);
    chunks.set(place, chunk);
  }
  const balances = new SparseTree("balances", 38, LISTED / 4, chunks);
  const heads = run(0, PENDING).map(() =>
    depositHead({
      pubkey: hexlify(randomBytes(48)),
      withdrawalCredentials: hexlify(randomBytes(32)),
      amountGwei: 32_000_000_000n,
      signature: hexlify(randomBytes(96)),
      slot: SLOT - 100,
    }),
  );
  const leaves = heads.map((head) => {
    const key = hashPair(bytes(head.pubkeyRoot), bytes(head.withdrawalCredentials));
    const empty = new Uint8Array(32);
    const left = hashPair(key, bytes(head.amountAndSignature));
    const slot = hashPair(uint64Chunk(head.slot), empty);
    return hashPair(left, hashPair(slot, hashPair(empty, empty)));
  });
  const pending = new SparseTree("pending", 27, PENDING, new Map(leaves.map((leaf, i) => [i, leaf])));

  const fields = run(0, 64).map(() => randomBytes(32));
  fields[FIELDS.balances] = hashPair(balances.root(), uint64Chunk(LISTED));
  fields[FIELDS.pendingDeposits] = hashPair(pending.root(), uint64Chunk(PENDING));
  const header = run(0, 8).map(() => randomBytes(32));
  header[3] = treeRoot(fields);
  const above = (field: number, length: number) => [
    uint64Chunk(length),
    ...treeBranch(fields, field),
    ...treeBranch(header, 3),
  ];
  return {
    root: hexlify(treeRoot(header)),
    prove: (part: readonly number[]): BalancesProof => {
      const places = [...new Set(part.map((index) => index >> 2))];
      const proof = [...balances.proof(places), ...above(FIELDS.balances, LISTED)];
      return {
        indices: [...part],
        chunks: places.map((place) => hexlify(chunks.get(place)!)),
        proof: proof.map((node) => hexlify(node)),
      };
    },
    walk: (first: number) => {
      const places = run(first, Math.min(WALKED, PENDING - first));
      const proof = [...pending.proof(places), ...above(FIELDS.pendingDeposits, PENDING)];
      return { heads: heads.slice(first, first + WALKED), proof: proof.map((node) => hexlify(node)) };
    },
  };
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.slice(2), "hex"));
}
