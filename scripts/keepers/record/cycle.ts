/** One cycle of a job by itself: with nodes of its own, and all that is outside behind a tape. */
import type { OperatorFigures } from "../../lib/operatorFigures.ts";
import type { Log } from "../../lib/sources/endpoint.ts";
import type { Urgency } from "../../lib/tx/types.ts";
import type { AnyJob, Cycle } from "../job.ts";
import { jobsOf, type JobParts } from "../jobs.ts";
import { jobSources, type Deployed } from "../jobSources.ts";
import { connectNodes, type Nodes } from "../nodes.ts";
import type { KeeperJob, KeeperSettings } from "../settings.ts";
import type { Tape } from "./tape.ts";
import { TapedSigner, type Sender } from "./tapedSigner.ts";

/** What is not of one cycle: what the keeper keeps. */
export interface Kept
  extends Pick<JobParts, "member" | "signed" | "figuresFolder" | "onGathered" | "onDispute"> {
  senderOf: (job: KeeperJob, urgency: Urgency) => Sender;
  /** What jobs remember from one cycle to the next, by its name. */
  remember: <T extends object>(name: string, make: () => T) => T;
  /** Told of each answer of a beacon node. */
  onAnswer: () => void;
}

export interface CycleParts {
  settings: KeeperSettings;
  deployed: Deployed;
  job: KeeperJob;
  tape: Tape;
  log: Log;
  kept: Kept;
}

/** Runs a job's cycle on a tape, and tells the tape what was seen and planned. */
export class TapedJob implements AnyJob {
  readonly name: KeeperJob;
  readonly #parts: CycleParts;
  readonly #warnings: string[] = [];
  #nodes: Nodes | undefined;
  #job: AnyJob | undefined;

  constructor(parts: CycleParts) {
    this.name = parts.job;
    this.#parts = parts;
  }

  /** Those of this cycle; none where they could not be connected to. */
  get nodes(): Nodes | undefined {
    return this.#nodes;
  }

  async observe(cycle: Cycle): Promise<unknown> {
    this.#job = await this.#compose();
    const seen: unknown = await this.#job.observe(cycle);
    this.#parts.tape.tell("observed", seen);
    return seen;
  }

  plan(seen: unknown, now: number): unknown {
    const plan: unknown = this.#job!.plan(seen, now);
    this.#parts.tape.tell("plan", plan);
    return plan;
  }

  act(plan: unknown, cycle: Cycle): Promise<string> {
    return this.#job!.act(plan, cycle);
  }

  /** Tells how the cycle ended, and what was said of nodes meanwhile. */
  end({ outcome, text }: { outcome: string; text: string }): void {
    const beacon = this.#nodes?.beacon.status.map(({ name, state, refusal, disagreements }) => ({
      ...{ name, state, refusal, disagreements },
    }));
    const execution = this.#nodes?.execution.status.map(({ name, state, refusal }) => ({
      ...{ name, state, refusal },
    }));
    this.#parts.tape.tell("nodes", { beacon, execution, warnings: this.#warnings.toSorted() });
    this.#parts.tape.tell("end", { outcome, text });
  }

  close(): void {
    this.#nodes?.close();
  }

  async #compose(): Promise<AnyJob> {
    const { settings, deployed, job, tape, log, kept } = this.#parts;
    const { fetch } = tape;
    const nodes = await connectNodes(settings, this.#listening(log), {
      ...{ fetch, now: () => tape.now(), sleep: (ms) => tape.sleep(ms), onAnswer: kept.onAnswer },
    });
    this.#nodes = nodes;
    const memory = tape.local(
      "memory of figures",
      kept.remember("figures", () => new Map<string, OperatorFigures[]>()),
    );
    const parts: JobParts = {
      settings,
      ...jobSources(nodes, deployed, memory),
      senderOf: (of, urgency) =>
        new TapedSigner(nodes.execution, { tape, urgency, sender: kept.senderOf(of, urgency) }),
      member: kept.member,
      signed: tape.local("signed", kept.signed),
      figuresFolder: tape.local("figures", kept.figuresFolder),
      remember: (name, make) => tape.local(`memory of ${name}`, kept.remember(name, make)),
      request: fetch,
      onGathered: kept.onGathered,
      onDispute: kept.onDispute,
    };
    const [only] = jobsOf(parts, [job]);
    return only!;
  }

  #listening(log: Log): Log {
    const warn = (fields: object, text: string) => {
      this.#warnings.push(text);
      log.warn(fields, text);
    };
    return { info: log.info.bind(log), warn: warn as Log["warn"] };
  }
}
