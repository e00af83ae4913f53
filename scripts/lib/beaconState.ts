import { FatalError } from "./errors.ts";
import type { BeaconStateView } from "./beaconProofs.ts";

/**
 * A beacon state from its SSZ bytes. Lodestar is loaded here, on first use, so that whoever needs another preset than
 * mainnet's can say so (`LODESTAR_PRESET`) before.
 *
 * @param fork name that the node gave, in lower case
 * @throws FatalError for a fork whose layout the proofs do not know
 */
export async function decodeState(bytes: Uint8Array, fork: string | undefined): Promise<BeaconStateView> {
  if (fork !== undefined && fork !== "fulu") {
    throw new FatalError(`the beacon state is of fork "${fork}"; proofs are made for "fulu"`);
  }
  const { ssz } = await import("@lodestar/types");
  return ssz.fulu.BeaconState.deserializeToViewDU(bytes);
}
