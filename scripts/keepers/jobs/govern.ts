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
}

export interface ObservedGovernance {
  /** Of the newest block, by which the contracts count. */
  time: number;
  decisions: Decision[];
  /** When open time was counted last, and the longest time between two counts that counts. */
  observedAt: number;
  observationGap: number;
}

export type GovernStep =
  | { step: "queue" | "closeWindow" | "execute" | "noteReady"; proposalId: bigint }
  | { step: "observe" };

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
        mayNote: r !== undefined && BigInt(time) < last && r.expiresAt === last + shelfLife,
      };
    });
    return {
      time,
      decisions: await Promise.all(decisions),
      observedAt: Number(observedAt),
      observationGap: Number(observationGap),
    };
  }

  plan({ time, decisions, observedAt, observationGap }: ObservedGovernance): GovernStep[] | undefined {
    const steps = decisions.flatMap((decision): GovernStep[] => {
      const step = nextStep(decision, time);
      return step === undefined ? [] : [{ step, proposalId: decision.proposalId }];
    });
    const isWaiting = decisions.some(
      ({ isPassed, isReady, hasWindow }) => !isPassed && !isReady && hasWindow,
    );
    // in time, also where one round or two are missed
    if (isWaiting && time >= observedAt + observationGap / 3) steps.push({ step: "observe" });
    return steps.length === 0 ? undefined : steps;
  }

  /** One that fails stops no other: a decision may revert in its block for reasons of its own. */
  async act(steps: readonly GovernStep[], cycle: Cycle): Promise<string> {
    return takeSteps(
      steps,
      async (each) => {
        const { hash } = await sendFirst(this.#protocol, OVERTAKEN, () => this.#take(each));
        return `${each.step}${each.step === "observe" ? "" : ` ${each.proposalId}`}: ${hash}`;
      },
      cycle,
    );
  }

  async #take(each: GovernStep): Promise<{ hash: string }> {
    const [protocol, sender] = [this.#protocol, this.#sender];
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

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function nextStep(
  { isPassed, isReady, isExecutable, mayNote, hasWindow, isWindowClosed, windowEndsAt }: Decision,
  time: number,
): "queue" | "closeWindow" | "execute" | "noteReady" | undefined {
  if (isPassed) return "queue";
  if (isReady && isExecutable) return "execute";
  if (isReady) return hasWindow && mayNote ? "noteReady" : undefined;
  return hasWindow && !isWindowClosed && time >= windowEndsAt ? "closeWindow" : undefined;
}
