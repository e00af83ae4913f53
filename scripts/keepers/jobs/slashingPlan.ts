import { KNOWN_SLOTS } from "../../actions/proveSlashing.ts";
import { epochOf, timeAt, WEI_PER_GWEI } from "../../lib/units.ts";
import type { Deadline } from "../deadline.ts";

/** `ValidatorState` of contracts/interfaces/IValidatorRegistry.sol, as far as it is looked at here. */
export const STATE = { proven: 1, exited: 4, withdrawn: 5 } as const;

/** A validator of ours that is not known to be withdrawn: what the registry knows, and what finalized state says. */
export interface WatchedValidator {
  index: number;
  pubkey: string;
  known: { state: number; slashed: boolean };
  slashed: boolean;
  exitEpoch: bigint;
  withdrawableEpoch: bigint;
  effectiveBalanceGwei: bigint;
}

/** What is locked for a slashing that is not settled to its end. */
export interface OpenLock {
  index: number;
  /** Balance below which losses are burnt. */
  baseGwei: bigint;
  /** Balance at the booked block. */
  balanceGwei: bigint;
  withdrawableEpoch: bigint;
  /** First slot whose balance may be settled. */
  fromSlot: number;
  /** Slot of the last settlement; -1 for none. */
  settledSlot: number;
  /** Whether its prover waits for the bounty, which the first settlement pays. */
  owesBounty: boolean;
  /** What the base should be without what arrived, by a block of the epoch of the slashing; none where that is not known. */
  atStakeGwei: bigint | undefined;
  /** What the base has for validators that were merged into this one. */
  arrivedGwei: bigint;
}

/** A validator of ours that was merged into a slashed one, or soon is. */
export interface Arrival {
  source: number;
  target: number;
  /** First slot after its balance moves. */
  slot: number;
}

export interface SlashingSeen {
  validators: WatchedValidator[];
  locks: OpenLock[];
  /** What no lock counts yet, and can be shown now. */
  arrivals: Arrival[];
  finalizedEpoch: number;
  /** The last finalized slot. */
  finalizedSlot: number;
  /** Slot that a settlement is told to be of: of the newest block that is booked; none while its root is not known. */
  bookedSlot: number | undefined;
  slotsPerEpoch: number;
  /** EPOCHS_PER_SLASHINGS_VECTOR. */
  slashingsVector: number;
  /** Least loss that a settlement is paid for, in wei. */
  minSettleWei: bigint;
  genesisTime: number;
  secondsPerSlot: number;
}

export type SlashingStep =
  | { step: "slashed"; index: number; pubkey: string; lastSlot: number }
  | { step: "state"; index: number; pubkey: string; isWithdrawn: boolean }
  | { step: "raise"; index: number; lastSlot: number }
  | { step: "arrival"; source: number; target: number }
  | { step: "settle"; index: number; isPaid: boolean };

/**
 * What is final and not known, slashings first; what bases of locks lack; then what is booked and not settled: by the right
 * base. None where nothing is.
 */
export function planSlashing(seen: SlashingSeen): SlashingStep[] | undefined {
  const { finalizedEpoch, finalizedSlot } = seen;
  const slashings: SlashingStep[] = [];
  const states: SlashingStep[] = [];
  for (const v of seen.validators) {
    const { index, pubkey, known } = v;
    if (v.slashed && !known.slashed) {
      const lastSlot = Math.min(lastSlotOfSlashing(v, seen), finalizedSlot);
      slashings.push({ step: "slashed", index, pubkey, lastSlot });
      continue;
    }
    const isWithdrawn = v.withdrawableEpoch <= BigInt(finalizedEpoch) && v.effectiveBalanceGwei === 0n;
    const isExited = v.exitEpoch <= BigInt(finalizedEpoch);
    const state = isWithdrawn ? STATE.withdrawn : isExited ? STATE.exited : STATE.proven;
    if (state > known.state) states.push({ step: "state", index, pubkey, isWithdrawn });
  }
  const bases = [
    ...seen.locks.flatMap((lock) => raise(lock, seen)),
    ...seen.arrivals.map(({ source, target }) => ({ step: "arrival", source, target }) as const),
  ];
  const settlements = seen.locks.flatMap((lock) => settlement(lock, seen));
  const steps = [...slashings, ...states, ...bases, ...settlements];
  return steps.length === 0 ? undefined : steps;
}

/** The first, which pays the bounty; one for each loss that is worth it; and the last, which unlocks the rest. */
function settlement(lock: OpenLock, { bookedSlot, ...seen }: SlashingSeen): SlashingStep[] {
  const { index, settledSlot, fromSlot, withdrawableEpoch } = lock;
  if (bookedSlot === undefined || bookedSlot < fromSlot || bookedSlot <= settledSlot) return [];
  const epoch = epochOf(bookedSlot, seen);
  if (BigInt(epoch) >= withdrawableEpoch) return [];
  const lossWei = (lock.baseGwei - lock.balanceGwei) * WEI_PER_GWEI;
  const isPaid = lossWei >= seen.minSettleWei;
  const isLast = BigInt(epoch) > withdrawableEpoch - BigInt(Math.floor(seen.slashingsVector / 2)) + 1n;
  const isFirst = lock.owesBounty && lossWei > 0n;
  return isPaid || isLast || isFirst ? [{ step: "settle", index, isPaid }] : [];
}

/** Where it was proven by a later block: the effective balance is lower by then, and hides as much of the loss. */
function raise(lock: OpenLock, seen: SlashingSeen): SlashingStep[] {
  const { index, baseGwei, arrivedGwei, atStakeGwei } = lock;
  if (atStakeGwei === undefined || atStakeGwei <= baseGwei - arrivedGwei) return [];
  return [{ step: "raise", index, lastSlot: lastSlotOfSlashing(lock, seen) }];
}

/** Of the epoch in which a validator was slashed; a later one where it was to exit late anyway. */
export function lastSlotOfSlashing(
  { withdrawableEpoch }: Pick<WatchedValidator, "withdrawableEpoch">,
  { slashingsVector, slotsPerEpoch }: Pick<SlashingSeen, "slashingsVector" | "slotsPerEpoch">,
): number {
  return (Number(withdrawableEpoch) - slashingsVector + 1) * slotsPerEpoch - 1;
}

/**
 * What was at stake is shown while the execution chain knows a block of the slashing's epoch, losses until it may be paid
 * out. A slashing is urgent from the beginning: until it is proven its operator draws stake.
 */
export function slashingDeadline(step: SlashingStep, seen: SlashingSeen): Deadline | undefined {
  const known = (slot: number) => ({ from: timeAt(slot, seen), until: timeAt(slot + KNOWN_SLOTS, seen) });
  switch (step.step) {
    case "slashed":
      return { ...known(step.lastSlot), isUrgent: true };
    case "state":
      return undefined;
    case "raise":
      return known(step.lastSlot);
    case "arrival": {
      const lock = seen.locks.find(({ index }) => index === step.target);
      return lock && known(lastSlotOfSlashing(lock, seen));
    }
    case "settle": {
      const { withdrawableEpoch } = seen.locks.find(({ index }) => index === step.index)!;
      const end = Number(withdrawableEpoch);
      const at = (epoch: number) => timeAt(epoch * seen.slotsPerEpoch, seen);
      return { from: at(end - Math.floor(seen.slashingsVector / 2)), until: at(end) };
    }
  }
}
