import type { Breach } from "./breach.ts";
import type { FaultPlayer } from "./faultPlayer.ts";
import type { JournalFigures, Journals } from "./journals.ts";
import type { RecordedCycles } from "./recordedCycles.ts";
import type { SoakWorld } from "./world.ts";

/** What one keeper did. */
export interface KeeperFigures extends JournalFigures {
  keeper: number;
  /** Reports of which it was the submitter. */
  reports: number;
  /** Rounds that are to be tried again. */
  retries: number;
  /** What asked for a person, and how often. */
  asked: Record<string, number>;
}

/** What happened. */
export interface SoakResult {
  seed: number;
  frames: number;
  /** With those at the end, in which tickets are paid. */
  framesRun: number;
  /** At the end of so many frames their report was not there yet. */
  lateFrames: number;
  /** Frames that never had a report. */
  unreported: number;
  /** Slots that did not wait for all keepers. */
  slowSlots: number;
  seconds: number;
  faults: Record<string, number>;
  deeds: Record<string, number>;
  tickets: { requested: number; finalised: number; claimed: number };
  /** Cycles that were recorded and played again. */
  replayed: number;
  keepers: KeeperFigures[];
  breaches: Breach[];
}

export interface Ran {
  seed: number;
  frames: number;
  framesRun: number;
  lateFrames: number;
  slowSlots: number;
  seconds: number;
  breaches: Breach[];
  faults: FaultPlayer;
  journals: Journals;
  recorded: RecordedCycles | undefined;
  deeds: ReadonlyMap<string, number>;
  /** Where the soak began. */
  fromBlock: number;
}

/** Adds up what happened, from the chain and the journals. */
export async function resultOf(world: SoakWorld, ran: Ran): Promise<SoakResult> {
  const { protocol } = world.network;
  const { ReportOracle: oracle, WithdrawalQueue: queue } = protocol;
  const accepted = await oracle.queryFilter(oracle.filters.ReportAccepted(), ran.fromBlock);
  const submitters = accepted.map(({ args }) => args.submitter.toLowerCase());
  const slots = accepted.map(({ args }) => args.refSlot);
  const perFrame = await oracle.slotsPerFrame();
  const [first, last] = [slots[0] ?? 0n, slots.at(-1) ?? 0n];
  const requested = Number(await queue.lastTicketId());
  const tickets = await Promise.all(Array.from({ length: requested }, (_, i) => queue.ticket(i + 1)));
  return {
    seed: ran.seed,
    frames: ran.frames,
    framesRun: ran.framesRun,
    lateFrames: ran.lateFrames,
    unreported: slots.length === 0 ? ran.framesRun : Number((last - first) / perFrame) + 1 - slots.length,
    slowSlots: ran.slowSlots,
    seconds: ran.seconds,
    faults: Object.fromEntries(ran.faults.played),
    deeds: Object.fromEntries(ran.deeds),
    tickets: {
      requested,
      finalised: tickets.filter(({ finalized }) => finalized).length,
      claimed: tickets.filter(({ claimed }) => claimed).length,
    },
    replayed: ran.recorded?.count ?? 0,
    keepers: world.members.map(({ index, told }) => ({
      keeper: index,
      reports: submitters.filter((account) => account === world.keeperAccounts[index]!.toLowerCase()).length,
      retries: told.retries,
      asked: Object.fromEntries(told.failures),
      ...ran.journals.figures(index),
    })),
    breaches: ran.breaches,
  };
}
