import { dataSlice, isError, type Provider } from "ethers";
import { BeaconDepositor__factory } from "../../typechain-types/index.js";
import type { BeaconSource } from "../lib/beaconClient.ts";
import type { BlockAnswer } from "../lib/beaconSchemas.ts";
import { finalityProof, slotProof } from "../lib/beaconProofs.ts";
import { readState } from "../lib/beaconState.ts";
import { FatalError, RetryableError } from "../lib/errors.ts";
import { eventsOf } from "../lib/logs.ts";
import { figuresRoot } from "../lib/operatorFigures.ts";
import type { Protocol } from "../lib/protocol.ts";
import { roleId } from "../lib/roles.ts";
import { finalizedBlockAt } from "../lib/sources/finalizedBlock.ts";
import { timeAt } from "../lib/units.ts";
import { beaconFigures } from "./beaconBalance.ts";
import { newestRoot } from "./newestRoot.ts";
import { figuresOfFrame } from "./operatorFigures.ts";

/** `Report` of contracts/types/Report.sol. */
export interface Report {
  refSlot: bigint;
  blockRoot: string;
  beaconBalanceGwei: bigint;
  withdrawalsReceived: bigint;
  rewardsReceived: bigint;
  appeared: bigint;
  exited: bigint;
  lastTicketId: bigint;
  rewardsRoot: string;
}

/** `Evidence` of contracts/interfaces/IReportOracle.sol. */
export interface Evidence {
  childTimestamp: number;
  blockSlot: number;
  slotProof: string[];
  finalityTimestamp: number;
  finalizedEpoch: number;
  finalityProof: string[];
}

export interface ReportSources {
  beacon: BeaconSource;
  provider: Provider;
  protocol: Protocol;
}

/** How far to look for the first block after the reference slot. */
const MAX_MISSED = 64;

/**
 * The report of a frame boundary, from finalized state alone: two members who ask honest nodes get the same.
 *
 * @throws RetryableError while the reference slot is not finalized
 * @throws FatalError where it is no boundary
 */
export async function buildReport(sources: ReportSources, refSlot: number): Promise<Report> {
  const { beacon, provider, protocol } = sources;
  const [{ genesisForkVersion }, { header, block, time }] = await Promise.all([
    beacon.genesis(),
    finalizedBlockAt(sources, refSlot),
  ]);
  const { blockNumber: blockTag } = block.execution;

  const slotsPerFrame = Number(await protocol.ReportOracle.slotsPerFrame());
  if (refSlot % slotsPerFrame !== 0) {
    throw new FatalError(`slot ${refSlot} is no frame boundary: frames have ${slotsPerFrame} slots`);
  }
  const books = await protocol.StakedEther.booksAt(Math.floor(refSlot / slotsPerFrame), { blockTag });
  const [withdrawals, rewards] = await Promise.all([
    provider.getBalance(protocol.WithdrawalVault, blockTag),
    provider.getBalance(protocol.RewardsVault, blockTag),
  ]);
  return {
    refSlot: BigInt(refSlot),
    blockRoot: header.root,
    ...(await beaconFigures({
      beacon,
      stateId: header.header.stateRoot as `0x${string}`,
      pubkeys: await ourKeys(protocol, blockTag),
      credentials: await ourCredentials(protocol, provider, blockTag),
      genesisForkVersion,
      epoch: Math.floor(refSlot / time.slotsPerEpoch),
    })),
    withdrawalsReceived: withdrawals + books.sweptWithdrawals,
    rewardsReceived: rewards + books.sweptRewards,
    lastTicketId: await lastReadyTicket(protocol, timeAt(refSlot, time), blockTag),
    rewardsRoot: figuresRoot((await figuresOfFrame(sources, refSlot)) ?? []),
  };
}

/** What shows the oracle that the report speaks of the chain's own, finalized block. */
export async function buildEvidence(beacon: BeaconSource, refSlot: number): Promise<Evidence> {
  const header = await beacon.blockAtOrBefore(refSlot);
  const newest = await newestRoot(beacon);
  const finality = finalityProof(await readState(beacon, newest.stateId), newest.header);
  const child = await blockAfter(beacon, refSlot);
  // the block of the very next slot shows by itself that its parent is not after the reference slot
  const isNext = child.slot === refSlot + 1;
  return {
    childTimestamp: child.execution.timestamp,
    blockSlot: header.header.slot,
    slotProof: isNext ? [] : slotProof(header.header).proof,
    finalityTimestamp: newest.timestamp,
    finalizedEpoch: finality.epoch,
    finalityProof: finality.proof,
  };
}

async function blockAfter(beacon: BeaconSource, refSlot: number): Promise<BlockAnswer> {
  for (let slot = refSlot + 1; slot <= refSlot + MAX_MISSED; slot++) {
    const block = await beacon.blockV2(slot);
    if (block !== undefined) return block;
  }
  throw new RetryableError(`no block yet in the ${MAX_MISSED} slots after ${refSlot}`);
}

/** All public keys that got a predeposit up to a block: only such a key is ever proven. */
async function ourKeys(protocol: Protocol, toBlock: number): Promise<string[]> {
  const registry = protocol.ValidatorRegistry;
  const predeposited = await eventsOf(registry, registry.filters.KeysPredeposited(), { toBlock });
  const keys = predeposited.flatMap(({ args }) =>
    Array.from({ length: args.gindices.length }, (_, i) => dataSlice(args.pubkeys, i * 48, (i + 1) * 48)),
  );
  return [...new Set(keys)];
}

/**
 * All withdrawal credentials that ever were ours up to a block: the ledger's, and those of whoever was allowed to deposit.
 * A validator keeps those it was made with, and is the pool's whoever deposits now. To count too much costs a member
 * nothing, to count too little its bond.
 */
export async function ourCredentials(
  protocol: Protocol,
  provider: Provider,
  toBlock: number,
): Promise<string[]> {
  const { Authority: authority, StakedEther: ledger } = protocol;
  const granted = await eventsOf(authority, authority.filters.RoleGranted(roleId("DEPOSITOR")), { toBlock });
  const depositors = [...new Set(granted.map(({ args }) => args.account))];
  const theirs = await Promise.all(depositors.map((address) => credentialsOf(address, provider, toBlock)));
  const all = [await ledger.withdrawalCredentials({ blockTag: toBlock }), ...theirs.flat()];
  return [...new Set(all)];
}

/** None for an account that has no such thing: whoever held the role can never be taken back. */
async function credentialsOf(address: string, provider: Provider, blockTag: number): Promise<string[]> {
  try {
    const depositor = BeaconDepositor__factory.connect(address, provider);
    return [await depositor.withdrawalCredentials({ blockTag })];
  } catch (error) {
    if (isError(error, "CALL_EXCEPTION") || isError(error, "BAD_DATA")) return [];
    throw error;
  }
}

/** The last ticket whose cooldown had ended at `refTime`. Ready times never decrease with ids. */
async function lastReadyTicket(protocol: Protocol, refTime: number, blockTag: number): Promise<bigint> {
  const queue = protocol.WithdrawalQueue;
  let low = 0n;
  let high = await queue.lastTicketId({ blockTag });
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    const { readyAt } = await queue.ticket(middle, { blockTag });
    if (readyAt <= BigInt(refTime)) low = middle;
    else high = middle - 1n;
  }
  return low;
}
