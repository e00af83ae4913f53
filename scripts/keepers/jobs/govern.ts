import type { Provider, Signer } from "ethers";
import type { ReportSources } from "../../actions/buildReport.ts";
import {
  closeWindow,
  executeProposal,
  listProposals,
  mayExecute,
  noteReady,
  queueProposal,
  readinessOf,
} from "../../actions/proposals.ts";
import { headBlock } from "../../lib/headBlock.ts";
import type { Protocol } from "../../lib/protocol.ts";
import { receiptOf } from "../../lib/receipts.ts";
import { pressingSteps, sendBy, type Deadline } from "../deadline.ts";
import type { Cycle, Job } from "../job.ts";
import { sendFirst, takeSteps } from "../steps.ts";

/** A decision that is on its way. Times are seconds since 1970. */
export interface Decision {
  proposalId: bigint;
  /** Passed, and not queued yet. */
  isPassed: boolean;
  windowEndsAt: number;
  hasWindow: boolean;
  isWindowClosed: boolean;
  isReady: boolean;
  /** Whether its calls would succeed now. */
  isExecutable: boolean;
  /** Whether a note would have it expire sooner: nobody noted that it is ready, and its absolute end has not come. */
  mayNote: boolean;
  /** When what is ready expires; 0 while it is not. */
  expiresAt: number;
}

export interface ObservedGovernance {
  /** How long what is ready can be executed, in seconds. */
  shelfLife: number;
  /** Of the newest block, by which the contracts count. */
  time: number;
  decisions: Decision[];
  /** When open time was counted last, and the longest time between two counts that counts. */
  observedAt: number;
  observationGap: number;
}

export type GovernStep =
  | { step: "queue" | "closeWindow" | "noteReady"; proposalId: bigint }
  | { step: "execute"; proposalId: bigint; deadline: Deadline }
  | { step: "observe"; deadline: Deadline };

/** What is refused when somebody else was first. */
const OVERTAKEN = [
  "GovernorUnexpectedProposalState",
  "TimelockUnexpectedOperationState",
  "WindowIsClosed",
  "AlreadyNoted",
  "NoWindow",
  "NotToBeNoted",
];

/**
 * Moves decisions of stakers on, whatever they say: queues what passed, closes windows in time, has what is ready done, and
 * counts open time while anything waits. What is ready and would revert is noted, so that it expires.
 */
export class GovernJob implements Job<ObservedGovernance, GovernStep[]> {
  readonly name = "govern";
  readonly #protocol: Protocol;
  readonly #provider: Provider;
  readonly #sender: Signer;

  constructor({ protocol, provider }: Pick<ReportSources, "protocol" | "provider">, sender: Signer) {
    this.#protocol = protocol;
    this.#provider = provider;
    this.#sender = sender;
  }

  async observe(): Promise<ObservedGovernance> {
    const { ExitWindowTimelock: timelock } = this.#protocol;
    const [{ timestamp: time }, { observedAt }, observationGap, shelfLife, proposals] = await Promise.all([
      headBlock(this.#provider),
      timelock.openTime(),
      timelock.observationGap(),
      timelock.SHELF_LIFE(),
      listProposals(this.#protocol),
    ]);
    const pending = proposals.filter(({ state }) => state === "succeeded" || state === "queued");
    const decisions = pending.map(async ({ proposalId, state }): Promise<Decision> => {
      const isPassed = state === "succeeded";
      const r = isPassed ? undefined : await readinessOf(this.#protocol, proposalId);
      const isReady = r?.ready ?? false;
      const last = max(r?.endsAt ?? 0n, r?.delayEndsAt ?? 0n);
      return {
        proposalId,
        isPassed,
        hasWindow: (r?.windowEndsAt ?? 0n) !== 0n,
        windowEndsAt: Number(r?.windowEndsAt ?? 0n),
        isWindowClosed: r?.windowClosed ?? false,
        isReady,
        isExecutable: isReady && (await mayExecute(this.#protocol, proposalId)),
        // unnoted, it has its time from the last moment at which it becomes ready: after that a note would give it more
        expiresAt: isReady ? Number(r?.expiresAt ?? 0n) : 0,
        mayNote: r !== undefined && BigInt(time) < last && r.expiresAt === last + shelfLife,
      };
    });
    return {
      time,
      shelfLife: Number(shelfLife),
      decisions: await Promise.all(decisions),
      observedAt: Number(observedAt),
      observationGap: Number(observationGap),
    };
  }

  plan({ time, shelfLife, decisions, ...seen }: ObservedGovernance): GovernStep[] | undefined {
    const steps = decisions.flatMap((decision) => nextStep(decision, { time, shelfLife }) ?? []);
    const isWaiting = decisions.some(
      ({ isPassed, isReady, hasWindow }) => !isPassed && !isReady && hasWindow,
    );
    // in time, also where one round or two are missed
    const from = seen.observedAt + seen.observationGap / 3;
    const until = seen.observedAt + seen.observationGap;
    if (isWaiting && time >= from) steps.push({ step: "observe", deadline: { from, until } });
    return steps.length === 0 ? undefined : steps;
  }

  pressing(steps: readonly GovernStep[], _: ObservedGovernance, now: number): GovernStep[] | undefined {
    return pressingSteps(steps, deadlineOf, now);
  }

  /** One that fails stops no other: a decision may revert in its block for reasons of its own. */
  async act(steps: readonly GovernStep[], cycle: Cycle): Promise<string> {
    return takeSteps(
      steps,
      async (each) => {
        const { hash } = await sendFirst(this.#protocol, OVERTAKEN, () => this.#take(each, cycle));
        return `${each.step}${each.step === "observe" ? "" : ` ${each.proposalId}`}: ${hash}`;
      },
      cycle,
    );
  }

  async #take(each: GovernStep, { now }: Pick<Cycle, "now">): Promise<{ hash: string }> {
    const protocol = this.#protocol;
    const sender = sendBy(this.#sender, deadlineOf(each), now);
    switch (each.step) {
      case "queue":
        return queueProposal(protocol, sender, each.proposalId);
      case "closeWindow":
        return closeWindow(protocol, sender, each.proposalId);
      case "execute":
        return executeProposal(protocol, sender, each.proposalId);
      case "noteReady":
        return noteReady(protocol, sender, each.proposalId);
      case "observe":
        return receiptOf(protocol.ExitWindowTimelock.connect(sender).observe());
    }
  }
}

function deadlineOf(each: GovernStep): Deadline | undefined {
  return "deadline" in each ? each.deadline : undefined;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function nextStep(
  { proposalId, isPassed, isReady, hasWindow, ...decision }: Decision,
  { time, shelfLife }: Pick<ObservedGovernance, "time" | "shelfLife">,
): GovernStep | undefined {
  if (isPassed) return { step: "queue", proposalId };
  if (isReady && decision.isExecutable) {
    const { expiresAt: until } = decision;
    return { step: "execute", proposalId, deadline: { from: until - shelfLife, until } };
  }
  if (isReady) return hasWindow && decision.mayNote ? { step: "noteReady", proposalId } : undefined;
  const isDue = hasWindow && !decision.isWindowClosed && time >= decision.windowEndsAt;
  return isDue ? { step: "closeWindow", proposalId } : undefined;
}
