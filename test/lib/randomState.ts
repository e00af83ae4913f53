/** A Fulu state with random validators, for proofs: no chain, the same bytes for the same seed. */
import "./minimalPreset.ts";
import { ssz } from "@lodestar/types";
import { createHash } from "node:crypto";

/** Deterministic random bytes: SHAKE-256 of a label. */
export function randomBytes(label: string, length: number): Uint8Array {
  return createHash("shake256", { outputLength: length }).update(label).digest();
}

function randomInt(label: string, below: number): number {
  return Buffer.from(randomBytes(label, 6)).readUIntBE(0, 6) % below;
}

/** The value of a random validator; about every third epoch is "never", every fifth is slashed. */
export function randomValidator(label: string) {
  const epoch = (name: string) =>
    randomInt(`${label} ${name} never`, 3) === 0 ? Infinity : randomInt(`${label} ${name}`, 2 ** 40);
  return {
    pubkey: randomBytes(`${label} pubkey`, 48),
    withdrawalCredentials: randomBytes(`${label} credentials`, 32),
    effectiveBalance: randomInt(`${label} balance`, 2048) * 1e9,
    slashed: randomInt(`${label} slashed`, 5) === 0,
    activationEligibilityEpoch: epoch("eligibility"),
    activationEpoch: epoch("activation"),
    exitEpoch: epoch("exit"),
    withdrawableEpoch: epoch("withdrawable"),
  };
}

/** A state of `count` validators whose latest header is open (zero stateRoot), as a block leaves it. */
export function randomState(count: number, seed = "state") {
  const state = ssz.fulu.BeaconState.defaultViewDU();
  state.slot = 1234;
  state.finalizedCheckpoint = ssz.phase0.Checkpoint.toViewDU({
    epoch: 152,
    root: randomBytes(`${seed} finalized`, 32),
  });
  state.latestBlockHeader = ssz.phase0.BeaconBlockHeader.toViewDU({
    slot: 1234,
    proposerIndex: 7,
    parentRoot: randomBytes(`${seed} parent`, 32),
    stateRoot: new Uint8Array(32),
    bodyRoot: randomBytes(`${seed} body`, 32),
  });
  for (let i = 0; i < count; i++) {
    state.validators.push(ssz.phase0.Validator.toViewDU(randomValidator(`${seed} ${i}`)));
    state.balances.push(32e9 + i);
  }
  state.commit();
  return state;
}
