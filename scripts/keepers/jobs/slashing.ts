import { ZeroAddress, type Signer } from "ethers";
import type { ReportSources } from "../../actions/buildReport.ts";
import {
  isRootKnown,
  proveSlashedInEpoch,
  proveState,
  proveWithdrawn,
  settleSlashing,
} from "../../actions/proveSlashing.ts";
import { RetryableError } from "../../lib/errors.ts";
import { eventsOf } from "../../lib/logs.ts";
import { rememberStates } from "../../lib/stateMemory.ts";
import { epochOf, WEI_PER_GWEI } from "../../lib/units.ts";
import type { Cycle, Job } from "../job.ts";
import { sendFirst, stillPlanned, takeSteps } from "../steps.ts";

/** `ValidatorState` of contracts/interfaces/IValidatorRegistry.sol, as far as it is looked at here. */
const STATE = { proven: 1, exited: 4, withdrawn: 5 } as const;

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
}

export interface SlashingSeen {
  validators: WatchedValidator[];
  locks: OpenLock[];
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
}

export type SlashingStep =
  | { step: "slashed"; index: number; pubkey: string; lastSlot: number }
  | { step: "state"; index: number; pubkey: string; isWithdrawn: boolean }
  | { step: "settle"; index: number; isPaid: boolean };

/** Errors of the contracts that say that somebody has proven or settled it. */
const OVERTAKEN = ["NothingNew", "NothingLocked"];

/**
 * Proves what the beacon chain says of our validators once it is final: slashings, exits, withdrawals; and settles what
 * slashed ones have lost, once a report has booked it.
 */
export class SlashingJob implements Job<SlashingSeen, SlashingStep[]> {
  readonly name = "slashing";
  readonly #sources: ReportSources;
  readonly #sender: Signer;

  constructor(sources: ReportSources, sender: Signer) {
    this.#sources = sources;
    this.#sender = sender;
  }

  async observe(): Promise<SlashingSeen> {
    const { protocol, beacon } = this.#sources;
    const known = await this.#known();
    const watched = [...known].filter(([, { state }]) => state !== STATE.withdrawn).map(([index]) => index);
    const [answers, { finalized }, spec, { slashingsVector }, { minSettle }] = await Promise.all([
      watched.length === 0 ? [] : beacon.validators("finalized", watched),
      beacon.finalityCheckpoints("head"),
      beacon.spec(),
      protocol.SlashingOracle.parameters(),
      protocol.KeeperJobs.parameters(),
    ]);
    const validators = answers.map(({ index, ...v }) => ({
      index,
      pubkey: v.pubkey,
      known: known.get(index)!,
      slashed: v.slashed,
      exitEpoch: v.exitEpoch,
      withdrawableEpoch: v.withdrawableEpoch,
      effectiveBalanceGwei: v.effectiveBalanceGwei,
    }));
    const { slot, locks } = await this.#booked(validators.filter((v) => v.known.slashed));
    return {
      validators,
      locks,
      finalizedEpoch: finalized.epoch,
      finalizedSlot: finalized.epoch * spec.slotsPerEpoch,
      bookedSlot: slot,
      slotsPerEpoch: spec.slotsPerEpoch,
      slashingsVector: Number(slashingsVector),
      minSettleWei: minSettle,
    };
  }

  plan(seen: SlashingSeen): SlashingStep[] | undefined {
    return planSlashing(seen);
  }

  async act(steps: SlashingStep[], cycle: Cycle): Promise<string> {
    const { protocol } = this.#sources;
    const still = stillPlanned(steps, this.plan(await this.observe()));
    // those of one epoch, and all settlements, are shown by one state
    const sources = { ...this.#sources, beacon: rememberStates(this.#sources.beacon) };
    const take = (step: SlashingStep) => sendFirst(protocol, OVERTAKEN, () => this.#take(sources, step));
    return takeSteps(still, take, cycle);
  }

  async #take(sources: ReportSources, step: SlashingStep): Promise<string> {
    const sender = this.#sender;
    switch (step.step) {
      case "slashed": {
        const { index: validatorIndex, ...rest } = step;
        const { hash } = await proveSlashedInEpoch(sources, sender, { validatorIndex, ...rest });
        return `proved that validator ${validatorIndex} was slashed: ${hash}`;
      }
      case "state": {
        const prove = step.isWithdrawn ? proveWithdrawn : proveState;
        const { hash } = await prove(sources, sender, step.pubkey);
        return `proved that validator ${step.index} is ${step.isWithdrawn ? "withdrawn" : "exited"}: ${hash}`;
      }
      case "settle": {
        const { hash } = await settleSlashing(sources, sender, step.index, step.isPaid);
        return `settled the slashing of validator ${step.index}: ${hash}`;
      }
    }
  }

  /** What the registry knows of each validator of ours. */
  async #known(): Promise<Map<number, WatchedValidator["known"]>> {
    const { ValidatorRegistry: registry } = this.#sources.protocol;
    const [proven, advanced] = await Promise.all([
      eventsOf(registry, registry.filters.KeyProven()),
      eventsOf(registry, registry.filters.ValidatorAdvanced()),
    ]);
    const known = new Map<number, WatchedValidator["known"]>();
    for (const { args } of proven) {
      known.set(Number(args.validatorIndex), { state: STATE.proven, slashed: false });
    }
    for (const { args } of advanced) {
      known.set(Number(args.validatorIndex), { state: Number(args.state), slashed: args.slashed });
    }
    return known;
  }

  /** The locks of slashed validators, with their balances in the block that a settlement now would show. */
  async #booked(slashed: WatchedValidator[]): Promise<{ slot: number | undefined; locks: OpenLock[] }> {
    const { protocol, beacon } = this.#sources;
    const { BondVault, ReportOracle, SlashingOracle, StakedEther } = protocol;
    const none = { slot: undefined, locks: [] };
    const held = await Promise.all(
      slashed.map(async (v) => ({ ...v, lock: await BondVault.lockOf(v.index) })),
    );
    const open = held.filter(({ lock }) => lock.baseGwei > 0n);
    const frame = await StakedEther.lastReportFrame();
    if (open.length === 0 || frame === 0n) return none;
    const refSlot = Number(frame * (await ReportOracle.slotsPerFrame()));
    if (!(await isRootKnown(beacon, refSlot))) return none;

    const { root } = await beacon.blockAtOrBefore(refSlot);
    const child = await beacon.header(root as `0x${string}`);
    const parent = child && (await beacon.header(child.header.parentRoot as `0x${string}`));
    if (parent === undefined) throw new RetryableError(`the beacon node has no parent of block ${root}`);
    const indices = open.map(({ index }) => index);
    const [answers, settled] = await Promise.all([
      beacon.validators(parent.header.stateRoot as `0x${string}`, indices),
      eventsOf(SlashingOracle, SlashingOracle.filters.SlashingSettled()),
    ]);
    const balances = new Map(answers.map(({ index, balanceGwei }) => [index, balanceGwei]));
    const settledSlots = new Map(settled.map(({ args }) => [Number(args.validatorIndex), Number(args.slot)]));
    return {
      slot: child!.header.slot - 1,
      locks: open.map(({ index, withdrawableEpoch, lock }) => ({
        index,
        baseGwei: lock.baseGwei,
        balanceGwei: balances.get(index) ?? lock.baseGwei,
        withdrawableEpoch,
        fromSlot: Number(lock.fromSlot),
        settledSlot: settledSlots.get(index) ?? -1,
        owesBounty: lock.prover !== ZeroAddress,
      })),
    };
  }
}

/** What is final and not known, slashings first, and what is booked and not settled; none where nothing is. */
export function planSlashing(seen: SlashingSeen): SlashingStep[] | undefined {
  const { slotsPerEpoch, slashingsVector, finalizedEpoch, finalizedSlot } = seen;
  const slashings: SlashingStep[] = [];
  const states: SlashingStep[] = [];
  for (const v of seen.validators) {
    const { index, pubkey, known } = v;
    if (v.slashed && !known.slashed) {
      // later where it was to exit late anyway
      const epoch = Number(v.withdrawableEpoch) - slashingsVector;
      const lastSlot = Math.min((epoch + 1) * slotsPerEpoch - 1, finalizedSlot);
      slashings.push({ step: "slashed", index, pubkey, lastSlot });
      continue;
    }
    const isWithdrawn = v.withdrawableEpoch <= BigInt(finalizedEpoch) && v.effectiveBalanceGwei === 0n;
    const isExited = v.exitEpoch <= BigInt(finalizedEpoch);
    const state = isWithdrawn ? STATE.withdrawn : isExited ? STATE.exited : STATE.proven;
    if (state > known.state) states.push({ step: "state", index, pubkey, isWithdrawn });
  }
  const settlements = seen.locks.flatMap((lock) => settlement(lock, seen));
  const steps = [...slashings, ...states, ...settlements];
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
