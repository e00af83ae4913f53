import type { Signer } from "ethers";
import type { ReportSources } from "../../actions/buildReport.ts";
import { observeExits } from "../../actions/observeExits.ts";
import { NOTE_LIFE_SECONDS, planExits, type ExitCall, type Observed } from "../../actions/planExits.ts";
import { triggerExits } from "../../actions/triggerExits.ts";
import { pressingSteps, sendBy, type Deadline } from "../deadline.ts";
import type { Cycle, Job } from "../job.ts";
import { sendFirst, stillPlanned } from "../steps.ts";

/** Errors of the controller that say that the deficit is served, the validator asked, or its operator another case by now. */
const OVERTAKEN = [
  "DeficitTooSmall",
  "DeficitServed",
  "RequestLive",
  "AlreadyExiting",
  "NothingComing",
  "NotComing",
  "NotOver",
  "NotDrawn",
  "RuleNotOpen",
  "OperatorBelowCap",
  "OperatorNotStopped",
  "OperatorInGoodStanding",
  "OperatorStopped",
];

/** Makes validators exit that tickets need, or whose operators are stopped: one call in each round. */
export class ExitJob implements Job<Observed, ExitCall> {
  readonly name = "exit";
  readonly #sources: ReportSources;
  readonly #sender: Signer;

  constructor(sources: ReportSources, sender: Signer) {
    this.#sources = sources;
    this.#sender = sender;
  }

  async observe(): Promise<Observed> {
    return observeExits(this.#sources);
  }

  plan(seen: Observed): ExitCall | undefined {
    return planExits(seen);
  }

  pressing(call: ExitCall, seen: Observed, now: number): ExitCall | undefined {
    return pressingSteps([call], (each) => exitDeadline(each, seen, now), now)?.[0];
  }

  async act(call: ExitCall, { now }: Pick<Cycle, "now">): Promise<string> {
    const seen = await this.observe();
    const again = this.plan(seen);
    stillPlanned([call], again && [again]);
    const sender = sendBy(this.#sender, exitDeadline(call, seen, now), now);
    const { hash } = await sendFirst(this.#sources.protocol, OVERTAKEN, () =>
      triggerExits(this.#sources, sender, call, true),
    );
    return `${described(call)}: ${hash}`;
  }
}

/** A note that lapses has all waiting begin anew. */
export function exitDeadline(
  { kind }: Pick<ExitCall, "kind">,
  { noteAge }: Pick<Observed, "noteAge">,
  now: number,
): Deadline | undefined {
  if (kind !== "note" || noteAge === undefined) return undefined;
  return { from: now - noteAge, until: now - noteAge + NOTE_LIFE_SECONDS };
}

function described(call: ExitCall): string {
  switch (call.kind) {
    case "note":
      return "noted the deficit";
    case "settle":
      return `settled what is over of validators ${call.validatorIndices.join(", ")}`;
    case "prove":
    case "provePartial":
    case "proveMerged":
      return `proved what comes of validator ${call.validatorIndex}`;
    case "partial":
      return `asked validator ${call.validatorIndex} for what it has above 32 ETH`;
    case "keys":
    case "full":
      return `made validators ${call.validatorIndices.join(", ")} exit`;
  }
}
