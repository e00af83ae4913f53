import { ZeroHash } from "ethers";
import type { BeaconSource, StateId } from "../lib/beaconClient.ts";
import type { BeaconHeader } from "../lib/beaconHeader.ts";
import { FatalError } from "../lib/errors.ts";

/** The newest beacon block that the execution chain knows by EIP-4788: the parent of the head. */
export interface NewestRoot {
  /** Of the execution block that brought the root. */
  timestamp: number;
  header: BeaconHeader;
  stateId: StateId;
}

/** `BlockProof` of contracts/interfaces/IBeaconVerifier.sol, for a block that EIP-4788 still knows. */
export function recentBlock(timestamp: number) {
  return { timestamp, slot: 0, root: ZeroHash, history: [] };
}

/** Where proofs for the execution chain begin. */
export async function newestRoot(beacon: BeaconSource): Promise<NewestRoot> {
  const head = await beacon.blockV2("head");
  if (head === undefined) throw new FatalError("the beacon node has no head");
  const parent = await beacon.header(head.parentRoot as `0x${string}`);
  if (parent === undefined) throw new FatalError(`the beacon node has no block ${head.parentRoot}`);
  return {
    timestamp: head.execution.timestamp,
    header: parent.header,
    stateId: parent.header.stateRoot as `0x${string}`,
  };
}
