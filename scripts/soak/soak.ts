import "../devnet/preset.ts";
import { explain } from "../lib/errors.ts";
import { Actors } from "./actors.ts";
import { BookedReports } from "./bookedReports.ts";
import { Books } from "./books.ts";
import type { Breach } from "./breach.ts";
import { FaultPlayer } from "./faultPlayer.ts";
import { Journals } from "./journals.ts";
import { RecordedCycles } from "./recordedCycles.ts";
import { checkLiveness } from "./liveness.ts";
import { planFaults, type FaultKind } from "./schedule.ts";
import { resultOf, type SoakResult } from "./result.ts";
import { Tickets } from "./tickets.ts";
import { Turns } from "./turns.ts";
import { NODES, openWorld, type SoakWorld } from "./world.ts";

export interface SoakOptions {
  frames: number;
  seed: number;
  kinds: readonly FaultKind[];
  /** Keepers write their cycles down, and each is played again. */
  record: boolean;
  /** Where keepers have their folders. */
  folder: string;
  say: (line: string) => void;
}

/** Real time that one slot may take, where a keeper waits for a node that never answers. */
const SLOT_BOUND_MS = 60_000;
/** Frames without faults and deeds at the end, in which all tickets must be paid: an exit takes four, and the sweep. */
const DRAIN_FRAMES = 14;

/** Runs frame after frame until all were, or something does not hold. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  let turns: Turns | undefined;
  const world = await openWorld(options, ({ devnet }) => {
    return (turns = new Turns(() => devnet.chain.timeAtSlot(devnet.slot) * 1_000));
  });
  try {
    return await new Soak(world, turns!, options).run();
  } finally {
    for (const member of world.members) await member.close();
    await world.network.close();
  }
}

/** What a frame is played with. */
interface Parts {
  /** First slot of the soak. */
  start: number;
  slotsPerFrame: number;
  faults: FaultPlayer;
  books: Books;
  reports: BookedReports;
  journals: Journals;
  recorded: RecordedCycles | undefined;
}

type EndParts = Pick<Parts, "recorded"> & { tickets: Tickets };

class Soak {
  readonly #world: SoakWorld;
  readonly #turns: Turns;
  readonly #options: SoakOptions;
  readonly #actors: Actors;
  readonly #startedMs = Date.now();
  #breaches: Breach[] = [];
  #frame = 0;
  #lateFrames = 0;
  #slowSlots = 0;

  constructor(world: SoakWorld, turns: Turns, options: SoakOptions) {
    this.#world = world;
    this.#turns = turns;
    this.#options = options;
    this.#actors = new Actors(world, options.seed);
  }

  async run(): Promise<SoakResult> {
    const { frames, seed, kinds } = this.#options;
    const { devnet, protocol, beacon, provider } = this.#world.network;
    const slotsPerFrame = Number(await protocol.ReportOracle.slotsPerFrame());
    const { slotsPerEpoch } = await beacon.spec();
    await devnet.tickUntil(() => devnet.slot % slotsPerFrame === 0);
    const books = new Books(this.#world);
    const reports = await BookedReports.open(this.#world);
    const fromBlock = await provider.getBlockNumber();
    const journals = new Journals(this.#world, fromBlock);
    const planned = planFaults({ seed, frames, slotsPerFrame, slotsPerEpoch, kinds, keepers: NODES });
    const faults = new FaultPlayer(this.#world, planned);
    const tickets = new Tickets(protocol.WithdrawalQueue);
    const recorded = this.#options.record ? new RecordedCycles(this.#world.members) : undefined;
    const start = devnet.slot;
    for (const member of this.#world.members) await member.start();

    const areAllPaid = async () => (await tickets.left()).length === 0;
    const isDone = async () =>
      this.#frame >= frames && (this.#frame >= frames + DRAIN_FRAMES || (await areAllPaid()));
    while (this.#breaches.length === 0 && !(await isDone())) {
      this.#breaches = await this.#playFrame({
        ...{ start, slotsPerFrame, faults, books, reports, journals, recorded },
      });
      await this.#tell(faults);
    }
    if (this.#breaches.length === 0) {
      this.#breaches = await this.#checkEnd({ tickets, recorded });
      for (const { rule, text } of this.#breaches) this.#options.say(`BREACH ${rule}: ${text}`);
    }
    return resultOf(this.#world, {
      ...this.#options,
      framesRun: this.#frame,
      lateFrames: this.#lateFrames,
      slowSlots: this.#slowSlots,
      breaches: this.#breaches,
      faults,
      journals,
      recorded,
      deeds: this.#actors.done,
      seconds: Math.round((Date.now() - this.#startedMs) / 1_000),
      fromBlock,
    });
  }

  /** Returns what does not hold at its end. */
  async #playFrame(parts: Parts): Promise<Breach[]> {
    const { start, slotsPerFrame, faults, books, reports, journals, recorded } = parts;
    const { devnet } = this.#world.network;
    const from = start + this.#frame * slotsPerFrame;
    this.#frame++;
    try {
      if (this.#frame <= this.#options.frames) await this.#actors.plan(from, slotsPerFrame);
      else this.#actors.retire(from, slotsPerFrame);
      while (devnet.slot < from + slotsPerFrame) await this.#slot(faults, start);
      await this.#settle();
      return [
        ...(await books.check()),
        ...(await reports.check()),
        ...(await journals.check()),
        ...(await checkLiveness(this.#world, BigInt(start / slotsPerFrame))),
        ...((await recorded?.check()) ?? []),
      ];
    } catch (error) {
      return [{ rule: "everybody can go on", text: explain(error) }];
    }
  }

  async #slot(faults: FaultPlayer, start: number): Promise<void> {
    const { devnet } = this.#world.network;
    await this.#settle();
    await this.#actors.act(devnet.slot);
    const depth = await faults.turn(devnet.slot - start);
    if (depth > 0) await this.#reorganise(depth);
    else await this.#pass();
  }

  async #pass(): Promise<void> {
    await this.#world.network.devnet.tickSlots(1);
    this.#turns.wake();
  }

  /** The blocks of so many slots are made, seen, and gone: the next one is built on what was before. */
  async #reorganise(depth: number): Promise<void> {
    const { devnet } = this.#world.network;
    const before = await devnet.snapshot();
    for (let i = 0; i < depth; i++) {
      await this.#pass();
      await this.#settle();
    }
    await devnet.restore(before);
    const { offline } = devnet.chain.duties;
    const online = [...devnet.chain.state.validators.getAllReadonly().keys()].filter(
      (i) => !offline.includes(i),
    );
    devnet.setOffline(online, true);
    await devnet.tickSlots(depth);
    devnet.setOffline(online, false);
    await this.#pass();
  }

  async #settle(): Promise<void> {
    if ((await this.#turns.settle(SLOT_BOUND_MS)) > 0) this.#slowSlots++;
  }

  /** What does not hold when all is over: of all tickets, and of what keepers were still writing. */
  async #checkEnd({ tickets, recorded }: EndParts): Promise<Breach[]> {
    for (const member of this.#world.members) await member.kill();
    const [unpaid] = await tickets.left();
    const rule = "tickets are finalised and claimed";
    return [
      ...(unpaid === undefined ? [] : [{ rule, text: `ticket ${unpaid.id} is not` }]),
      ...(await new Books(this.#world).check()),
      ...((await recorded?.check()) ?? []),
    ];
  }

  async #tell({ active }: FaultPlayer): Promise<void> {
    const { frames, say } = this.#options;
    const { ReportOracle: oracle, StakedEther: ledger } = this.#world.network.protocol;
    const [{ frame }, last] = await Promise.all([oracle.currentFrame(), ledger.lastReportFrame()]);
    const isLate = last + 1n < frame;
    if (isLate) this.#lateFrames++;
    const seconds = (Date.now() - this.#startedMs) / 1_000;
    const left = Math.round((seconds / this.#frame) * Math.max(0, frames - this.#frame));
    const suffering = active.map(({ kind, keeper }) => `${kind} ${String(keeper)}`).join(", ");
    say(
      `frame ${this.#frame} of ${frames}: ${isLate ? `last report is of ${last}, late` : "reported"}; ` +
        `faults: ${suffering || "none"}; ${left} s left`,
    );
    for (const { rule, text } of this.#breaches) say(`BREACH ${rule}: ${text}`);
  }
}
