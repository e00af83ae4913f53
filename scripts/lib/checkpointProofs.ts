/**
 * What BalanceCheckpoint wants: balances of many validators, and entries of the list of pending deposits.
 *
 * As in beaconProofs.ts: lists of 32-byte hashes (0x-hex), deepest sibling first, up to the block root, for states of
 * Electra and Fulu of either preset.
 */
import { getNode, getNodeAtDepth } from "@chainsafe/persistent-merkle-tree";
import { getBytes, hexlify } from "ethers";
import { headerBranch, HEADER_STATE_ROOT_INDEX, type BeaconHeader } from "./beaconHeader.ts";
import {
  committedTree,
  GINDEX,
  listBranch,
  validatorProof,
  type BeaconStateView,
  type ValidatorRecord,
} from "./beaconProofs.ts";
import { FatalError } from "./errors.ts";
import { bytes48Root, hashPair, uint64Chunk } from "./merkle.ts";
import { BALANCE_TREE_DEPTH } from "./verifierProofs.ts";

/** Levels of the data tree: PENDING_DEPOSITS_LIMIT = 2^27 in both presets. */
export const DEPOSIT_TREE_DEPTH = 27;
const BALANCES_PER_CHUNK = 4;

/** The last three arguments of `BalanceCheckpoint.showBalances`. */
export interface BalancesProof {
  readonly indices: number[];
  /** Each chunk of four balances once. */
  readonly chunks: string[];
  readonly proof: string[];
}

/** `PendingDeposit` in contracts/types/PendingDeposit.sol. */
export interface PendingDeposit {
  readonly pubkey: string;
  readonly withdrawalCredentials: string;
  readonly amountGwei: bigint;
  readonly signature: string;
  readonly slot: number;
}

/** `PendingDepositHead` in contracts/types/PendingDeposit.sol. */
export interface PendingDepositHead {
  readonly pubkeyRoot: string;
  readonly withdrawalCredentials: string;
  readonly amountAndSignature: string;
  readonly slot: number;
}

/** The last three arguments of `BalanceCheckpoint.walk`. */
export interface WalkProof {
  readonly first: number;
  readonly heads: PendingDepositHead[];
  readonly proof: string[];
}

/** The arguments of `BalanceCheckpoint.proveFrontier` behind the id. */
export interface FrontierProof {
  readonly position: number;
  readonly head: PendingDepositHead;
  readonly proof: string[];
  readonly validatorIndex: number;
  readonly validator: ValidatorRecord;
  readonly validatorProof: string[];
}

/**
 * The balances of validators, of which some may be behind the end of the list.
 * @param indices strictly increasing, at least one
 * @throws FatalError on other indices, on a header of another state
 */
export function balancesProof(
  state: BeaconStateView,
  header: BeaconHeader,
  indices: readonly number[],
): BalancesProof {
  const root = committedTree(state, header);
  requireIncreasing(indices);
  const length = state.balances.length;
  const listed = indices.filter((index) => index < length);
  // where none is in the list, its first chunk shows how long it is
  const shown = listed.length > 0 ? listed : [0];
  const places = [...new Set(shown.map((index) => Math.floor(index / BALANCES_PER_CHUNK)))];
  const list = {
    gindex: GINDEX.balances,
    depth: BALANCE_TREE_DEPTH,
    count: Math.ceil(length / BALANCES_PER_CHUNK),
  };
  const data = getNode(root, list.gindex * 2n);
  return {
    indices: [...indices],
    chunks: places.map((place) => hexlify(getNodeAtDepth(data, list.depth, place).root)),
    proof: [...listBranch(root, list, places), ...headerBranch(header, HEADER_STATE_ROOT_INDEX)],
  };
}

/** All pending deposits of a state, from the head of the list on. */
export function pendingDeposits(state: BeaconStateView): PendingDeposit[] {
  return state.pendingDeposits.getAllReadonlyValues().map((d) => ({
    pubkey: hexlify(d.pubkey),
    withdrawalCredentials: hexlify(d.withdrawalCredentials),
    amountGwei: BigInt(d.amount),
    signature: hexlify(d.signature),
    slot: d.slot,
  }));
}

/** The hashes of which the root of a deposit is made. */
export function depositHead({
  pubkey,
  withdrawalCredentials,
  amountGwei,
  signature,
  slot,
}: PendingDeposit): PendingDepositHead {
  const bytes = getBytes(signature);
  if (bytes.length !== 96) throw new FatalError(`a signature has 96 bytes, not ${bytes.length}`);
  const signatureRoot = hashPair(
    hashPair(bytes.slice(0, 32), bytes.slice(32, 64)),
    hashPair(bytes.slice(64), new Uint8Array(32)),
  );
  return {
    pubkeyRoot: hexlify(bytes48Root(pubkey)),
    withdrawalCredentials,
    amountAndSignature: hexlify(hashPair(uint64Chunk(amountGwei), signatureRoot)),
    slot,
  };
}

/**
 * The deposits at places of the list, with one proof.
 * @param positions strictly increasing, at least one
 * @throws FatalError on other places, on a header of another state
 */
export function depositsProof(
  state: BeaconStateView,
  header: BeaconHeader,
  positions: readonly number[],
): { positions: number[]; deposits: PendingDeposit[]; proof: string[] } {
  requireIncreasing(positions);
  const all = pendingDeposits(state);
  const deposits = positions.map((position) => {
    const found = all[position];
    if (found === undefined) throw new FatalError(`no pending deposit ${position} among ${all.length}`);
    return found;
  });
  return { positions: [...positions], deposits, proof: depositBranch(state, header, positions) };
}

/** The list from place `first` on, up to `count` entries of it; of an empty list, that it is. */
export function walkProof(
  state: BeaconStateView,
  header: BeaconHeader,
  first: number,
  count: number,
): WalkProof {
  const all = pendingDeposits(state);
  if (all.length === 0) return { first: 0, heads: [], proof: depositBranch(state, header, [0]) };
  const shown = all.slice(first, first + count);
  if (shown.length === 0) throw new FatalError(`no pending deposit ${first} among ${all.length}`);
  const positions = shown.map((_, i) => first + i);
  return { first, heads: shown.map(depositHead), proof: depositBranch(state, header, positions) };
}

/**
 * A deposit up to a slot that the beacon chain has not come to, since its validator does not exit: the first there is.
 * Undefined where there is none.
 */
export function frontierProof(
  state: BeaconStateView,
  header: BeaconHeader,
  frontierSlot: number,
): FrontierProof | undefined {
  const living = new Map<string, number>();
  for (const [index, v] of state.validators.getAllReadonlyValues().entries()) {
    if (v.exitEpoch === Infinity) living.set(hexlify(v.pubkey), index);
  }
  const all = pendingDeposits(state);
  // entries of slot 0 are no deposits
  const position = all.findIndex(
    ({ pubkey, slot }) => slot > 0 && slot <= frontierSlot && living.has(pubkey),
  );
  const deposit = all[position];
  if (deposit === undefined) return undefined;
  const validatorIndex = living.get(deposit.pubkey)!;
  const { validators, proof } = validatorProof(state, header, [validatorIndex]);
  return {
    position,
    head: depositHead(deposit),
    proof: depositBranch(state, header, [position]),
    validatorIndex,
    validator: validators[0]!,
    validatorProof: proof,
  };
}

function depositBranch(state: BeaconStateView, header: BeaconHeader, positions: readonly number[]): string[] {
  const list = {
    gindex: GINDEX.pendingDeposits,
    depth: DEPOSIT_TREE_DEPTH,
    count: state.pendingDeposits.length,
  };
  return [
    ...listBranch(committedTree(state, header), list, positions),
    ...headerBranch(header, HEADER_STATE_ROOT_INDEX),
  ];
}

function requireIncreasing(list: readonly number[]): void {
  if (list.length === 0) throw new FatalError("a proof of nothing proves nothing");
  for (const [i, place] of list.entries()) {
    const previous = list[i - 1] ?? -1;
    if (!Number.isSafeInteger(place) || place <= previous) {
      throw new FatalError(`places must strictly increase: ${previous} is followed by ${place}`);
    }
  }
}
