/**
 * How much of their duties validators did, from the participation flags of beacon states (consensus specification,
 * altair/beacon-chain.md). A duty is one validator's vote for the target of one epoch, weighed by its effective balance;
 * it is done if it came in time to earn its reward. Slashed validators have none.
 */
import type { StateBytes } from "./stateBytes/stateBytes.ts";

/** TIMELY_TARGET_FLAG_INDEX = 1. */
const TIMELY_TARGET = 1 << 1;
const BP = 10_000n;

/** Effective balances in gwei, summed over epochs. */
export interface Duties {
  activeGwei: bigint;
  attestedGwei: bigint;
}

export interface EpochDuties {
  network: Duties;
  byOperator: Map<bigint, Duties>;
}

/**
 * The duties of an epoch, for the network and for each operator of `operatorOf` (by validator index). The state should be
 * the last one of the next epoch, when all votes that count are in; where no block was made in that epoch, the last one
 * of the epoch itself. Undefined where not even that has a block: nobody could vote.
 */
export function dutiesOf(
  state: StateBytes,
  epoch: number,
  slotsPerEpoch: number,
  operatorOf: ReadonlyMap<number, bigint>,
): EpochDuties | undefined {
  const stateEpoch = Math.floor(state.slot / slotsPerEpoch);
  if (stateEpoch !== epoch && stateEpoch !== epoch + 1) return undefined;
  const flags = state.field(
    stateEpoch === epoch ? "currentEpochParticipation" : "previousEpochParticipation",
  );
  const validators = state.records("validators");
  const slashed = validators.flags("slashed");
  const activationEpoch = validators.numbers("activationEpoch");
  const exitEpoch = validators.numbers("exitEpoch");
  const effectiveBalance = validators.numbers("effectiveBalance");

  const network = noDuties();
  const byOperator = new Map<bigint, Duties>();
  for (let index = 0; index < validators.count; index++) {
    if (slashed(index) || activationEpoch(index) > epoch || exitEpoch(index) <= epoch) continue;
    const weight = BigInt(effectiveBalance(index));
    const attested = ((flags[index] ?? 0) & TIMELY_TARGET) !== 0 ? weight : 0n;
    const duties = { activeGwei: weight, attestedGwei: attested };
    add(network, duties);
    const operatorId = operatorOf.get(index);
    if (operatorId !== undefined) add(entry(byOperator, operatorId), duties);
  }
  return { network, byOperator };
}

/** Adds an epoch's duties to those of the epochs before. */
export function addDuties(sum: EpochDuties, epoch: EpochDuties): void {
  add(sum.network, epoch.network);
  for (const [operatorId, duties] of epoch.byOperator) add(entry(sum.byOperator, operatorId), duties);
}

export function noDuties(): Duties {
  return { activeGwei: 0n, attestedGwei: 0n };
}

/** Done duties in 1/10,000, rounded down; undefined where there were none. */
export function attestedBp({ activeGwei, attestedGwei }: Duties): bigint | undefined {
  return activeGwei === 0n ? undefined : (attestedGwei * BP) / activeGwei;
}

function add(sum: Duties, more: Duties): void {
  sum.activeGwei += more.activeGwei;
  sum.attestedGwei += more.attestedGwei;
}

function entry(map: Map<bigint, Duties>, operatorId: bigint): Duties {
  let duties = map.get(operatorId);
  if (duties === undefined) map.set(operatorId, (duties = noDuties()));
  return duties;
}
