import type { BeaconSource } from "../lib/beaconClient.ts";
import type { BeaconHeader } from "../lib/beaconHeader.ts";
import { RetryableError } from "../lib/errors.ts";

/**
 * The last block that has a child not after a slot, by headers alone: `bookedState` shows it.
 *
 * @returns its header, and the last slot at which the execution chain can be shown it: that before its child
 * @throws RetryableError where the node has not got them
 */
export async function bookedBlock(
  beacon: BeaconSource,
  slot: number,
): Promise<{ slot: number; parent: BeaconHeader }> {
  const { root } = await beacon.blockAtOrBefore(slot);
  const child = await beacon.header(root as `0x${string}`);
  const parent = child && (await beacon.header(child.header.parentRoot as `0x${string}`));
  if (parent === undefined) throw new RetryableError(`the beacon node has no parent of block ${root}`);
  return { slot: child!.header.slot - 1, parent: parent.header };
}
