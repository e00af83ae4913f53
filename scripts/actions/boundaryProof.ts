import { ZeroHash } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import { FatalError } from "../lib/errors.ts";

/** `BlockProof` of contracts/interfaces/IBeaconVerifier.sol, without history. */
export interface BoundaryProof {
  timestamp: number;
  slot: bigint;
  root: string;
  history: string[];
}

/**
 * Shows the block of a slot by its child, as long as EIP-4788 knows that.
 *
 * @throws FatalError where there is no block in the next slot: its timestamp would speak of a later one
 */
export async function boundaryProof(beacon: BeaconSource, slot: number): Promise<BoundaryProof> {
  const child = await beacon.blockV2(slot + 1);
  if (child === undefined) throw new FatalError(`there is no block in slot ${slot + 1}`);
  return { timestamp: child.execution.timestamp, slot: 0n, root: ZeroHash, history: [] };
}
