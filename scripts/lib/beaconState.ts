import { FatalError } from "./errors.ts";
import type { BeaconStateView } from "./beaconProofs.ts";

/** What was decoded from bytes that somebody still has: with the hashes of its tree, which take longest. */
const decoded = new WeakMap<Uint8Array, BeaconStateView>();

/**
 * A beacon state from its SSZ bytes. Lodestar is loaded here, on first use, so that whoever needs another preset than
 * mainnet's can say so (`LODESTAR_PRESET`) before. The same bytes give the same state: it is to be read only.
 *
 * @param fork name that the node gave, in lower case
 * @throws FatalError for a fork whose layout the proofs do not know
 */
export async function decodeState(bytes: Uint8Array, fork: string | undefined): Promise<BeaconStateView> {
  if (fork !== undefined && fork !== "fulu") {
    throw new FatalError(`the beacon state is of fork "${fork}"; proofs are made for "fulu"`);
  }
  const known = decoded.get(bytes);
  if (known !== undefined) return known;
  const { ssz } = await import("@lodestar/types");
  const state = ssz.fulu.BeaconState.deserializeToViewDU(bytes);
  decoded.set(bytes, state);
  return state;
}
