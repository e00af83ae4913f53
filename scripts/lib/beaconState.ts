import type { BeaconSource, StateId } from "./beaconClient.ts";
import type { BeaconStateView } from "./beaconProofs.ts";
import { FatalError } from "./errors.ts";
import { StateBytes } from "./stateBytes/stateBytes.ts";

/** What was decoded from bytes that somebody still has: with the hashes of its tree, which take longest. */
const decoded = new WeakMap<Uint8Array, BeaconStateView>();
const opened = new WeakMap<Uint8Array, StateBytes>();

/**
 * A beacon state as a tree from its SSZ bytes, for proofs of what is deep in it. The same bytes give the same state: it is
 * to be read only. On mainnet it takes gigabytes: what `openState` can tell is read there.
 *
 * @param fork name that the node gave, in lower case
 * @throws FatalError for a fork whose layout the proofs do not know
 */
export async function decodeState(bytes: Uint8Array, fork: string | undefined): Promise<BeaconStateView> {
  const known = decoded.get(bytes);
  if (known !== undefined) return known;
  const state = (await stateType(fork)).deserializeToViewDU(bytes);
  decoded.set(bytes, state);
  return state;
}

/** A beacon state that is read from its SSZ bytes where they lie. Parameters and errors as for `decodeState`. */
export async function openState(bytes: Uint8Array, fork: string | undefined): Promise<StateBytes> {
  const known = opened.get(bytes);
  if (known !== undefined) return known;
  const state = new StateBytes(await stateType(fork), bytes);
  opened.set(bytes, state);
  return state;
}

/** Asks for a state and opens it. */
export async function readState(
  beacon: Pick<BeaconSource, "stateSsz">,
  stateId: StateId,
): Promise<StateBytes> {
  const { bytes, fork } = await beacon.stateSsz(stateId);
  return openState(bytes, fork);
}

/**
 * Lodestar is loaded here, on first use, so that whoever needs another preset than mainnet's can say so (`LODESTAR_PRESET`)
 * before.
 */
async function stateType(fork: string | undefined) {
  if (fork !== undefined && fork !== "fulu") {
    throw new FatalError(`the beacon state is of fork "${fork}"; proofs are made for "fulu"`);
  }
  const { ssz } = await import("@lodestar/types");
  return ssz.fulu.BeaconState;
}
