import type { Signer } from "ethers";
import type { ReportSources } from "../../actions/buildReport.ts";
import { completeCheckpoint, openLive, proveBalances } from "../../actions/proveBalances.ts";
import { headBlock } from "../../lib/headBlock.ts";
import { eventsOf } from "../../lib/logs.ts";
import { receiptOf } from "../../lib/receipts.ts";
import { pressingSteps, sendBy, type Deadline } from "../deadline.ts";
import { OvertakenError, type Cycle, type Job } from "../job.ts";
import { sendFirst, stillPlanned } from "../steps.ts";

/** A checkpoint that was opened live. Times are seconds since 1970. */
export interface CheckpointSeen {
  id: bigint;
  /** Slot of its block, and when it was opened. */
  slot: number;
  time: number;
  /** Up to whose boundary pending deposits are shown one by one; 0 for all of them. */
  frontierFrame: bigint;
  /** Whether this keeper has shown all there is to show, or has found it shown. */
  isShown: boolean;
  /** From when on it may be completed; 0 while the walk through pending deposits has not ended. */
  settledAt: number;
  isCompleted: boolean;
}

export interface CheckpointsSeen {
  /** Of the newest block. */
  time: number;
  /** The frame that was reported last, and the one that is running. */
  lastFrame: bigint;
  frame: bigint;
  silenceFrames: bigint;
  slotsPerFrame: number;
  frameSeconds: number;
  /** Boundary of the report that is parked; 0 for none. */
  parkedSlot: number;
  /** How many deposits are pending. */
  pending: number;
  /** By their ids. */
  checkpoints: CheckpointSeen[];
}

export type CheckpointStep =
  | { step: "open"; frontierFrame: bigint }
  | { step: "prove"; id: bigint }
  | { step: "complete"; id: bigint }
  | { step: "submit"; id: bigint };

/** So many pending deposits are all shown: a few transactions, and nothing has to be found that the frontier is proven by. */
const MAX_WALKED = 4_000;
/** Frames after which a checkpoint that came to no end is left alone. */
const LIFE_FRAMES = 2;
/** `DOUBT_FACTOR` of contracts/oracle/BalanceCheckpoint.sol. */
const DOUBT_FACTOR = 4n;

/** Errors of the contracts that say that somebody has done it, or the committee has spoken. */
const OVERTAKEN = ["NotOpen", "NotSilent", "FrameNotLater"];

/** And that a key was deposited for, proven or withdrawn since it was looked, or that its block is early. */
const LATER = ["StakeMismatch", "DepartedMissing", "NotShown", "TooEarly"];

/** Proves the whole pool's balances in the committee's place, where that is silent, or its report is parked. */
export class CheckpointJob implements Job<CheckpointsSeen, CheckpointStep> {
  readonly name = "checkpoint";
  readonly #sources: ReportSources;
  readonly #sender: Signer;
  readonly #shown: Pick<Set<bigint>, "has" | "add">;

  /** @param shown checkpoints of which all is shown: looking what is missing takes a whole state, and is done once for each */
  constructor(
    sources: ReportSources,
    sender: Signer,
    shown: Pick<Set<bigint>, "has" | "add"> = new Set<bigint>(),
  ) {
    this.#sources = sources;
    this.#sender = sender;
    this.#shown = shown;
  }

  async observe(): Promise<CheckpointsSeen> {
    const { protocol, beacon, provider } = this.#sources;
    const { ReportOracle: oracle, StakedEther: ledger } = protocol;
    const [{ timestamp: time }, lastFrame, { frame }, silenceFrames, slotsPerFrame, parked, spec] =
      await Promise.all([
        headBlock(provider),
        ledger.lastReportFrame(),
        oracle.currentFrame(),
        oracle.silenceFrames(),
        oracle.slotsPerFrame(),
        oracle.parked(),
        beacon.spec(),
      ]);
    const seen = {
      time,
      lastFrame,
      frame,
      silenceFrames,
      slotsPerFrame: Number(slotsPerFrame),
      frameSeconds: Number(slotsPerFrame) * spec.secondsPerSlot,
      parkedSlot: Number(parked.refSlot),
      pending: 0,
      checkpoints: [],
    };
    if (!isWanted(seen)) return seen;
    const pending = await beacon.pendingDeposits("head");
    return { ...seen, pending: pending.length, checkpoints: await this.#checkpoints() };
  }

  plan(seen: CheckpointsSeen): CheckpointStep | undefined {
    return planCheckpoint(seen);
  }

  pressing(step: CheckpointStep, seen: CheckpointsSeen, now: number): CheckpointStep | undefined {
    return pressingSteps([step], (each) => checkpointDeadline(each, seen), now)?.[0];
  }

  async act(step: CheckpointStep, { now }: Pick<Cycle, "now">): Promise<string> {
    const seen = await this.observe();
    const again = this.plan(seen);
    stillPlanned([step], again && [again]);
    const sender = sendBy(this.#sender, checkpointDeadline(step, seen), now);
    return sendFirst(this.#sources.protocol, OVERTAKEN, () => this.#take(step, sender), LATER);
  }

  async #take(step: CheckpointStep, sender: Signer): Promise<string> {
    const sources = this.#sources;
    switch (step.step) {
      case "open":
        return `opened checkpoint ${await openLive(sources, sender, step.frontierFrame)}`;
      case "prove": {
        const sent = await proveBalances(sources, sender, step.id);
        this.#shown.add(step.id);
        if (sent === 0) throw new OvertakenError(`all of checkpoint ${step.id} is shown`);
        return `showed what was missing of checkpoint ${step.id} in ${sent} transactions`;
      }
      case "complete": {
        const { hash } = await completeCheckpoint(sources, sender, step.id);
        return `completed checkpoint ${step.id}: ${hash}`;
      }
      case "submit": {
        const contract = sources.protocol.BalanceCheckpoint.connect(sender);
        const { hash } = await receiptOf(contract.submit(step.id));
        return `handed checkpoint ${step.id} in: ${hash}`;
      }
    }
  }

  async #checkpoints(): Promise<CheckpointSeen[]> {
    const { BalanceCheckpoint: contract } = this.#sources.protocol;
    const [opened, settleSeconds] = await Promise.all([
      eventsOf(contract, contract.filters.CheckpointOpened()),
      contract.settleSeconds(),
    ]);
    const live = opened.filter(({ args }) => BigInt(args.parkedHash) === 0n);
    return Promise.all(
      live.map(async ({ args: { id, frontierFrame } }) => {
        const c = await contract.checkpoint(id);
        const settles = settleSeconds * (c.doubtful > 0n ? DOUBT_FACTOR : 1n);
        return {
          id,
          slot: Number(c.slot),
          time: Number(c.time),
          frontierFrame,
          isShown: this.#shown.has(id),
          settledAt: c.walkedAt === 0n ? 0 : Number(c.walkedAt + settles),
          isCompleted: c.completedAt > 0n,
        };
      }),
    );
  }
}

/** The next step of the oldest checkpoint that would be a report now, or a new one; none while the committee speaks. */
export function planCheckpoint(seen: CheckpointsSeen): CheckpointStep | undefined {
  if (!isWanted(seen)) return undefined;
  const usable = seen.checkpoints.filter((each) => isUsable(each, seen));
  const next = usable.find(({ isCompleted }) => isCompleted) ?? usable[0];
  if (next === undefined) {
    return { step: "open", frontierFrame: seen.pending <= MAX_WALKED ? 0n : seen.lastFrame };
  }
  const { id, isCompleted, isShown, settledAt } = next;
  if (isCompleted) return { step: "submit", id };
  if (!isShown || settledAt === 0) return { step: "prove", id };
  return settledAt <= seen.time ? { step: "complete", id } : undefined;
}

/** While the checkpoint is young. */
export function checkpointDeadline(step: CheckpointStep, seen: CheckpointsSeen): Deadline | undefined {
  if (step.step === "open") return undefined;
  const found = seen.checkpoints.find(({ id }) => id === step.id);
  return found && { from: found.time, until: found.time + LIFE_FRAMES * seen.frameSeconds };
}

/** Whether what anyone proves is a report now. */
function isWanted({ frame, lastFrame, silenceFrames, parkedSlot }: CheckpointsSeen): boolean {
  return parkedSlot > 0 || frame >= lastFrame + silenceFrames;
}

/**
 * Of a later frame than the last report, not before the parked one, young, and with a frontier that can be proven and costs no
 * more than one of this keeper would: whoever opens one for all of a long list may walk it alone.
 */
function isUsable(c: CheckpointSeen, seen: CheckpointsSeen): boolean {
  const isLater = BigInt(Math.floor(c.slot / seen.slotsPerFrame)) > seen.lastFrame;
  const isYoung = c.time + LIFE_FRAMES * seen.frameSeconds > seen.time;
  const isWalked = c.settledAt > 0;
  const isOurWay =
    c.frontierFrame === seen.lastFrame ||
    (c.frontierFrame === 0n && (isWalked || seen.pending <= MAX_WALKED));
  return isLater && c.slot >= seen.parkedSlot && isYoung && isOurWay;
}
