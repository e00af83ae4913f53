import "./preset.ts";
import type { Node } from "@chainsafe/persistent-merkle-tree";
import { SLOTS_PER_EPOCH } from "@lodestar/params";
import type { BeaconStateFulu } from "@lodestar/state-transition";
import { ssz, type fulu, type phase0 } from "@lodestar/types";
import { toRootHex } from "@lodestar/utils";

/// A block of the chain and the state after it.
export interface BlockRecord {
  slot: number;
  blockRoot: string;
  stateRoot: string;
  block: fulu.SignedBeaconBlock;
  header: phase0.BeaconBlockHeader;
  /// Root of the state's tree; `undefined` once the state has been pruned.
  stateNode: Node | undefined;
}

/// Epochs of which the state after every block is kept.
const FULL_EPOCHS = 64;
/// Epochs of which the state after the first block is kept.
const BOUNDARY_EPOCHS = 256;

/// The canonical chain, by slot and by root. Trees share all that did not change between states, which makes
/// keeping hundreds of them cheap. Blocks are kept for ever.
export class History {
  #records: BlockRecord[] = [];
  #byRoot = new Map<string, BlockRecord>();
  #byStateRoot = new Map<string, BlockRecord>();

  get head(): BlockRecord {
    return this.#records.at(-1)!;
  }

  get genesis(): BlockRecord {
    return this.#records[0]!;
  }

  /// `keepFrom` is the slot of the finalized block: from there on every state stays.
  add(record: BlockRecord, keepFrom: number): void {
    this.#records.push(record);
    this.#byRoot.set(record.blockRoot, record);
    this.#byStateRoot.set(record.stateRoot, record);
    this.#prune(keepFrom);
  }

  atSlot(slot: number): BlockRecord | undefined {
    const record = this.latestUpTo(slot);
    return record?.slot === slot ? record : undefined;
  }

  byBlockRoot(root: Uint8Array | string): BlockRecord | undefined {
    return this.#byRoot.get(typeof root === "string" ? root.toLowerCase() : toRootHex(root));
  }

  byStateRoot(root: string): BlockRecord | undefined {
    return this.#byStateRoot.get(root.toLowerCase());
  }

  /// The last block at or before the slot.
  latestUpTo(slot: number): BlockRecord | undefined {
    return this.#records[this.#countUpTo(slot) - 1];
  }

  /// The first block at or after the slot.
  firstFrom(slot: number): BlockRecord | undefined {
    return this.#records[this.#countUpTo(slot - 1)];
  }

  /// Forgets every block after `head`; states pruned since then stay pruned.
  truncate(head: BlockRecord): void {
    while (this.#records.length > 0 && this.head !== head) {
      const dropped = this.#records.pop()!;
      this.#byRoot.delete(dropped.blockRoot);
      this.#byStateRoot.delete(dropped.stateRoot);
    }
    if (this.#records.length === 0) throw new Error(`Block ${head.blockRoot} is not part of the chain`);
  }

  #countUpTo(slot: number): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#records[middle]!.slot <= slot) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #prune(keepFrom: number): void {
    const fullFrom = Math.min(keepFrom, this.head.slot - FULL_EPOCHS * SLOTS_PER_EPOCH);
    const boundaryFrom = Math.min(keepFrom, this.head.slot - BOUNDARY_EPOCHS * SLOTS_PER_EPOCH);
    // Everything older has been through here at an earlier block.
    for (let i = this.#records.length - 1; i > 0; i--) {
      const record = this.#records[i]!;
      if (record.slot >= fullFrom) continue;
      const isBoundary = epochOf(record) !== epochOf(this.#records[i - 1]!);
      if (record.slot < boundaryFrom || !isBoundary) {
        if (record.stateNode === undefined && record.slot < boundaryFrom) break;
        record.stateNode = undefined;
      }
    }
  }
}

function epochOf(record: BlockRecord): number {
  return Math.floor(record.slot / SLOTS_PER_EPOCH);
}

/// A view of the state after the block, without caches.
export function stateOf(record: BlockRecord): BeaconStateFulu | undefined {
  return record.stateNode && ssz.fulu.BeaconState.getViewDU(record.stateNode);
}
