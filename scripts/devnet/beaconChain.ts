import "./preset.ts";
import type { Node } from "@chainsafe/persistent-merkle-tree";
import type { BeaconConfig } from "@lodestar/config";
import { ForkSeq, GENESIS_SLOT } from "@lodestar/params";
import {
  DataAvailabilityStatus,
  ExecutionPayloadStatus,
  blockToHeader,
  computeTimeAtSlot,
  getExpectedWithdrawals,
  getRandaoMix,
  processSlots,
  stateTransition,
  verifyProposerSignature,
  type BeaconStateFulu,
  type CachedBeaconStateElectra,
  type CachedBeaconStateFulu,
} from "@lodestar/state-transition";
import { ssz, type capella, type electra, type fulu, type phase0 } from "@lodestar/types";
import { toRootHex } from "@lodestar/utils";
import { Duties } from "./duties.ts";
import { withFreshCaches } from "./genesis.ts";
import { History, stateOf, type BlockRecord } from "./history.ts";
import type { Keyring } from "./keyring.ts";
import { OperationPool, signedDoubleProposal, signedDoubleVote, signedVoluntaryExit } from "./operations.ts";

/// What the next execution block has to look like.
export interface PayloadAttributes {
  parentHash: Uint8Array;
  timestamp: number;
  prevRandao: Uint8Array;
  parentBeaconBlockRoot: Uint8Array;
  withdrawals: capella.Withdrawal[];
  proposerIndex: number;
}

/// A slot whose state is known, before its block. `attributes` is missing when nobody proposes.
export interface PreparedSlot {
  slot: number;
  state: CachedBeaconStateFulu;
  attributes?: PayloadAttributes;
}

export interface ChainSnapshot {
  head: BlockRecord;
  stateNode: Node;
  operations: OperationPool;
  offline: number[];
}

export type ChainListener = (event: "head" | "finalized", record: BlockRecord, epoch: number) => void;

/// One canonical chain: Lodestar's state transition, fed with blocks that its own validators make and sign.
export class BeaconChain {
  readonly config: BeaconConfig;
  readonly genesisTime: number;
  readonly keyring: Keyring;
  readonly duties: Duties;
  readonly history = new History();
  readonly #verify: boolean;
  readonly #listeners = new Set<ChainListener>();
  #operations = new OperationPool();
  #state: CachedBeaconStateFulu;
  #announcedFinality = 0;

  constructor(genesis: CachedBeaconStateFulu, keyring: Keyring, options: { verifySignatures: boolean }) {
    this.config = genesis.config;
    this.genesisTime = genesis.genesisTime;
    this.keyring = keyring;
    this.duties = new Duties(keyring);
    this.#verify = options.verifySignatures;
    this.#state = genesis;

    const block = ssz.fulu.SignedBeaconBlock.defaultValue();
    block.message.stateRoot = genesis.hashTreeRoot();
    this.#record(block, genesis);
  }

  /// The state at the current slot: that of the head, advanced over missed slots.
  get state(): CachedBeaconStateFulu {
    return this.#state;
  }

  get slot(): number {
    return this.#state.slot;
  }

  get epoch(): number {
    return this.#state.epochCtx.epoch;
  }

  get head(): BlockRecord {
    return this.history.head;
  }

  get operations(): OperationPool {
    return this.#operations;
  }

  get finalized(): phase0.Checkpoint {
    return checkpointValue(this.#state.finalizedCheckpoint);
  }

  get justified(): phase0.Checkpoint {
    return checkpointValue(this.#state.currentJustifiedCheckpoint);
  }

  /// The block of a checkpoint. Before the first finalization its root is zero, which stands for genesis.
  checkpointRecord(checkpoint: phase0.Checkpoint): BlockRecord {
    return this.history.byBlockRoot(checkpoint.root) ?? this.history.genesis;
  }

  /// The state after a block, by slot or block root; `undefined` for a missed slot and for a pruned state.
  stateAt(id: number | string): BeaconStateFulu | undefined {
    const record = typeof id === "number" ? this.history.atSlot(id) : this.history.byBlockRoot(id);
    return record && stateOf(record);
  }

  timeAtSlot(slot: number): number {
    return computeTimeAtSlot(this.config, slot, this.genesisTime);
  }

  validator(index: number): phase0.Validator {
    const { length } = this.#state.validators;
    if (!Number.isInteger(index) || index < 0 || index >= length) {
      throw new RangeError(`No validator ${index}: there are ${length}`);
    }
    return this.#state.validators.getReadonly(index).toValue();
  }

  balanceGwei(index: number): number {
    this.validator(index);
    return this.#state.balances.get(index);
  }

  indexOf(pubkey: Uint8Array): number | undefined {
    return this.#state.epochCtx.getValidatorIndex(pubkey) ?? undefined;
  }

  listen(listener: ChainListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  slashProposer(index: number): void {
    this.validator(index);
    this.#operations.addProposerSlashing(this.#state, signedDoubleProposal(this.keyring, this.#state, index));
  }

  slashAttester(index: number): void {
    this.validator(index);
    this.#operations.addAttesterSlashing(this.#state, signedDoubleVote(this.keyring, this.#state, index));
  }

  voluntaryExit(index: number): void {
    this.validator(index);
    this.submitVoluntaryExit(signedVoluntaryExit(this.keyring, this.#state, index));
  }

  submitVoluntaryExit(exit: phase0.SignedVoluntaryExit): void {
    this.#operations.addVoluntaryExit(this.#state, exit);
  }

  /// Advances to the next slot, epoch processing included, and says which execution block belongs there.
  prepare(): PreparedSlot {
    const slot = this.#state.slot + 1;
    const state = processSlots(this.#state, slot) as CachedBeaconStateFulu;
    const proposerIndex = state.epochCtx.getBeaconProposer(slot);
    if (!this.duties.canPropose(state, proposerIndex)) return { slot, state };
    // The function is the same for both forks, but its type stops at Electra.
    const { expectedWithdrawals } = getExpectedWithdrawals(
      ForkSeq.fulu,
      state as unknown as CachedBeaconStateElectra,
    );
    const attributes: PayloadAttributes = {
      parentHash: state.latestExecutionPayloadHeader.blockHash,
      timestamp: this.timeAtSlot(slot),
      prevRandao: getRandaoMix(state, state.epochCtx.epoch),
      parentBeaconBlockRoot: ssz.phase0.BeaconBlockHeader.hashTreeRoot(state.latestBlockHeader.toValue()),
      withdrawals: expectedWithdrawals,
      proposerIndex,
    };
    return { slot, state, attributes };
  }

  /// The slot stays empty.
  skip(prepared: PreparedSlot): void {
    this.#state = prepared.state;
  }

  /// Makes, signs, verifies and applies the block around an execution payload.
  commit(
    prepared: PreparedSlot,
    payload: electra.ExecutionPayload,
    requests: electra.ExecutionRequests,
  ): BlockRecord {
    const { state, attributes } = prepared;
    if (!attributes) throw new Error(`Slot ${prepared.slot} has no proposer`);
    const operations = this.#operations.select(state);
    const block: fulu.BeaconBlock = {
      slot: prepared.slot,
      proposerIndex: attributes.proposerIndex,
      parentRoot: attributes.parentBeaconBlockRoot,
      stateRoot: new Uint8Array(32),
      body: {
        ...ssz.fulu.BeaconBlockBody.defaultValue(),
        ...operations,
        randaoReveal: this.duties.randaoReveal(state, attributes.proposerIndex),
        eth1Data: state.eth1Data.toValue(),
        attestations: this.duties.attestations(state, this.head.slot),
        syncAggregate: this.duties.syncAggregate(state, attributes.parentBeaconBlockRoot),
        executionPayload: payload,
        executionRequests: requests,
      },
    };

    const unsigned = { message: block, signature: new Uint8Array(96) };
    // The state root and the signature over it follow from the transition, so both are checked after it.
    const post = stateTransition(state, unsigned, {
      executionPayloadStatus: ExecutionPayloadStatus.valid,
      dataAvailabilityStatus: DataAvailabilityStatus.Available,
      verifySignatures: this.#verify,
      verifyProposer: false,
      verifyStateRoot: false,
    }) as CachedBeaconStateFulu;
    block.stateRoot = post.hashTreeRoot();
    const signed = { message: block, signature: this.duties.signBlock(state, block) };
    if (this.#verify && !verifyProposerSignature(this.config, post.epochCtx.pubkeyCache, signed)) {
      throw new Error(`Invalid proposer signature at slot ${block.slot}`);
    }

    this.#operations.remove(operations);
    return this.#advance(signed, post);
  }

  snapshot(): ChainSnapshot {
    return {
      head: this.head,
      stateNode: this.#state.node,
      operations: this.#operations.clone(),
      offline: this.duties.offline,
    };
  }

  restore(snapshot: ChainSnapshot): void {
    this.history.truncate(snapshot.head);
    this.#state = withFreshCaches(ssz.fulu.BeaconState.getViewDU(snapshot.stateNode));
    this.#operations = snapshot.operations.clone();
    this.duties.resetOffline(snapshot.offline);
    this.#announcedFinality = this.finalized.epoch;
    this.#emit("head", this.head, this.epoch);
  }

  #advance(block: fulu.SignedBeaconBlock, post: CachedBeaconStateFulu): BlockRecord {
    this.#state = post;
    const record = this.#record(block, post);
    this.#emit("head", record, this.epoch);
    if (this.finalized.epoch > this.#announcedFinality) {
      this.#announcedFinality = this.finalized.epoch;
      this.#emit("finalized", this.checkpointRecord(this.finalized), this.finalized.epoch);
    }
    return record;
  }

  #record(block: fulu.SignedBeaconBlock, state: CachedBeaconStateFulu): BlockRecord {
    const header = blockToHeader(this.config, block.message);
    const record: BlockRecord = {
      slot: block.message.slot,
      blockRoot: toRootHex(ssz.phase0.BeaconBlockHeader.hashTreeRoot(header)),
      stateRoot: toRootHex(block.message.stateRoot),
      block,
      header,
      stateNode: state.node,
    };
    const keepFrom = record.slot === GENESIS_SLOT ? GENESIS_SLOT : this.checkpointRecord(this.finalized).slot;
    this.history.add(record, keepFrom);
    return record;
  }

  #emit(event: "head" | "finalized", record: BlockRecord, epoch: number): void {
    for (const listener of this.#listeners) listener(event, record, epoch);
  }
}

function checkpointValue(checkpoint: phase0.Checkpoint): phase0.Checkpoint {
  return { epoch: checkpoint.epoch, root: checkpoint.root };
}
