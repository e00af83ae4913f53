import { bookedBlock } from "../../actions/bookedBlock.ts";
import type { ReportSources } from "../../actions/buildReport.ts";
import { isRootKnown } from "../../actions/proveSlashing.ts";
import type { ValidatorAnswer } from "../../lib/beaconSchemas.ts";
import { eventsOf } from "../../lib/logs.ts";
import { FAR_FUTURE_EPOCH } from "../../lib/units.ts";
import {
  lastSlotOfSlashing,
  type Arrival,
  type OpenLock,
  type SlashingSeen,
  type WatchedValidator,
} from "./slashingPlan.ts";

type Clock = Pick<SlashingSeen, "finalizedSlot" | "slotsPerEpoch" | "slashingsVector">;

type Remembered<V> = Pick<Map<number, V>, "has" | "get" | "set">;

/** What was found in states that nodes may not have any more. */
export interface BasesMemory {
  /** By validator: it is of a block that is final. */
  atStake: Remembered<bigint | undefined>;
  /** By source: whether it was to be merged when its time came. */
  merged: Remembered<boolean>;
}

/** What the bases of locks lack: they were told too late, or another validator was merged into a slashed one. */
export class LockBases {
  readonly #sources: ReportSources;
  readonly #memory: BasesMemory;

  constructor(sources: ReportSources, memory: BasesMemory = { atStake: new Map(), merged: new Map() }) {
    this.#sources = sources;
    this.#memory = memory;
  }

  /** The effective balance by a block of the epoch of the slashing; undefined where no such block can be shown. */
  async atStake(
    validator: Pick<WatchedValidator, "index" | "withdrawableEpoch">,
    clock: Clock,
  ): Promise<bigint | undefined> {
    const { beacon } = this.#sources;
    const { atStake } = this.#memory;
    const { index } = validator;
    const lastSlot = lastSlotOfSlashing(validator, clock);
    if (lastSlot > clock.finalizedSlot || !(await isRootKnown(beacon, lastSlot))) return undefined;
    if (!atStake.has(index)) {
      const { parent } = await bookedBlock(beacon, lastSlot);
      const [found] = await beacon.validators(parent.stateRoot as `0x${string}`, [index]);
      atStake.set(index, found?.slashed === true ? found.effectiveBalanceGwei : undefined);
    }
    return atStake.get(index);
  }

  /** Those whose block before the merge is final, and known to the execution chain, as is one of the slashing's epoch. */
  async arrivals(locks: readonly OpenLock[], clock: Clock): Promise<Arrival[]> {
    if (locks.length === 0) return [];
    const { protocol, beacon } = this.#sources;
    const { ValidatorRegistry: registry, BondVault: bonds } = protocol;
    const [noted, counted] = await Promise.all([
      eventsOf(registry, registry.filters.ConsolidationNoted()),
      eventsOf(bonds, bonds.filters.ArrivalCounted()),
    ]);
    const known = new Set(counted.map(({ args }) => args.source));
    const targets = new Map<number, OpenLock>();
    for (const { args } of noted) {
      const lock = locks.find(({ index }) => BigInt(index) === args.target);
      if (lock !== undefined && !known.has(args.source)) targets.set(Number(args.source), lock);
    }
    if (targets.size === 0) return [];
    const sources = await beacon.validators("finalized", [...targets.keys()]);
    const arrivals = await Promise.all(
      sources.map((source) => this.#arrival(source, targets.get(source.index)!, clock)),
    );
    return arrivals.filter((arrival) => arrival !== undefined);
  }

  async #arrival(source: ValidatorAnswer, lock: OpenLock, clock: Clock): Promise<Arrival | undefined> {
    const { beacon } = this.#sources;
    const { withdrawableEpoch } = source;
    // the beacon chain moves nothing of a slashed one; what arrives after the last settlement counts for nothing
    if (source.slashed || withdrawableEpoch === FAR_FUTURE_EPOCH) return undefined;
    if (withdrawableEpoch >= lock.withdrawableEpoch) return undefined;
    const slot = Number(withdrawableEpoch) * clock.slotsPerEpoch;
    const slashedAt = lastSlotOfSlashing(lock, clock);
    // what came before the slashing is in its base
    if (slot <= slashedAt || slot > clock.finalizedSlot || !(await isRootKnown(beacon, slashedAt))) {
      return undefined;
    }
    const arrival = { source: source.index, target: lock.index, slot };
    return (await this.#wasMerged(arrival)) ? arrival : undefined;
  }

  /** Whether the last block before it knows of the merge: a request may have been dropped, and the source exits by itself. */
  async #wasMerged({ source, target, slot }: Arrival): Promise<boolean> {
    const known = this.#memory.merged.get(source);
    if (known !== undefined) return known;
    const { beacon } = this.#sources;
    const { root } = await beacon.blockAtOrBefore(slot - 1);
    const before = await beacon.header(root as `0x${string}`);
    if (before === undefined) return false;
    const pending = await beacon.pendingConsolidations(before.header.stateRoot as `0x${string}`);
    const isPending = pending.some((each) => each.source === source && each.target === target);
    this.#memory.merged.set(source, isPending);
    return isPending;
  }
}
