import "../devnet/preset.ts";
import type { SoakMember } from "./member.ts";
import type { FaultKind, PlannedFault } from "./schedule.ts";
import type { SoakWorld } from "./world.ts";

/** Turns of the event loop within which a keeper is killed: some rounds are over by then, most are not. */
const LONGEST_WORK = 400;

/** Lets planned faults begin and end. Slots count from the start of the soak. */
export class FaultPlayer {
  /** How many there were of each kind. */
  readonly played = new Map<FaultKind, number>();
  readonly #world: SoakWorld;
  #planned: readonly PlannedFault[];
  #active: PlannedFault[] = [];

  constructor(world: SoakWorld, planned: readonly PlannedFault[]) {
    this.#world = world;
    this.#planned = planned;
  }

  get active(): readonly PlannedFault[] {
    return this.#active;
  }

  /** What is due now. Returns the depth of a reorganisation that is to begin, in slots. */
  async turn(slot: number): Promise<number> {
    for (const fault of this.#active) if (fault.fromSlot + fault.slots <= slot) await this.#end(fault);
    this.#active = this.#active.filter((fault) => fault.fromSlot + fault.slots > slot);
    const due = this.#planned.filter(({ fromSlot }) => fromSlot <= slot);
    this.#planned = this.#planned.filter(({ fromSlot }) => fromSlot > slot);
    let depth = 0;
    for (const fault of due) {
      // slots may have passed with somebody's transactions: what is over already does not begin, and no reorg is late
      const isOver = fault.kind === "reorg" ? fault.fromSlot < slot : fault.fromSlot + fault.slots <= slot;
      if (isOver) continue;
      this.played.set(fault.kind, (this.played.get(fault.kind) ?? 0) + 1);
      if (fault.kind === "reorg") depth = fault.slots;
      else await this.#begin(fault);
    }
    return depth;
  }

  async #begin(fault: PlannedFault): Promise<void> {
    this.#active.push(fault);
    const member = this.#memberOf(fault);
    if (fault.kind === "kill") await member.kill(Math.floor(fault.form * LONGEST_WORK));
    else member.suffer(fault);
  }

  async #end(fault: PlannedFault): Promise<void> {
    const member = this.#memberOf(fault);
    if (fault.kind === "kill") await member.start();
    else member.recover();
  }

  #memberOf({ keeper }: PlannedFault): SoakMember {
    return this.#world.members[keeper!]!;
  }
}
