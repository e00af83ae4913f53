import { isError, type Signer } from "ethers";
import type { ReportSources } from "../../actions/buildReport.ts";
import { headBlock } from "../../lib/headBlock.ts";
import { PAY_GAS } from "../../lib/keeperPay.ts";
import { eventsOf } from "../../lib/logs.ts";
import type { Protocol } from "../../lib/protocol.ts";
import { receiptOf } from "../../lib/receipts.ts";
import type { Cycle, Job } from "../job.ts";
import { sendFirst, stillPlanned, takeSteps } from "../steps.ts";
import { UPKEEPS, type Upkeep, type UpkeepName } from "./upkeeps.ts";

/** What `UpkeepAdapter` says is to be done. */
export interface UpkeepSeen {
  /** In the order in which it is to be done. */
  needed: { name: UpkeepName; data: string }[];
  /** Frames whose report this keeper submitted, and is not paid for. */
  unpaidFrames: bigint[];
}

export type UpkeepStep =
  | { step: "perform"; name: UpkeepName; data: string }
  | { step: "paySubmitter"; frame: bigint };

/** Errors that say that somebody has done it, or that nothing is left to pay with. */
const OVERTAKEN = ["NothingToPay"];
/** `Standing` of contracts/interfaces/IOperatorRegistry.sol: the last that takes part in draws. */
const WATCHED = 1n;
/** In one round: what is left comes in the next. */
const MAX_STEPS = 16;
/** Frames that are looked at for pay. */
const PAID_FRAMES = 4n;

/**
 * Does what `UpkeepAdapter` says is to be done, as far as no other job of this keeper does it; and has this keeper paid for
 * reports that it submitted. What is paid for goes to the account that sends.
 */
export class UpkeepJob implements Job<UpkeepSeen, UpkeepStep[]> {
  readonly name = "upkeep";
  readonly #sources: Pick<ReportSources, "protocol" | "provider">;
  readonly #sender: Signer;
  readonly #upkeeps: readonly Upkeep[];

  /** @param others the jobs that this keeper runs beside this one */
  constructor(
    sources: Pick<ReportSources, "protocol" | "provider">,
    sender: Signer,
    others: readonly string[],
  ) {
    this.#sources = sources;
    this.#sender = sender;
    this.#upkeeps = UPKEEPS.filter(({ doneBy }) => doneBy === undefined || !others.includes(doneBy));
  }

  async observe(): Promise<UpkeepSeen> {
    const { number: blockTag } = await headBlock(this.#sources.provider);
    const [needed, unpaidFrames] = await Promise.all([
      Promise.all(this.#upkeeps.map((upkeep) => this.#needed(upkeep, blockTag))),
      this.#unpaidFrames(),
    ]);
    return { needed: needed.flat(), unpaidFrames };
  }

  plan(seen: UpkeepSeen): UpkeepStep[] | undefined {
    return planUpkeep(seen);
  }

  async act(steps: UpkeepStep[], cycle: Cycle): Promise<string> {
    const still = stillPlanned(steps, this.plan(await this.observe()));
    const { protocol } = this.#sources;
    return takeSteps(still, (step) => sendFirst(protocol, OVERTAKEN, () => this.#take(step)), cycle);
  }

  /** What somebody did meanwhile is passed over by the adapter, and nothing reverts. */
  async #take(step: UpkeepStep): Promise<string> {
    const { UpkeepAdapter, ReportOracle } = this.#sources.protocol;
    if (step.step === "paySubmitter") {
      const { hash } = await receiptOf(ReportOracle.connect(this.#sender).paySubmitter(step.frame));
      return `took the pay for the report of frame ${step.frame}: ${hash}`;
    }
    const { performUpkeep } = UpkeepAdapter.connect(this.#sender);
    const gasLimit = (await performUpkeep.estimateGas(step.data)) + PAY_GAS;
    return `${step.name}: ${(await receiptOf(performUpkeep(step.data, { gasLimit }))).hash}`;
  }

  async #needed({ name, number, of }: Upkeep, blockTag: number): Promise<UpkeepSeen["needed"]> {
    const { UpkeepAdapter: adapter } = this.#sources.protocol;
    const check = async (subject: bigint) => {
      const data = await adapter.upkeepOf(number, subject);
      const [isNeeded, performData] = await adapter.checkUpkeep(data, { blockTag });
      return isNeeded ? [{ name, data: performData }] : [];
    };
    switch (of) {
      case "nothing":
        return check(0n);
      case "sender":
        return check(BigInt(await this.#sender.getAddress()));
      case "operations":
        return (await Promise.all((await this.#operations()).map(check))).flat();
      case "anyOperator":
      case "operators": {
        const found = await this.#ofOperators(number, blockTag);
        const wanted = of === "operators" ? found : found.slice(0, 1);
        const upkeeps = name === "Prolong" ? await this.#thatMayDraw(wanted) : wanted;
        return upkeeps.map(({ data }) => ({ name, data }));
      }
    }
  }

  /** Of each operator that needs it: a check looks at some, and names the first. */
  async #ofOperators(number: number, blockTag: number): Promise<{ operatorId: bigint; data: string }[]> {
    const { UpkeepAdapter: adapter, OperatorRegistry } = this.#sources.protocol;
    const [count, scan] = await Promise.all([OperatorRegistry.count({ blockTag }), adapter.SCAN()]);
    const found: { operatorId: bigint; data: string }[] = [];
    for (let first = 1n; first <= count; ) {
      const asked = await adapter.upkeepOf(number, first);
      const [isNeeded, data] = await adapter.checkUpkeep(asked, { blockTag });
      if (!isNeeded) {
        first += scan;
        continue;
      }
      const operatorId = subjectOf(data);
      found.push({ operatorId, data });
      first = operatorId + 1n;
    }
    return found;
  }

  /** The allotment of one that is stopped is left to lapse. */
  async #thatMayDraw<T extends { operatorId: bigint }>(upkeeps: T[]): Promise<T[]> {
    const { OperatorRegistry } = this.#sources.protocol;
    const standings = await Promise.all(
      upkeeps.map(({ operatorId }) => OperatorRegistry.standingOf(operatorId)),
    );
    return upkeeps.filter((_, i) => standings[i]! <= WATCHED);
  }

  async #operations(): Promise<bigint[]> {
    const { ExitWindowTimelock: timelock } = this.#sources.protocol;
    const queued = await eventsOf(timelock, timelock.filters.OperationQueued());
    const ids = queued.map(({ args }) => args.id);
    const pending = await Promise.all(ids.map((id) => timelock.isOperationPending(id)));
    return ids.filter((_, i) => pending[i]).map(BigInt);
  }

  async #unpaidFrames(): Promise<bigint[]> {
    const { protocol } = this.#sources;
    const [last, sender] = await Promise.all([
      protocol.StakedEther.lastReportFrame(),
      this.#sender.getAddress(),
    ]);
    const frames = Array.from({ length: Number(PAID_FRAMES) }, (_, i) => last - BigInt(i));
    const unpaid = await Promise.all(
      frames.map(async (frame) => frame > 0n && (await isUnpaid(protocol, frame, sender))),
    );
    return frames.filter((_, i) => unpaid[i]);
  }
}

/** As much as one round does. */
export function planUpkeep({ needed, unpaidFrames }: UpkeepSeen): UpkeepStep[] | undefined {
  const steps: UpkeepStep[] = [
    ...needed.map(({ name, data }) => ({ step: "perform", name, data }) as const),
    ...unpaidFrames.map((frame) => ({ step: "paySubmitter", frame }) as const),
  ];
  return steps.length === 0 ? undefined : steps.slice(0, MAX_STEPS);
}

/** Whether there is something due, and something to pay it with. */
async function isUnpaid({ ReportOracle: oracle }: Protocol, frame: bigint, sender: string): Promise<boolean> {
  const { submitter, payGwei } = await oracle.submissionOf(frame);
  if (payGwei === 0n || submitter.toLowerCase() !== sender.toLowerCase()) return false;
  try {
    await oracle.paySubmitter.staticCall(frame);
    return true;
  } catch (error) {
    if (isError(error, "CALL_EXCEPTION")) return false;
    throw error;
  }
}

/** The second word of an upkeep. */
function subjectOf(data: string): bigint {
  return BigInt(`0x${data.slice(-64)}`);
}
