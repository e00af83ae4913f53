import type { Signer } from "ethers";
import type { ReportSources } from "../../actions/buildReport.ts";
import { figuresUnder } from "../../actions/operatorFigures.ts";
import { contestWithheld, judgeDuties, lockWithheld, pullCommission } from "../../actions/tellFigures.ts";
import { isBadFrame } from "../../lib/commission.ts";
import { headBlock } from "../../lib/headBlock.ts";
import { eventsOf } from "../../lib/logs.ts";
import { FORFEITED, type OperatorFigures } from "../../lib/operatorFigures.ts";
import { receiptOf } from "../../lib/receipts.ts";
import { timeAt, WEI_PER_ETHER } from "../../lib/units.ts";
import { pressingSteps, sendBy, type Deadline } from "../deadline.ts";
import type { Cycle, Job } from "../job.ts";
import { sendFirst, stillPlanned, takeSteps } from "../steps.ts";
import type { FiguresFolder } from "./figuresFile.ts";

/** What the root that stands tells of an operator, and what was done about it. */
export interface OperatorTold {
  figures: OperatorFigures;
  /** Shares that it got, or that were burnt, so far (18 decimals). */
  pulledShares: bigint;
  /** Frame that was judged last. */
  judgedFrame: bigint;
  /** Wei of what it withheld that were held, burnt or forgiven. */
  accountedWei: bigint;
  /** Shares of its bond that nothing locks. */
  freeShares: bigint;
}

/** Bond that is held for what an operator withheld. */
export interface HeldBond {
  holdId: bigint;
  operatorId: bigint;
  /** When it may be burnt, seconds since 1970. */
  burnableFrom: number;
}

export interface FiguresSeen {
  /** Of the newest block. */
  time: number;
  holds: HeldBond[];
  /** Boundary of the report that brought the root; none before the first. */
  refSlot: number | undefined;
  operators: OperatorTold[];
  leewayBp: bigint;
  isPublished: boolean;
  /** While the root stands: until the next report, about. */
  stands: Deadline;
}

export type FiguresStep =
  | { step: "publish"; refSlot: number }
  | { step: "judge"; operatorId: bigint }
  | { step: "lock"; operatorId: bigint }
  | { step: "pull"; operatorId: bigint }
  | { step: "contest"; holdId: bigint; operatorId: bigint }
  | { step: "burn"; holdId: bigint };

/** Fewer shares are not worth their transaction yet. */
const MIN_PULL_SHARES = WEI_PER_ETHER / 100n;

/** Errors of the contracts that say that somebody has done it. */
const OVERTAKEN = [
  "AlreadyJudged",
  "NothingWithheld",
  "NothingToHold",
  "NothingToPull",
  "NothingToContest",
  "HoldUnknown",
];

/**
 * Does what the figures of operators in the last root ask for: has bad frames judged, withheld rewards held, freed where a
 * later root says less, or burnt, commission paid; and publishes the figures, so that anyone can show them.
 */
export class PerformanceJob implements Job<FiguresSeen, FiguresStep[]> {
  readonly name = "performance";
  readonly #sources: ReportSources;
  readonly #sender: Signer;
  readonly #folder: Pick<FiguresFolder, "has" | "publish">;

  /** @param folder for the files of figures */
  constructor(sources: ReportSources, sender: Signer, folder: Pick<FiguresFolder, "has" | "publish">) {
    this.#sources = sources;
    this.#sender = sender;
    this.#folder = folder;
  }

  async observe(): Promise<FiguresSeen> {
    const { protocol, beacon, provider } = this.#sources;
    const [{ timestamp: time }, holds, { refSlot, all }, leewayBp, slotsPerFrame, spec, { genesisTime }] =
      await Promise.all([
        headBlock(provider),
        this.#holds(),
        this.#standing(),
        protocol.DutyJudge.leewayBp(),
        protocol.ReportOracle.slotsPerFrame(),
        beacon.spec(),
        beacon.genesis(),
      ]);
    const from = timeAt(refSlot ?? 0, { ...spec, genesisTime });
    const operators = await Promise.all(
      all.map(async (figures) => {
        const { operatorId } = figures;
        const [pulledShares, { frame }, accountedWei, bond] = await Promise.all([
          protocol.RewardDistributor.pulledOf(operatorId),
          protocol.DutyJudge.recordOf(operatorId),
          protocol.WithheldRewards.accountedOf(operatorId),
          protocol.BondVault.bondOf(operatorId),
        ]);
        const freeShares = bond.shares - bond.locked;
        return { figures, pulledShares, judgedFrame: frame, accountedWei, freeShares };
      }),
    );
    return {
      time,
      holds,
      refSlot,
      operators,
      leewayBp,
      isPublished: refSlot !== undefined && this.#folder.has(refSlot, all),
      stands: { from, until: from + Number(slotsPerFrame) * spec.secondsPerSlot },
    };
  }

  plan(seen: FiguresSeen): FiguresStep[] | undefined {
    return planFigures(seen);
  }

  /** Its own file each keeper publishes itself. */
  pressing(steps: FiguresStep[], seen: FiguresSeen, now: number): FiguresStep[] | undefined {
    const own = steps.filter(({ step }) => step === "publish");
    const pressing = pressingSteps(steps, (step) => figuresDeadline(step, seen), now) ?? [];
    return own.length + pressing.length === 0 ? undefined : [...own, ...pressing];
  }

  async act(steps: FiguresStep[], cycle: Cycle): Promise<string> {
    const { protocol } = this.#sources;
    const seen = await this.observe();
    const still = stillPlanned(steps, this.plan(seen));
    const take = (step: FiguresStep) => {
      const sender = sendBy(this.#sender, figuresDeadline(step, seen), cycle.now);
      return sendFirst(protocol, OVERTAKEN, () => this.#take(step, sender));
    };
    return takeSteps(still, take, cycle);
  }

  async #take(step: FiguresStep, sender: Signer): Promise<string> {
    const sources = this.#sources;
    switch (step.step) {
      case "publish": {
        const { all } = await this.#standing();
        return `published figures: ${this.#folder.publish(step.refSlot, all)}`;
      }
      case "judge": {
        const { hash } = await judgeDuties(sources, sender, step.operatorId);
        return `had a bad frame of operator ${step.operatorId} judged: ${hash}`;
      }
      case "lock": {
        const { hash } = await lockWithheld(sources, sender, step.operatorId);
        return `had bond of operator ${step.operatorId} held for what it withheld: ${hash}`;
      }
      case "pull": {
        const { hash } = await pullCommission(sources, sender, step.operatorId);
        return `pulled shares of operator ${step.operatorId}: ${hash}`;
      }
      case "contest": {
        const { hash } = await contestWithheld(sources, sender, step);
        return `freed bond of operator ${step.operatorId} that was held for too much: ${hash}`;
      }
      case "burn": {
        const { hash } = await receiptOf(sources.protocol.WithheldRewards.connect(sender).burn(step.holdId));
        return `burnt hold ${step.holdId}: ${hash}`;
      }
    }
  }

  /** Those that have not ended, the newest first. */
  async #holds(): Promise<HeldBond[]> {
    const { WithheldRewards: withheld } = this.#sources.protocol;
    const locked = await eventsOf(withheld, withheld.filters.WithheldLocked());
    const holds = await Promise.all(
      locked.map(async ({ args: { holdId, operatorId } }) => ({
        holdId,
        operatorId,
        hold: await withheld.holdOf(holdId),
      })),
    );
    return holds
      .filter(({ hold }) => hold.operatorId > 0n)
      .map(({ hold, ...rest }) => ({ ...rest, burnableFrom: Number(hold.burnableFrom) }))
      .reverse();
  }

  /** The figures under the root that stands. */
  async #standing(): Promise<{ refSlot: number | undefined; all: OperatorFigures[] }> {
    const { protocol, provider } = this.#sources;
    const blockTag = await provider.getBlockNumber();
    const root = await protocol.RewardDistributor.root({ blockTag });
    const all = await figuresUnder(this.#sources, root, blockTag);
    const [first] = all;
    if (first === undefined) return { refSlot: undefined, all };
    return { refSlot: Number(first.frame * (await protocol.ReportOracle.slotsPerFrame())), all };
  }
}

/** A frame is judged by its own root alone, and another one may say more again; all else is in the next one too. */
export function figuresDeadline({ step }: FiguresStep, { stands }: FiguresSeen): Deadline | undefined {
  return step === "judge" || step === "contest" ? stands : undefined;
}

/** What is not done yet, the file first. Good frames need no judge: who is not handed in counts as good. */
export function planFigures(seen: FiguresSeen): FiguresStep[] | undefined {
  const { refSlot, operators, leewayBp } = seen;
  if (refSlot === undefined) return undefined;
  const steps: FiguresStep[] = seen.isPublished ? [] : [{ step: "publish", refSlot }];
  steps.push(...planHolds(seen));
  for (const { figures, ...known } of operators) {
    const { operatorId, attestedBp, networkBp, frame } = figures;
    // `NO_DUTIES` is above whatever the network attested
    const isBad = operatorId !== FORFEITED && isBadFrame(attestedBp, networkBp, leewayBp);
    if (isBad && frame > known.judgedFrame) steps.push({ step: "judge", operatorId });
    if (figures.withheldWei > known.accountedWei && known.freeShares > 0n) {
      steps.push({ step: "lock", operatorId });
    }
    if (figures.cumulativeShares >= known.pulledShares + MIN_PULL_SHARES) {
      steps.push({ step: "pull", operatorId });
    }
  }
  return steps.length === 0 ? undefined : steps;
}

/** What a root says less of is freed before anything is burnt for it: one hold of an operator in a round, the newest first. */
function planHolds({ holds, operators, time }: FiguresSeen): FiguresStep[] {
  const tooMuch = operators.filter(({ figures, accountedWei }) => figures.withheldWei < accountedWei);
  const contested = tooMuch.flatMap(({ figures: { operatorId } }): FiguresStep[] => {
    const newest = holds.find((hold) => hold.operatorId === operatorId);
    return newest === undefined ? [] : [{ step: "contest", holdId: newest.holdId, operatorId }];
  });
  const open = new Set(tooMuch.map(({ figures }) => figures.operatorId));
  const burnable = holds.filter(
    ({ operatorId, burnableFrom }) => burnableFrom <= time && !open.has(operatorId),
  );
  return [...contested, ...burnable.map(({ holdId }): FiguresStep => ({ step: "burn", holdId }))];
}
