/**
 * What BeaconVerifier and RandaoSource want beside validators: balances, what is pending (EIP-7251), block roots older than
 * EIP-4788 knows, and RANDAO mixes.
 *
 * As in beaconProofs.ts: lists of 32-byte hashes (0x-hex), deepest sibling first, up to the block root, for states of
 * Electra and Fulu of either preset.
 */
import { getNode, getNodeAtDepth } from "@chainsafe/persistent-merkle-tree";
import { AbiCoder, getBytes, hexlify } from "ethers";
import { headerBranch, HEADER_STATE_ROOT_INDEX, type BeaconHeader } from "./beaconHeader.ts";
import {
  committedTree,
  GINDEX,
  listBranch,
  slotProof,
  stateBranch,
  type BeaconStateView,
} from "./beaconProofs.ts";
import { FatalError } from "./errors.ts";
import { treeBranch, treeRoot } from "./merkle.ts";

/** Levels of the data trees: 2^40 balances, four to a chunk; HISTORICAL_ROOTS_LIMIT = 2^24. */
export const BALANCE_TREE_DEPTH = 38;
export const SUMMARY_TREE_DEPTH = 24;
const BALANCES_PER_CHUNK = 4;

export interface BalanceProof {
  readonly index: number;
  readonly balanceGwei: bigint;
  /** The 32 bytes of the state that hold the balance, and its three neighbours. */
  readonly chunk: string;
  readonly proof: string[];
}

/** `PendingPartial` in contracts/interfaces/IBeaconVerifier.sol. */
export interface PendingPartial {
  readonly place: number;
  readonly validatorIndex: number;
  readonly amountGwei: bigint;
  readonly withdrawableEpoch: number;
}

/** `PendingConsolidation` in contracts/interfaces/IBeaconVerifier.sol. */
export interface PendingConsolidation {
  readonly place: number;
  readonly source: number;
  readonly target: number;
}

/** `slot`, `root` and `history` of `BlockProof` in contracts/interfaces/IBeaconVerifier.sol. */
export interface PastRootProof {
  readonly slot: number;
  readonly root: string;
  readonly history: string[];
}

/** All of `Proof` in contracts/operators/RandaoSource.sol but the timestamp. */
export interface MixProof {
  readonly blockSlot: number;
  readonly slotProof: string[];
  readonly mix: string;
  readonly mixProof: string[];
}

/**
 * The proof of a validator's actual balance: for one of a million validators 18 + 10 hashes.
 * @throws FatalError on a validator that does not exist, on a header of another state
 */
export function balanceProof(state: BeaconStateView, header: BeaconHeader, index: number): BalanceProof {
  const root = committedTree(state, header);
  const count = state.balances.length;
  if (!Number.isSafeInteger(index) || index < 0 || index >= count) {
    throw new FatalError(`no balance ${index} in a state of ${count}`);
  }
  const place = Math.floor(index / BALANCES_PER_CHUNK);
  const list = {
    gindex: GINDEX.balances,
    depth: BALANCE_TREE_DEPTH,
    count: Math.ceil(count / BALANCES_PER_CHUNK),
  };
  const data = getNode(root, list.gindex * 2n);
  return {
    index,
    balanceGwei: BigInt(state.balances.get(index)),
    chunk: hexlify(getNodeAtDepth(data, list.depth, place).root),
    proof: [...listBranch(root, list, [place]), ...headerBranch(header, HEADER_STATE_ROOT_INDEX)],
  };
}

/**
 * The largest partial withdrawal of a validator that is on its way in this state, and its proof.
 * @throws FatalError where there is none, on a header of another state
 */
export function pendingPartialProof(
  state: BeaconStateView,
  header: BeaconHeader,
  validatorIndex: number,
): { pending: PendingPartial; proof: string[] } {
  const list = state.pendingPartialWithdrawals;
  const entries = list.getAllReadonlyValues();
  let place = -1;
  for (const [i, entry] of entries.entries()) {
    if (entry.validatorIndex !== validatorIndex) continue;
    if (place < 0 || entry.amount > entries[place]!.amount) place = i;
  }
  if (place < 0) throw new FatalError(`no partial withdrawal of validator ${validatorIndex} is on its way`);
  const { amount, withdrawableEpoch } = entries[place]!;
  return {
    pending: { place, validatorIndex, amountGwei: amount, withdrawableEpoch },
    proof: pendingBranch(state, header, GINDEX.pendingPartials, list.type.limit, entries.length, place),
  };
}

/**
 * The consolidation of a source that is on its way in this state, and its proof.
 * @throws FatalError where there is none, on a header of another state
 */
export function pendingConsolidationProof(
  state: BeaconStateView,
  header: BeaconHeader,
  source: number,
): { pending: PendingConsolidation; proof: string[] } {
  const list = state.pendingConsolidations;
  const entries = list.getAllReadonlyValues();
  const place = entries.findIndex((entry) => entry.sourceIndex === source);
  if (place < 0) throw new FatalError(`no consolidation of validator ${source} is on its way`);
  return {
    pending: { place, source, target: entries[place]!.targetIndex },
    proof: pendingBranch(state, header, GINDEX.pendingConsolidations, list.type.limit, entries.length, place),
  };
}

/** From an element of a list of at most `limit`, a power of two, up to the block root. */
function pendingBranch(
  state: BeaconStateView,
  header: BeaconHeader,
  gindex: bigint,
  limit: number,
  count: number,
  place: number,
): string[] {
  const list = { gindex, depth: Math.log2(limit), count };
  return [
    ...listBranch(committedTree(state, header), list, [place]),
    ...headerBranch(header, HEADER_STATE_ROOT_INDEX),
  ];
}

/**
 * The proof of the root of the last block at or before a slot, through the summary of the slot's period in a later state.
 *
 * @param blockRoots the root of the last block at or before each slot of that period, as the state's `block_roots` were when
 * it ended
 * @param capellaSlot first slot of the Capella fork, in whose period summaries begin
 * @throws FatalError where the state has no summary of the period, or one of other roots
 */
export function pastRootProof(
  state: BeaconStateView,
  header: BeaconHeader,
  { slot, capellaSlot, blockRoots }: { slot: number; capellaSlot: number; blockRoots: readonly string[] },
): PastRootProof {
  const tree = committedTree(state, header);
  const rootsPerPeriod = state.blockRoots.length;
  if (blockRoots.length !== rootsPerPeriod) {
    throw new FatalError(`a period has ${rootsPerPeriod} block roots, not ${blockRoots.length}`);
  }
  const period = Math.floor(slot / rootsPerPeriod);
  const index = period - Math.floor(capellaSlot / rootsPerPeriod);
  const count = state.historicalSummaries.length;
  if (!Number.isSafeInteger(slot) || index < 0 || index >= count) {
    throw new FatalError(`no summary of slot ${slot} in the state of slot ${state.slot}, which has ${count}`);
  }
  const leaves = blockRoots.map((root) => getBytes(root));
  const { blockSummaryRoot, stateSummaryRoot } = state.historicalSummaries.getReadonly(index);
  const found = hexlify(treeRoot(leaves));
  if (found !== hexlify(blockSummaryRoot)) {
    throw new FatalError(
      `the block roots of period ${period} lead to ${found}, the state says ${hexlify(blockSummaryRoot)}`,
    );
  }
  const place = slot % rootsPerPeriod;
  const list = { gindex: GINDEX.historicalSummaries, depth: SUMMARY_TREE_DEPTH, count };
  return {
    slot,
    root: hexlify(leaves[place]!),
    history: [
      ...treeBranch(leaves, place).map((node) => hexlify(node)),
      hexlify(stateSummaryRoot),
      ...listBranch(tree, list, [index]),
      ...headerBranch(header, HEADER_STATE_ROOT_INDEX),
    ],
  };
}

/** The proof of the newest RANDAO mix after a block, the entry of its own epoch, and of its slot. */
export function mixProof(state: BeaconStateView, header: BeaconHeader, slotsPerEpoch: number): MixProof {
  const root = committedTree(state, header);
  const { length } = state.randaoMixes;
  const entry = Math.floor(header.slot / slotsPerEpoch) % length;
  const gindex = GINDEX.randaoMixes * BigInt(length) + BigInt(entry);
  return {
    blockSlot: header.slot,
    slotProof: slotProof(header).proof,
    mix: hexlify(getNode(root, gindex).root),
    mixProof: [...stateBranch(root, gindex), ...headerBranch(header, HEADER_STATE_ROOT_INDEX)],
  };
}

/**
 * The argument `proof` of `RandaoSource.seed`.
 * @param childTimestamp of the first execution block after the round, whose parent the proof is of
 */
export function encodeSeedProof(childTimestamp: number, proof: MixProof): string {
  return AbiCoder.defaultAbiCoder().encode(
    ["tuple(uint64,uint64,bytes32[],bytes32,bytes32[])"],
    [[childTimestamp, proof.blockSlot, proof.slotProof, proof.mix, proof.mixProof]],
  );
}
