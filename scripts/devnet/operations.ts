import "./preset.ts";
import {
  DOMAIN_BEACON_ATTESTER,
  DOMAIN_BEACON_PROPOSER,
  ForkSeq,
  MAX_ATTESTER_SLASHINGS_ELECTRA,
  MAX_PROPOSER_SLASHINGS,
  MAX_VOLUNTARY_EXITS,
} from "@lodestar/params";
import {
  VoluntaryExitValidity,
  computeSigningRoot,
  getVoluntaryExitValidity,
  isSlashableValidator,
  type CachedBeaconStateFulu,
} from "@lodestar/state-transition";
import { ssz, type electra, type phase0 } from "@lodestar/types";
import { pubkeyOf } from "./duties.ts";
import type { Keyring } from "./keyring.ts";

export interface BlockOperations {
  proposerSlashings: phase0.ProposerSlashing[];
  attesterSlashings: electra.AttesterSlashing[];
  voluntaryExits: phase0.SignedVoluntaryExit[];
}

/// Why an operation can not go into a block.
export class InvalidOperationError extends Error {
  override readonly name = "InvalidOperationError";
}

/// Operations that wait for a block, at most one per validator. An invalid one would make the whole block
/// invalid, so each is checked when it arrives and once more when a block takes it.
export class OperationPool {
  #proposerSlashings = new Map<number, phase0.ProposerSlashing>();
  #attesterSlashings = new Map<number, electra.AttesterSlashing>();
  #voluntaryExits = new Map<number, phase0.SignedVoluntaryExit>();

  get voluntaryExits(): phase0.SignedVoluntaryExit[] {
    return [...this.#voluntaryExits.values()];
  }

  addProposerSlashing(state: CachedBeaconStateFulu, slashing: phase0.ProposerSlashing): void {
    const index = slashing.signedHeader1.message.proposerIndex;
    requireSlashable(state, index);
    this.#proposerSlashings.set(index, slashing);
  }

  /// The slashing must name one validator only.
  addAttesterSlashing(state: CachedBeaconStateFulu, slashing: electra.AttesterSlashing): void {
    const index = Number(slashing.attestation1.attestingIndices[0]);
    requireSlashable(state, index);
    this.#attesterSlashings.set(index, slashing);
  }

  addVoluntaryExit(state: CachedBeaconStateFulu, exit: phase0.SignedVoluntaryExit): void {
    const validity = getVoluntaryExitValidity(ForkSeq.fulu, state, exit, true);
    if (validity !== VoluntaryExitValidity.valid) {
      throw new InvalidOperationError(
        `Voluntary exit of validator ${exit.message.validatorIndex}: ${validity}`,
      );
    }
    this.#voluntaryExits.set(exit.message.validatorIndex, exit);
  }

  /// Operations valid together on this state; what has become invalid is dropped for good.
  select(state: CachedBeaconStateFulu): BlockOperations {
    this.#dropInvalid(state);
    const taken = new Set<number>();
    const take = <T>(pool: Map<number, T>, limit: number): T[] => {
      const chosen = [...pool].filter(([index]) => !taken.has(index)).slice(0, limit);
      chosen.forEach(([index]) => taken.add(index));
      return chosen.map(([, operation]) => operation);
    };
    // Slashings first: they start the exit themselves, after which an exit of the same validator is invalid.
    return {
      proposerSlashings: take(this.#proposerSlashings, MAX_PROPOSER_SLASHINGS),
      attesterSlashings: take(this.#attesterSlashings, MAX_ATTESTER_SLASHINGS_ELECTRA),
      voluntaryExits: take(this.#voluntaryExits, MAX_VOLUNTARY_EXITS),
    };
  }

  /// Forgets what a block has included.
  remove(included: BlockOperations): void {
    for (const { signedHeader1 } of included.proposerSlashings) {
      this.#proposerSlashings.delete(signedHeader1.message.proposerIndex);
    }
    for (const { attestation1 } of included.attesterSlashings) {
      this.#attesterSlashings.delete(Number(attestation1.attestingIndices[0]));
    }
    for (const { message } of included.voluntaryExits) this.#voluntaryExits.delete(message.validatorIndex);
  }

  clone(): OperationPool {
    const copy = new OperationPool();
    copy.#proposerSlashings = new Map(this.#proposerSlashings);
    copy.#attesterSlashings = new Map(this.#attesterSlashings);
    copy.#voluntaryExits = new Map(this.#voluntaryExits);
    return copy;
  }

  #dropInvalid(state: CachedBeaconStateFulu): void {
    for (const pool of [this.#proposerSlashings, this.#attesterSlashings]) {
      for (const index of pool.keys()) if (!isSlashable(state, index)) pool.delete(index);
    }
    for (const [index, exit] of this.#voluntaryExits) {
      const validity = getVoluntaryExitValidity(ForkSeq.fulu, state, exit, false);
      if (validity !== VoluntaryExitValidity.valid) this.#voluntaryExits.delete(index);
    }
  }
}

/// Two blocks of one proposer for one slot.
export function signedDoubleProposal(
  keyring: Keyring,
  state: CachedBeaconStateFulu,
  index: number,
): phase0.ProposerSlashing {
  const domain = state.config.getDomain(state.slot, DOMAIN_BEACON_PROPOSER, state.slot);
  const [signedHeader1, signedHeader2] = [1, 2].map((mark) => {
    const message = {
      ...ssz.phase0.BeaconBlockHeaderBigint.defaultValue(),
      slot: BigInt(state.slot),
      proposerIndex: index,
      bodyRoot: new Uint8Array(32).fill(mark),
    };
    const signingRoot = computeSigningRoot(ssz.phase0.BeaconBlockHeaderBigint, message, domain);
    return { message, signature: keyring.sign(pubkeyOf(state, index), signingRoot) };
  }) as [phase0.ProposerSlashing["signedHeader1"], phase0.ProposerSlashing["signedHeader2"]];
  return { signedHeader1, signedHeader2 };
}

/// Two votes of one attester for different blocks with one target epoch.
export function signedDoubleVote(
  keyring: Keyring,
  state: CachedBeaconStateFulu,
  index: number,
): electra.AttesterSlashing {
  const domain = state.config.getDomain(state.slot, DOMAIN_BEACON_ATTESTER, state.slot);
  const [attestation1, attestation2] = [1, 2].map((mark) => {
    const data = {
      ...ssz.phase0.AttestationDataBigint.defaultValue(),
      slot: BigInt(state.slot),
      beaconBlockRoot: new Uint8Array(32).fill(mark),
      target: { epoch: BigInt(state.epochCtx.epoch), root: new Uint8Array(32) },
    };
    const signingRoot = computeSigningRoot(ssz.phase0.AttestationDataBigint, data, domain);
    return { attestingIndices: [index], data, signature: keyring.sign(pubkeyOf(state, index), signingRoot) };
  }) as [electra.IndexedAttestationBigint, electra.IndexedAttestationBigint];
  return { attestation1, attestation2 };
}

export function signedVoluntaryExit(
  keyring: Keyring,
  state: CachedBeaconStateFulu,
  index: number,
): phase0.SignedVoluntaryExit {
  const message: phase0.VoluntaryExit = { epoch: state.epochCtx.epoch, validatorIndex: index };
  const domain = state.config.getDomainForVoluntaryExit(state.slot);
  const signingRoot = computeSigningRoot(ssz.phase0.VoluntaryExit, message, domain);
  return { message, signature: keyring.sign(pubkeyOf(state, index), signingRoot) };
}

function isSlashable(state: CachedBeaconStateFulu, index: number): boolean {
  if (index >= state.validators.length) return false;
  return isSlashableValidator(state.validators.getReadonly(index), state.epochCtx.epoch);
}

function requireSlashable(state: CachedBeaconStateFulu, index: number): void {
  if (!isSlashable(state, index)) throw new InvalidOperationError(`Validator ${index} can not be slashed`);
}
