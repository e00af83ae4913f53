import type { Provider } from "ethers";
import type { BeaconSource } from "../beaconClient.ts";
import type { BlockAnswer, HeaderAnswer } from "../beaconSchemas.ts";
import { FatalError, RetryableError } from "../errors.ts";
import { timeAt, type BeaconTime } from "../units.ts";

/** A beacon block that no reorganisation can take back, and with it the execution block in it. */
export interface FinalizedBlock {
  header: HeaderAnswer;
  block: BlockAnswer;
  time: BeaconTime;
}

/** A provider that can be told which hash belongs to a number; see `ExecutionSources.bind`. */
interface Binding {
  bind(number: number, hash: string): void;
}

/**
 * The last block at `slot` or before it. Whether it is final is for the beacon chain alone to say; the execution block is
 * the one whose hash the beacon block names, and the execution chain must know it under the same number and time.
 *
 * @throws RetryableError while the slot is not finalized
 * @throws FatalError where beacon and execution chain do not fit together, or no block is found within 64 missed slots
 */
export async function finalizedBlockAt(
  { beacon, provider }: { beacon: BeaconSource; provider: Provider },
  slot: number,
): Promise<FinalizedBlock> {
  const [{ genesisTime }, { secondsPerSlot, slotsPerEpoch }] = await Promise.all([
    beacon.genesis(),
    beacon.spec(),
  ]);
  const time: BeaconTime = { genesisTime, secondsPerSlot, slotsPerEpoch };
  const { finalized } = await beacon.finalityCheckpoints("head");
  if (finalized.epoch * slotsPerEpoch < slot) {
    throw new RetryableError(`slot ${slot} is not final: the finalized epoch is ${finalized.epoch}`);
  }
  const header = await beacon.blockAtOrBefore(slot);
  const block = await beacon.blockV2(header.root as `0x${string}`);
  if (block === undefined) throw new FatalError(`no beacon node has block ${header.root}`);
  requireSameBlock(header, block);
  await requireExecutionBlock(provider, block, time);
  return { header, block, time };
}

function requireSameBlock({ root, header }: HeaderAnswer, block: BlockAnswer): void {
  for (const field of ["slot", "proposerIndex", "parentRoot", "stateRoot"] as const) {
    if (block[field] === header[field]) continue;
    throw new FatalError(
      `beacon block ${root}: ${field} is ${block[field]} in the block, ${header[field]} in the header`,
    );
  }
}

async function requireExecutionBlock(
  provider: Provider,
  { slot, execution }: BlockAnswer,
  time: BeaconTime,
): Promise<void> {
  const { blockHash, blockNumber, timestamp } = execution;
  const label = `execution block ${blockNumber}, that of slot ${slot},`;
  // The payload of genesis is from before the chain's own time.
  if (slot > 0 && timestamp !== timeAt(slot, time)) {
    throw new FatalError(
      `${label} is of time ${timestamp} to the beacon chain, but its slot begins at ${timeAt(slot, time)}`,
    );
  }
  const known = await provider.getBlock(blockHash);
  if (known === null) throw await unknownBlock(provider, label, execution);
  const got = `number ${known.number}, time ${known.timestamp}`;
  const wanted = `number ${blockNumber}, time ${timestamp}`;
  if (got !== wanted) throw new FatalError(`${label} has ${got}, the beacon chain says ${wanted}`);
  if (canBind(provider)) return provider.bind(blockNumber, blockHash);
  const onChain = await provider.getBlock(blockNumber);
  if (onChain?.hash !== blockHash)
    throw new FatalError(`${label} is ${onChain?.hash ?? "unknown"}, the beacon chain says ${blockHash}`);
}

async function unknownBlock(
  provider: Provider,
  label: string,
  { blockHash, blockNumber }: BlockAnswer["execution"],
): Promise<Error> {
  const other = await provider.getBlock(blockNumber);
  return other === null
    ? new RetryableError(`${label} is not known to the execution chain yet`)
    : new FatalError(`${label} is ${other.hash ?? "unknown"}, the beacon chain says ${blockHash}`);
}

function canBind(provider: object): provider is Binding {
  return "bind" in provider && typeof provider.bind === "function";
}
