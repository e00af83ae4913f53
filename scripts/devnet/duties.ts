import "./preset.ts";
import { BitArray } from "@chainsafe/ssz";
import {
  DOMAIN_BEACON_ATTESTER,
  DOMAIN_BEACON_PROPOSER,
  DOMAIN_RANDAO,
  DOMAIN_SYNC_COMMITTEE,
  MAX_ATTESTATIONS_ELECTRA,
  MAX_COMMITTEES_PER_SLOT,
  SYNC_COMMITTEE_SIZE,
} from "@lodestar/params";
import {
  G2_POINT_AT_INFINITY,
  computeEpochAtSlot,
  computeSigningRoot,
  getBlockRoot,
  getBlockRootAtSlot,
  type CachedBeaconStateFulu,
} from "@lodestar/state-transition";
import { ssz, type altair, type electra, type fulu, type phase0 } from "@lodestar/types";
import type { Keyring } from "./keyring.ts";

/// What the validators of the chain sign: blocks, attestations, sync committee messages. The state given to
/// these functions has been advanced to the slot of the block under construction.
export class Duties {
  readonly #keyring: Keyring;
  readonly #offline = new Set<number>();

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  get offline(): number[] {
    return [...this.#offline].sort((a, b) => a - b);
  }

  setOffline(indices: Iterable<number>, offline: boolean): void {
    for (const index of indices) {
      if (offline) this.#offline.add(index);
      else this.#offline.delete(index);
    }
  }

  resetOffline(indices: Iterable<number>): void {
    this.#offline.clear();
    this.setOffline(indices, true);
  }

  isOnline(state: CachedBeaconStateFulu, index: number): boolean {
    return !this.#offline.has(index) && this.#keyring.has(pubkeyOf(state, index));
  }

  /// A slashed proposer's block would be invalid, an offline one's is never made.
  canPropose(state: CachedBeaconStateFulu, index: number): boolean {
    return this.isOnline(state, index) && !state.validators.getReadonly(index).slashed;
  }

  randaoReveal(state: CachedBeaconStateFulu, proposer: number): Uint8Array {
    const domain = state.config.getDomain(state.slot, DOMAIN_RANDAO, state.slot);
    const signingRoot = computeSigningRoot(ssz.Epoch, computeEpochAtSlot(state.slot), domain);
    return this.#keyring.sign(pubkeyOf(state, proposer), signingRoot);
  }

  signBlock(state: CachedBeaconStateFulu, block: fulu.BeaconBlock): Uint8Array {
    const domain = state.config.getDomain(block.slot, DOMAIN_BEACON_PROPOSER, block.slot);
    const signingRoot = computeSigningRoot(ssz.fulu.BeaconBlock, block, domain);
    return this.#keyring.sign(pubkeyOf(state, block.proposerIndex), signingRoot);
  }

  /// One attestation for each slot since the parent block, as many as a block takes, latest first.
  attestations(state: CachedBeaconStateFulu, parentSlot: number): electra.Attestation[] {
    const attestations: electra.Attestation[] = [];
    const oldestEpoch = Math.max(0, state.epochCtx.epoch - 1);
    for (let slot = state.slot - 1; slot >= parentSlot; slot--) {
      if (attestations.length === MAX_ATTESTATIONS_ELECTRA || computeEpochAtSlot(slot) < oldestEpoch) break;
      const attestation = this.#attestation(state, slot);
      if (attestation) attestations.push(attestation);
    }
    return attestations;
  }

  #attestation(state: CachedBeaconStateFulu, slot: number): electra.Attestation | undefined {
    const epoch = computeEpochAtSlot(slot);
    const committeeBits = BitArray.fromBitLen(MAX_COMMITTEES_PER_SLOT);
    const participation: boolean[] = [];
    const pubkeys: Uint8Array[] = [];

    for (let committee = 0; committee < state.epochCtx.getCommitteeCountPerSlot(epoch); committee++) {
      const members = [...state.epochCtx.getBeaconCommittee(slot, committee)];
      const online = members.map((index) => this.isOnline(state, index));
      // A committee without a single vote must not be mentioned.
      if (!online.includes(true)) continue;
      committeeBits.set(committee, true);
      participation.push(...online);
      pubkeys.push(...members.filter((_, i) => online[i]).map((index) => pubkeyOf(state, index)));
    }
    if (pubkeys.length === 0) return undefined;

    const data = attestationData(state, slot);
    const domain = state.config.getDomain(state.slot, DOMAIN_BEACON_ATTESTER, slot);
    const signingRoot = computeSigningRoot(ssz.phase0.AttestationData, data, domain);
    return {
      data,
      committeeBits,
      aggregationBits: BitArray.fromBoolArray(participation),
      signature: this.#keyring.signAggregate(pubkeys, signingRoot),
    };
  }

  /// The committee signs the root of the parent block in the name of the slot before this one.
  syncAggregate(state: CachedBeaconStateFulu, parentRoot: Uint8Array): altair.SyncAggregate {
    const members = [...state.epochCtx.currentSyncCommitteeIndexed.validatorIndices];
    const syncCommitteeBits = BitArray.fromBitLen(SYNC_COMMITTEE_SIZE);
    const pubkeys: Uint8Array[] = [];
    members.forEach((index, position) => {
      if (!this.isOnline(state, index)) return;
      syncCommitteeBits.set(position, true);
      pubkeys.push(pubkeyOf(state, index));
    });
    if (pubkeys.length === 0) return { syncCommitteeBits, syncCommitteeSignature: G2_POINT_AT_INFINITY };

    const domain = state.config.getDomain(state.slot, DOMAIN_SYNC_COMMITTEE, Math.max(state.slot, 1) - 1);
    const signingRoot = computeSigningRoot(ssz.Root, parentRoot, domain);
    return { syncCommitteeBits, syncCommitteeSignature: this.#keyring.signAggregate(pubkeys, signingRoot) };
  }
}

/// An honest vote at `slot`, as the state that includes it requires.
export function attestationData(state: CachedBeaconStateFulu, slot: number): phase0.AttestationData {
  const epoch = computeEpochAtSlot(slot);
  const isCurrent = epoch === state.epochCtx.epoch;
  const source = isCurrent ? state.currentJustifiedCheckpoint : state.previousJustifiedCheckpoint;
  return {
    slot,
    index: 0, // always 0 since Electra; the committees are named by bits
    beaconBlockRoot: getBlockRootAtSlot(state, slot),
    source: { epoch: source.epoch, root: source.root },
    target: { epoch, root: getBlockRoot(state, epoch) },
  };
}

export function pubkeyOf(state: CachedBeaconStateFulu, index: number): Uint8Array {
  return state.validators.getReadonly(index).pubkey;
}
