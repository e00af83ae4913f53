import type { Signer } from "ethers";
import type { ReportSources } from "../../actions/buildReport.ts";
import { observeExits } from "../../actions/observeExits.ts";
import { planExits, type ExitCall, type Observed } from "../../actions/planExits.ts";
import { triggerExits } from "../../actions/triggerExits.ts";
import type { Job } from "../job.ts";
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

  async act(call: ExitCall): Promise<string> {
    const again = this.plan(await this.observe());
    stillPlanned([call], again && [again]);
    const { hash } = await sendFirst(this.#sources.protocol, OVERTAKEN, () =>
      triggerExits(this.#sources, this.#sender, call, true),
    );
    return `${described(call)}: ${hash}`;
  }
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
