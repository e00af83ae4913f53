/**
 * Proofs of facts in a beacon state, for contracts that know the block root from EIP-4788.
 *
 * Every proof is a list of 32-byte hashes (0x-hex), deepest sibling first, and ends at the **block root**:
 * branch inside the state, then the 3 hashes of the header. They hold for the layout of Electra and Fulu
 * (64 leaves, fixed-depth lists); any other layout is refused, because its proofs would have other shapes.
 * Source: consensus specification, Electra, `BeaconState`; EIP-4788. Checked by beaconProofVerifier.ts.
 *
 * No Lodestar module is loaded here: the state that is passed brings its types, so either preset works.
 */
import { getNode, getNodeAtDepth, type Node } from "@chainsafe/persistent-merkle-tree";
import type { CompositeViewDU } from "@chainsafe/ssz";
import type { ssz } from "@lodestar/types";
import { getBytes, hexlify } from "ethers";
import {
  headerBranch,
  headerRoot,
  HEADER_SLOT_INDEX,
  HEADER_STATE_ROOT_INDEX,
  type BeaconHeader,
} from "./beaconHeader.ts";
import { FatalError } from "./errors.ts";
import type { StateBytes } from "./stateBytes/stateBytes.ts";
import { FAR_FUTURE_EPOCH } from "./units.ts";

/** A state of Electra or Fulu, of either preset: `ssz.fulu.BeaconState.deserializeToViewDU(bytes)`. */
export type BeaconStateView = CompositeViewDU<typeof ssz.fulu.BeaconState>;

/** Generalized indices below the state root, Electra and Fulu, both presets. */
export const GINDEX = {
  /** The list of validators: 64 leaves, field 11. */
  validators: 75n,
  /** Validator 0: below the list's data tree (2 * 75), 40 levels deep. */
  firstValidator: 150n << 40n,
  /** The list of balances: field 12. */
  balances: 76n,
  /** The vector of RANDAO mixes: field 13. */
  randaoMixes: 77n,
  /** The list of summaries of past block and state roots: field 27. */
  historicalSummaries: 91n,
  /** The list of deposits that wait for their turn: field 34. */
  pendingDeposits: 98n,
  /** The list of partial withdrawals that are on their way: field 35. */
  pendingPartials: 99n,
  /** The list of consolidations that are on their way: field 36. */
  pendingConsolidations: 100n,
  /** finalized_checkpoint.epoch: the left child of field 20. */
  finalizedEpoch: 168n,
} as const;

/** Levels of the validators' data tree (VALIDATOR_REGISTRY_LIMIT = 2^40). */
export const VALIDATOR_TREE_DEPTH = 40;

/** A validator as the beacon chain keeps it (EIP-7251 fields included in credentials and balance). */
export interface ValidatorRecord {
  /** 48 bytes, 0x-hex. */
  readonly pubkey: string;
  /** 32 bytes, 0x-hex. */
  readonly withdrawalCredentials: string;
  readonly effectiveBalanceGwei: bigint;
  readonly slashed: boolean;
  /** Epochs; `FAR_FUTURE_EPOCH` (2^64 - 1) where not set. */
  readonly activationEligibilityEpoch: bigint;
  readonly activationEpoch: bigint;
  readonly exitEpoch: bigint;
  readonly withdrawableEpoch: bigint;
}

export interface ValidatorProof {
  /** Strictly increasing. */
  readonly indices: number[];
  /** The validators at `indices`; the leaves are their container roots. */
  readonly validators: ValidatorRecord[];
  readonly proof: string[];
}

/**
 * The header whose `stateRoot` is this state: for a state as a block left it, and not carried on through
 * empty slots.
 * @throws FatalError where slots were processed after the block
 */
export function headerOf(state: BeaconStateView): BeaconHeader {
  const { slot, proposerIndex, parentRoot, stateRoot, bodyRoot } = state.latestBlockHeader;
  if (slot !== state.slot) {
    throw new FatalError(
      `the state is at slot ${state.slot}, past its last block (slot ${slot}): no block commits to it`,
    );
  }
  const own = state.hashTreeRoot();
  // While a block is the latest, its header's stateRoot is zero: it is filled in by the next slot.
  const isOpen = stateRoot.every((byte) => byte === 0);
  return {
    slot,
    proposerIndex,
    parentRoot: hexlify(parentRoot),
    stateRoot: hexlify(isOpen ? own : stateRoot),
    bodyRoot: hexlify(bodyRoot),
  };
}

/**
 * One proof for any number of validators, without flags: its shape follows from the indices alone.
 *
 * The leaves are the container roots. On each level of the data tree that the list fills, the known nodes are
 * walked from left to right: an even node followed by its right neighbour is hashed with it, any other with the
 * next hash of the proof. The levels above, up to 40, have nothing but empty subtrees on the right, whose roots
 * the contract knows. Then come the list's length, 6 hashes of the state and 3 of the header: for one of a
 * million validators 20 + 10 hashes.
 *
 * @param indices of validators, strictly increasing, at least one
 * @throws FatalError on other indices, on a validator that does not exist, on a header of another state
 */
export function validatorProof(
  state: BeaconStateView,
  header: BeaconHeader,
  indices: readonly number[],
): ValidatorProof {
  const root = committedTree(state, header);
  const count = state.validators.length;
  if (indices.length === 0) throw new FatalError("a proof of no validator proves nothing");
  for (const [i, index] of indices.entries()) {
    if (!Number.isSafeInteger(index) || index < 0 || index >= count) {
      throw new FatalError(`no validator ${index} in a state of ${count}`);
    }
    const previous = indices[i - 1] ?? -1;
    if (index <= previous) {
      throw new FatalError(`indices must strictly increase: ${previous} is followed by ${index}`);
    }
  }
  const proof = [
    ...listBranch(root, { gindex: GINDEX.validators, depth: VALIDATOR_TREE_DEPTH, count }, indices),
    ...headerBranch(header, HEADER_STATE_ROOT_INDEX),
  ];
  return { indices: [...indices], validators: indices.map((index) => validatorRecord(state, index)), proof };
}

/**
 * The hashes from elements of a list up to the state root, in the order that `validatorProof` describes.
 *
 * @param list where it is, levels of its data tree, and how many leaves of that tree are filled
 */
export function listBranch(
  root: Node,
  list: { gindex: bigint; depth: number; count: number },
  indices: readonly number[],
): string[] {
  const branch: string[] = [];
  const data = getNode(root, list.gindex * 2n);
  let known = [...indices];
  // above the levels that the list fills there are only empty subtrees, whose roots are known
  for (let depth = list.depth, nodes = list.count; nodes > 1; depth--, nodes = Math.ceil(nodes / 2)) {
    const parents: number[] = [];
    for (let i = 0; i < known.length; i++) {
      const index = known[i]!;
      const isEven = index % 2 === 0;
      if (isEven && known[i + 1] === index + 1) i++;
      else branch.push(hexlify(getNodeAtDepth(data, depth, isEven ? index + 1 : index - 1).root));
      parents.push(Math.floor(index / 2));
    }
    known = parents;
  }
  return [...branch, ...stateBranch(root, list.gindex * 2n)];
}

/**
 * The proof of finalized_checkpoint.epoch: the leaf is the epoch as a little-endian chunk, 7 hashes in the
 * state (gindex 168) and 3 in the header.
 */
export function finalityProof(state: StateBytes, header: BeaconHeader): { epoch: number; proof: string[] } {
  requireCommitted(state.root, header);
  const { epoch, root } = state.finalizedCheckpoint;
  return {
    epoch,
    proof: [root, ...state.branch("finalizedCheckpoint"), ...headerBranch(header, HEADER_STATE_ROOT_INDEX)],
  };
}

/** The proof of a block's own slot: the leaf is the slot as a little-endian chunk, 3 hashes in the header. */
export function slotProof(header: BeaconHeader): { slot: number; proof: string[] } {
  return { slot: header.slot, proof: headerBranch(header, HEADER_SLOT_INDEX) };
}

/** Validator `index` of the state. */
export function validatorRecord(state: BeaconStateView, index: number): ValidatorRecord {
  const validator = state.validators.getReadonly(index);
  return {
    pubkey: hexlify(validator.pubkey),
    withdrawalCredentials: hexlify(validator.withdrawalCredentials),
    effectiveBalanceGwei: BigInt(validator.effectiveBalance),
    slashed: validator.slashed,
    activationEligibilityEpoch: epoch(validator.activationEligibilityEpoch),
    activationEpoch: epoch(validator.activationEpoch),
    exitEpoch: epoch(validator.exitEpoch),
    withdrawableEpoch: epoch(validator.withdrawableEpoch),
  };
}

/** Lodestar writes "never" as Infinity. */
function epoch(value: number): bigint {
  return value === Infinity ? FAR_FUTURE_EPOCH : BigInt(value);
}

/** The hashed tree of the state, after the checks that make a proof from it worth anything. */
export function committedTree(state: BeaconStateView, header: BeaconHeader): Node {
  checkLayout(state);
  requireCommitted(hexlify(state.hashTreeRoot()), header);
  return state.node;
}

function requireCommitted(stateRoot: string, header: BeaconHeader): void {
  if (stateRoot !== hexlify(getBytes(header.stateRoot))) {
    throw new FatalError(
      `the header of block ${headerRoot(header)} (slot ${header.slot}) commits to state ${header.stateRoot}, not ${stateRoot}`,
    );
  }
}

/** Holds the generalized indices of the state's own type against the constants above. */
function checkLayout(state: BeaconStateView): void {
  const found = {
    validators: gindexOf(state, ["validators"]),
    firstValidator: gindexOf(state, ["validators", 0]),
    balances: gindexOf(state, ["balances"]),
    randaoMixes: gindexOf(state, ["randaoMixes"]),
    historicalSummaries: gindexOf(state, ["historicalSummaries"]),
    pendingDeposits: gindexOf(state, ["pendingDeposits"]),
    pendingPartials: gindexOf(state, ["pendingPartialWithdrawals"]),
    pendingConsolidations: gindexOf(state, ["pendingConsolidations"]),
    finalizedEpoch: gindexOf(state, ["finalizedCheckpoint", "epoch"]),
  };
  for (const [name, expected] of Object.entries(GINDEX)) {
    const actual = found[name as keyof typeof found];
    if (actual !== expected) {
      throw new FatalError(
        `not a state of Electra or Fulu: ${name} has generalized index ${actual ?? "none"}, expected ${expected}; ` +
          `another fork needs another prover and verifier`,
      );
    }
  }
}

function gindexOf(state: BeaconStateView, path: (string | number)[]): bigint | undefined {
  try {
    return state.type.getPathInfo(path).gindex;
  } catch {
    return undefined; // the path does not exist in this fork
  }
}

/** The siblings from `gindex` up to the state root, deepest first. */
export function stateBranch(root: Node, gindex: bigint): string[] {
  const branch: string[] = [];
  for (let at = gindex; at > 1n; at >>= 1n) branch.push(hexlify(getNode(root, at ^ 1n).root));
  return branch;
}
