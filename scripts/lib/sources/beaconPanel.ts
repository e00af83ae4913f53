/** Several beacon nodes that are asked together, and what enough of them say equally. */
import { UnknownToNodeError, type BeaconSource } from "../beaconClient.ts";
import { ConfigurationError, explain, FatalError, KedgeError, RetryableError } from "../errors.ts";
import {
  networkOf,
  readIdentity,
  requireSameNetwork,
  type BeaconIdentity,
  type ExpectedIdentity,
} from "./beaconIdentity.ts";
import { describe, firstDifference } from "./difference.ts";
import { Endpoint, type EndpointStatus, type Log } from "./endpoint.ts";
import { commonPosition } from "./health.ts";
import { decide, groupVotes, type Verdict, type Vote } from "./vote.ts";

export interface PanelOptions {
  /** How many nodes must say the same. Default: more than half. */
  quorum?: number | undefined;
  /** What the nodes must be of. What is not said here, a quorum of them decides at the first contact. */
  expected?: ExpectedIdentity | undefined;
  log?: Log | undefined;
  /** Told of each answer of a node: who asks is not stuck. */
  onAnswer?: (() => void) | undefined;
  /** Milliseconds; only differences count. Default: `Date.now`. */
  now?: (() => number) | undefined;
}

export interface BeaconStatus extends EndpointStatus {
  /** How often the others outvoted it. */
  disagreements: number;
}

export type BeaconEndpoint = Endpoint<BeaconSource>;

/** One node's part in a question: what it said, or why it has no vote. */
export type Answer<T> = { endpoint: BeaconEndpoint } & ({ value: T } | { silence: string });

export interface Question<T> {
  /** For messages: "the header of slot 5". */
  what: string;
  read: (node: BeaconSource) => Promise<T>;
  /** What of an answer must be equal. Default: all. */
  compared?: (value: T) => unknown;
  /** Says why an answer has no vote; undefined where it counts. */
  disqualify?: (value: T, node: BeaconSource) => string | undefined | Promise<string | undefined>;
}

export class BeaconPanel {
  readonly quorum: number;
  readonly endpoints: readonly BeaconEndpoint[];
  readonly #expected: ExpectedIdentity;
  readonly #log: Log | undefined;
  readonly #disagreements = new Map<string, number>();
  readonly #met = new Map<string, BeaconIdentity>();
  #identity: BeaconIdentity | undefined;
  #meeting: Promise<void> | undefined;

  /** @throws ConfigurationError where a node is named twice, or the quorum is none that they could reach */
  constructor(
    nodes: readonly BeaconSource[],
    { quorum, expected = {}, log, onAnswer, now }: PanelOptions = {},
  ) {
    this.quorum = quorum ?? Math.floor(nodes.length / 2) + 1;
    requireCount(nodes, this.quorum);
    this.#expected = expected;
    this.#log = log;
    this.endpoints = nodes.map(
      (node) =>
        new Endpoint({
          name: node.name,
          client: node,
          identify: (client) => this.#identify(client),
          isAnswer: (error) => error instanceof UnknownToNodeError,
          onAnswer,
          now,
          log,
        }),
    );
  }

  get status(): BeaconStatus[] {
    return this.endpoints.map((endpoint) => ({
      ...endpoint.status,
      disagreements: this.#disagreements.get(endpoint.name) ?? 0,
    }));
  }

  /** What a quorum of nodes says. Who says otherwise is named in the log and counted. Errors as for `noQuorum`. */
  async ask<T>(question: Question<T>): Promise<Verdict<T>> {
    const { what, compared = itself } = question;
    const answers = await this.askAll(question);
    const verdict = decide(votesOf(answers), this.quorum, compared);
    if (verdict === undefined) throw this.noQuorum(what, answers, compared);
    const agreeing = verdict.agreed.map(({ source }) => source);
    for (const { source, difference } of verdict.dissent) {
      const disagreements = (this.#disagreements.get(source) ?? 0) + 1;
      this.#disagreements.set(source, disagreements);
      this.#endpoint(source).distrust();
      this.#log?.warn(
        { source, agreeing, field: difference.path, disagreements },
        `outvoted on ${what}: ${describe(difference, agreeing.join(" and "), source)}`,
      );
    }
    return verdict;
  }

  /** What every node says that can be asked. Those that rest are asked where the others are too few to agree. */
  async askAll<T>(question: Question<T>): Promise<Answer<T>[]> {
    await this.#meet();
    const usable = this.endpoints.filter(({ refusal }) => refusal === undefined);
    const resting = usable.filter(({ health }) => health.isResting);
    const awake = usable.filter((endpoint) => !resting.includes(endpoint));
    const answers = await Promise.all(awake.map((endpoint) => answerOf(endpoint, question)));
    if (decide(votesOf(answers), this.quorum, question.compared ?? itself) === undefined) {
      answers.push(...(await Promise.all(resting.map((endpoint) => answerOf(endpoint, question)))));
    }
    return answers;
  }

  /** Tells the nodes' heads apart: who is late gets a worse score. */
  notePositions(positions: readonly { endpoint: BeaconEndpoint; slot: number }[]): void {
    const common = commonPosition(positions.map(({ slot }) => slot)) ?? 0;
    for (const { endpoint, slot } of positions) endpoint.health.isBehind(common - slot);
  }

  /**
   * The error of a question that no quorum answered: retryable where the nodes that were silent could still decide it.
   * It names the first field in which two differ, and why each silent node was so.
   */
  noQuorum<T>(what: string, answers: readonly Answer<T>[], compared: (value: T) => unknown): KedgeError {
    const groups = groupVotes(votesOf(answers), compared);
    const [[first] = [], [second] = []] = groups;
    const reasons = this.endpoints.flatMap(({ name, refusal }) => refusal ?? silenceOf(name, answers) ?? []);
    if (first && second) {
      const difference = firstDifference(compared(first.value), compared(second.value))!;
      reasons.unshift(describe(difference, first.source, second.source));
    }
    const message = `no quorum on ${what}: ${this.quorum} of ${this.endpoints.length} beacon nodes must agree; ${reasons.join("; ")}`;
    const usable = this.endpoints.filter(({ refusal }) => refusal === undefined).length;
    const silent = usable - groups.flat().length;
    const isContradiction = (groups[1]?.length ?? 0) >= this.quorum;
    const isOpen = !isContradiction && (groups[0]?.length ?? 0) + silent >= this.quorum;
    return isOpen ? new RetryableError(message) : new FatalError(message);
  }

  async #identify(node: BeaconSource): Promise<void> {
    const got = await readIdentity(node);
    requireSameNetwork(node.name, got, this.#expected);
    if (this.#identity) requireSameNetwork(node.name, got, this.#identity);
    else this.#met.set(node.name, got);
  }

  /** Settles once which network a quorum of the nodes is of; those of another are refused. */
  async #meet(): Promise<void> {
    if (this.#identity) return;
    this.#meeting ??= this.#agreeOnNetwork().finally(() => (this.#meeting = undefined));
    await this.#meeting;
  }

  async #agreeOnNetwork(): Promise<void> {
    const answers = await Promise.all(
      this.endpoints.map((endpoint) =>
        answerOf(endpoint, { read: async ({ name }) => this.#met.get(name)! }),
      ),
    );
    const epochs = votesOf(answers).map(({ value }) => value.epoch);
    const epoch = epochs.reduce((a, b) => (a < b ? a : b), epochs[0] ?? 0n);
    const compared = (identity: BeaconIdentity) => networkOf(identity, epoch);
    const verdict = decide(votesOf(answers), this.quorum, compared);
    if (verdict === undefined) throw this.noQuorum("the network", answers, compared);
    this.#identity = { ...networkOf(verdict.agreed[0].value, epoch), epoch };
    for (const { source } of verdict.dissent) {
      this.#endpoint(source).distrust();
      // The comparison that guards every return refuses it, and says why in the log.
      await answerOf(this.#endpoint(source), { read: async () => undefined });
    }
  }

  #endpoint(source: string): BeaconEndpoint {
    return this.endpoints.find(({ name }) => name === source)!;
  }
}

export function votesOf<T>(answers: readonly Answer<T>[]): Vote<T>[] {
  return answers.flatMap((answer) =>
    "value" in answer ? [{ source: answer.endpoint.name, value: answer.value }] : [],
  );
}

async function answerOf<T>(
  endpoint: BeaconEndpoint,
  { read, disqualify }: Pick<Question<T>, "read" | "disqualify">,
): Promise<Answer<T>> {
  try {
    return await endpoint.use(async (node) => {
      const value = await read(node);
      const silence = await disqualify?.(value, node);
      return silence === undefined ? { endpoint, value } : { endpoint, silence: `${node.name}: ${silence}` };
    });
  } catch (error) {
    if (!(error instanceof KedgeError)) throw error;
    return { endpoint, silence: explain(error) };
  }
}

function silenceOf<T>(name: string, answers: readonly Answer<T>[]): string | undefined {
  const answer = answers.find(({ endpoint }) => endpoint.name === name);
  return answer && "silence" in answer ? answer.silence : undefined;
}

function requireCount(nodes: readonly BeaconSource[], quorum: number): void {
  const names = nodes.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  const example = "http://localhost:5052,http://localhost:5053,http://localhost:5054";
  if (nodes.length === 0 || twice !== undefined) {
    const problem = twice === undefined ? "no beacon node" : `${twice} is there twice, and would vote twice`;
    throw new ConfigurationError({ setting: "beacon node URLs", problem, example });
  }
  if (Number.isInteger(quorum) && quorum >= 1 && quorum <= nodes.length) return;
  throw new ConfigurationError({
    setting: "beacon node quorum",
    problem: `not a whole number from 1 to ${nodes.length}, the number of beacon nodes`,
    value: quorum,
    example: String(Math.floor(nodes.length / 2) + 1),
  });
}

function itself<T>(value: T): T {
  return value;
}
