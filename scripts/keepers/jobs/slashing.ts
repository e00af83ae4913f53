import { ZeroAddress, type Signer } from "ethers";
import type { ReportSources } from "../../actions/buildReport.ts";
import { bookedBlock } from "../../actions/bookedBlock.ts";
import { proveArrival } from "../../actions/proveArrival.ts";
import {
  isRootKnown,
  raiseBase,
  proveSlashedInEpoch,
  proveState,
  proveWithdrawn,
  settleSlashing,
} from "../../actions/proveSlashing.ts";
import { eventsOf } from "../../lib/logs.ts";
import { rememberStates } from "../../lib/stateMemory.ts";
import { pressingSteps, sendBy } from "../deadline.ts";
import type { Cycle, Job } from "../job.ts";
import { sendFirst, stillPlanned, takeSteps } from "../steps.ts";
import { LockBases, type BasesMemory } from "./lockBases.ts";
import {
  planSlashing,
  slashingDeadline,
  STATE,
  type OpenLock,
  type SlashingSeen,
  type SlashingStep,
  type WatchedValidator,
} from "./slashingPlan.ts";

/** Errors of the contracts that say that somebody has proven or settled it. */
const OVERTAKEN = ["NothingNew", "NothingLocked", "BaseNotHigher", "ArrivalKnown"];

/** And that an arrival was counted since: a later balance is to be shown. */
const LATER = ["BeforeBase"];

/**
 * Proves what the beacon chain says of our validators once it is final: slashings, exits, withdrawals; and settles what
 * slashed ones have lost, once a report has booked it.
 */
export class SlashingJob implements Job<SlashingSeen, SlashingStep[]> {
  readonly name = "slashing";
  readonly #sources: ReportSources;
  readonly #sender: Signer;
  readonly #bases: LockBases;

  constructor(sources: ReportSources, sender: Signer, memory?: BasesMemory) {
    this.#sources = sources;
    this.#sender = sender;
    this.#bases = new LockBases(sources, memory);
  }

  async observe(): Promise<SlashingSeen> {
    const { protocol, beacon } = this.#sources;
    const known = await this.#known();
    const watched = [...known].filter(([, { state }]) => state !== STATE.withdrawn).map(([index]) => index);
    const [answers, { finalized }, spec, { genesisTime }, { slashingsVector }, { minSettle }] =
      await Promise.all([
        watched.length === 0 ? [] : beacon.validators("finalized", watched),
        beacon.finalityCheckpoints("head"),
        beacon.spec(),
        beacon.genesis(),
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
    const clock = {
      finalizedEpoch: finalized.epoch,
      finalizedSlot: finalized.epoch * spec.slotsPerEpoch,
      slotsPerEpoch: spec.slotsPerEpoch,
      slashingsVector: Number(slashingsVector),
    };
    const { slot, locks } = await this.#booked(
      validators.filter((v) => v.known.slashed),
      clock,
    );
    return {
      ...clock,
      validators,
      locks,
      arrivals: await this.#bases.arrivals(locks, clock),
      bookedSlot: slot,
      minSettleWei: minSettle,
      genesisTime,
      secondsPerSlot: spec.secondsPerSlot,
    };
  }

  plan(seen: SlashingSeen): SlashingStep[] | undefined {
    return planSlashing(seen);
  }

  pressing(steps: SlashingStep[], seen: SlashingSeen, now: number): SlashingStep[] | undefined {
    return pressingSteps(steps, (step) => slashingDeadline(step, seen), now);
  }

  async act(steps: SlashingStep[], cycle: Cycle): Promise<string> {
    const { protocol } = this.#sources;
    const seen = await this.observe();
    const still = stillPlanned(steps, this.plan(seen));
    // those of one epoch, and all settlements, are shown by one state
    const sources = { ...this.#sources, beacon: rememberStates(this.#sources.beacon) };
    const take = (step: SlashingStep) => {
      const sender = sendBy(this.#sender, slashingDeadline(step, seen), cycle.now);
      return sendFirst(protocol, OVERTAKEN, () => this.#take(sources, sender, step), LATER);
    };
    return takeSteps(still, take, cycle);
  }

  async #take(sources: ReportSources, sender: Signer, step: SlashingStep): Promise<string> {
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
      case "raise": {
        const { index: validatorIndex, lastSlot } = step;
        const { hash } = await raiseBase(sources, sender, { validatorIndex, lastSlot });
        return `raised the base of the slashing of validator ${validatorIndex}: ${hash}`;
      }
      case "arrival": {
        const { hash } = await proveArrival(sources, sender, step);
        return `proved what validator ${step.source} brought to ${step.target}: ${hash}`;
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
  async #booked(
    slashed: WatchedValidator[],
    clock: Pick<SlashingSeen, "finalizedSlot" | "slotsPerEpoch" | "slashingsVector">,
  ): Promise<{ slot: number | undefined; locks: OpenLock[] }> {
    const { BondVault, SlashingOracle } = this.#sources.protocol;
    const held = await Promise.all(
      slashed.map(async (v) => ({ ...v, lock: await BondVault.lockOf(v.index) })),
    );
    const open = held.filter(({ lock }) => lock.baseGwei > 0n);
    if (open.length === 0) return { slot: undefined, locks: [] };
    const [booked, settled] = await Promise.all([
      this.#bookedBalances(open.map(({ index }) => index)),
      eventsOf(SlashingOracle, SlashingOracle.filters.SlashingSettled()),
    ]);
    const settledSlots = new Map(settled.map(({ args }) => [Number(args.validatorIndex), Number(args.slot)]));
    const locks = await Promise.all(
      open.map(async ({ index, withdrawableEpoch, lock }) => ({
        index,
        baseGwei: lock.baseGwei,
        balanceGwei: booked?.balances.get(index) ?? lock.baseGwei,
        withdrawableEpoch,
        fromSlot: Number(lock.fromSlot),
        settledSlot: settledSlots.get(index) ?? -1,
        owesBounty: lock.prover !== ZeroAddress,
        // one that was proven by a block of its epoch has a base that tells exactly what was at stake
        atStakeGwei:
          lock.fromSlot > 0n ? await this.#bases.atStake({ index, withdrawableEpoch }, clock) : undefined,
        arrivedGwei: lock.arrivedGwei,
      })),
    );
    return { slot: booked?.slot, locks };
  }

  /** Of the newest block that is booked; none before the first report, or where its root is not known any more. */
  async #bookedBalances(
    indices: number[],
  ): Promise<{ slot: number; balances: Map<number, bigint> } | undefined> {
    const { protocol, beacon } = this.#sources;
    const frame = await protocol.StakedEther.lastReportFrame();
    const refSlot = Number(frame * (await protocol.ReportOracle.slotsPerFrame()));
    if (frame === 0n || !(await isRootKnown(beacon, refSlot))) return undefined;
    const { slot, parent } = await bookedBlock(beacon, refSlot);
    const answers = await beacon.validators(parent.stateRoot as `0x${string}`, indices);
    return { slot, balances: new Map(answers.map(({ index, balanceGwei }) => [index, balanceGwei])) };
  }
}
