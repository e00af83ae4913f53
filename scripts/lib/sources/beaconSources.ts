/**
 * Several beacon nodes as if they were one, none of which is believed alone: every answer is what a quorum of them says
 * equally. "Head" and "finalized" are first turned into one block that a quorum knows, so that all are asked for the
 * same. A whole state is fetched from one node and held against the state root.
 *
 * Errors: `RetryableError` where too few nodes answered, `FatalError` where they contradict each other or are refused.
 */
import { ZeroHash } from "ethers";
import {
  BeaconClient,
  UnknownToNodeError,
  type BeaconClientOptions,
  type BeaconSource,
  type BlockId,
  type StateId,
} from "../beaconClient.ts";
import type {
  BlockAnswer,
  DepositContract,
  FinalityCheckpoints,
  Fork,
  Genesis,
  HeaderAnswer,
  PendingConsolidationAnswer,
  PendingDeposit,
  PendingPartialAnswer,
  ProposerDuty,
  Spec,
  ValidatorAnswer,
} from "../beaconSchemas.ts";
import { openState } from "../beaconState.ts";
import { FatalError, KedgeError, RetryableError } from "../errors.ts";
import type { SignedVoluntaryExit } from "../voluntaryExit.ts";
import { BeaconPanel, type BeaconStatus, type PanelOptions, type Question } from "./beaconPanel.ts";
import { agreedHead } from "./beaconHead.ts";
import { byHealth } from "./endpoint.ts";
import { decide } from "./vote.ts";

type Root = `0x${string}`;
interface Flagged {
  executionOptimistic: boolean;
  finalized: boolean;
}

export interface BeaconSourcesOptions extends PanelOptions {
  /** Of the client of each node. */
  client?: BeaconClientOptions;
}

export class BeaconSources implements BeaconSource {
  readonly #panel: BeaconPanel;

  /** @param urls of the nodes. Throws `ConfigurationError`. */
  constructor(urls: readonly string[], { client, ...options }: BeaconSourcesOptions = {}) {
    this.#panel = new BeaconPanel(
      urls.map((url) => new BeaconClient(url, client)),
      options,
    );
  }

  /** The hosts and ports, fit for logs. */
  get name(): string {
    return this.#panel.endpoints.map(({ name }) => name).join(", ");
  }

  /** Each node's health, why it is refused, and how often it was outvoted. */
  get status(): BeaconStatus[] {
    return this.#panel.status;
  }

  async genesis(): Promise<Genesis> {
    return this.#agreed("the genesis", (node) => node.genesis());
  }

  /** Its `values` are those that a quorum says equally: nodes differ in what else they announce. */
  async spec(): Promise<Spec> {
    const compared = ({ values: _, ...constants }: Spec) => constants;
    const { agreed } = await this.#panel.ask({
      what: "the constants",
      read: (node) => node.spec(),
      compared,
    });
    const names = new Set(agreed.flatMap(({ value }) => Object.keys(value.values)));
    const values = [...names].flatMap((name) => {
      const told = agreed.map(({ source, value }) => ({ source, value: value.values[name] }));
      const verdict = decide(told, this.#panel.quorum, (value) => value);
      return verdict?.agreed[0].value === undefined ? [] : [[name, verdict.agreed[0].value]];
    });
    return { ...agreed[0].value, values: Object.fromEntries(values) as Spec["values"] };
  }

  async depositContract(): Promise<DepositContract> {
    return this.#agreed("the deposit contract", (node) => node.depositContract());
  }

  async forkSchedule(): Promise<Fork[]> {
    return this.#agreed("the schedule of forks", (node) => node.forkSchedule());
  }

  /** As for one node; "head" is the newest block that a quorum of nodes has on its chain. */
  async header(id: BlockId): Promise<HeaderAnswer | undefined> {
    if (id === "head") return agreedHead(this.#panel);
    const at = await this.#fixedBlock(id);
    return this.#block(
      `the header ${called(at)}`,
      at,
      (node) => node.header(at),
      (header) => header.header.slot,
    );
  }

  async blockV2(id: BlockId): Promise<BlockAnswer | undefined> {
    const at = await this.#fixedBlock(id);
    return this.#block(
      `the block ${called(at)}`,
      at,
      (node) => node.blockV2(at),
      (block) => block.slot,
    );
  }

  async finalityCheckpoints(stateId: StateId): Promise<FinalityCheckpoints> {
    return this.#ofState("the finality checkpoints", stateId, (node, at) => node.finalityCheckpoints(at));
  }

  /** As for one node; ordered by index. */
  async validators(stateId: StateId, ids?: readonly (string | number)[]): Promise<ValidatorAnswer[]> {
    return this.#ofState("the validators", stateId, async (node, at) =>
      (await node.validators(at, ids)).toSorted((a, b) => a.index - b.index),
    );
  }

  async pendingDeposits(stateId: StateId): Promise<PendingDeposit[]> {
    return this.#ofState("the pending deposits", stateId, (node, at) => node.pendingDeposits(at));
  }

  async pendingPartialWithdrawals(stateId: StateId): Promise<PendingPartialAnswer[]> {
    return this.#ofState("the partial withdrawals", stateId, (node, at) =>
      node.pendingPartialWithdrawals(at),
    );
  }

  async pendingConsolidations(stateId: StateId): Promise<PendingConsolidationAnswer[]> {
    return this.#ofState("the consolidations", stateId, (node, at) => node.pendingConsolidations(at));
  }

  async proposerDuties(epoch: number): Promise<ProposerDuty[]> {
    return this.#agreed(`the proposers of epoch ${epoch}`, (node) => node.proposerDuties(epoch));
  }

  /** From the healthiest node whose bytes hash to the state root that a quorum names. */
  async stateSsz(stateId: StateId): Promise<{ bytes: Uint8Array; fork: string | undefined }> {
    const wanted = await this.#stateRoot(stateId);
    const problems: string[] = [];
    for (const endpoint of byHealth(this.#panel.endpoints)) {
      try {
        return await endpoint.use(async (node) => {
          const answer = await node.stateSsz(wanted);
          const root = await rootOf(node.name, answer);
          if (root === wanted) return answer;
          throw new FatalError(`${node.name}: the state hashes to ${root}, wanted ${wanted}`);
        });
      } catch (error) {
        if (!(error instanceof KedgeError)) throw error;
        problems.push(error.message);
      }
    }
    throw new RetryableError(`no beacon node has the state ${wanted}: ${problems.join("; ")}`);
  }

  /** Hands the exit to every node; one that takes it is enough. */
  async submitVoluntaryExit(exit: SignedVoluntaryExit): Promise<void> {
    const read = async (node: BeaconSource) => node.submitVoluntaryExit(exit);
    const answers = await this.#panel.askAll({ what: "the exit", read });
    if (answers.some((answer) => "value" in answer)) return;
    throw this.#panel.noQuorum("the exit", answers, () => undefined);
  }

  async blockAtOrBefore(slot: number, maxMissed = 64): Promise<HeaderAnswer> {
    const lowest = Math.max(0, slot - maxMissed);
    for (let at = slot; at >= lowest; at--) {
      const header = await this.header(at);
      if (header !== undefined) return header;
    }
    throw new FatalError(`${this.name}: no block from slot ${lowest} to ${slot}; are these slots kept?`);
  }

  /** A block's header or body, by slot or root; who has not reached the slot has no say in whether it was missed. */
  async #block<T extends Flagged>(
    what: string,
    at: BlockId,
    read: (node: BeaconSource) => Promise<T | undefined>,
    slotOf: (answer: T) => number,
  ): Promise<T | undefined> {
    const question: Question<T | undefined> = {
      what,
      read,
      compared: (answer) => answer && withoutFlags(answer),
      disqualify: async (answer, node) => {
        if (answer) return isOptimistic(answer, slotOf(answer));
        if (typeof at !== "number") return "it does not know this block";
        const head = await node.header("head");
        if (head !== undefined && head.header.slot >= at) return undefined;
        return `its head is at slot ${head?.header.slot ?? "?"}, before slot ${at}`;
      },
    };
    const { agreed } = await this.#panel.ask(question);
    const [{ value }] = agreed;
    if (value === undefined) return undefined;
    const finalAt = agreed.filter((vote) => vote.value?.finalized === true).length;
    return { ...value, finalized: finalAt >= this.#panel.quorum };
  }

  async #ofState<T>(
    what: string,
    stateId: StateId,
    read: (node: BeaconSource, at: StateId) => Promise<T>,
  ): Promise<T> {
    const at = await this.#fixedState(stateId);
    return this.#agreed(`${what} ${called(at)}`, (node) => read(node, at));
  }

  async #agreed<T>(what: string, read: (node: BeaconSource) => Promise<T>): Promise<T> {
    return (await this.#panel.ask({ what, read })).agreed[0].value;
  }

  /** A slot or a root, for which no two nodes may say something different. */
  async #fixedBlock(id: BlockId): Promise<BlockId> {
    if (id === "head") return (await agreedHead(this.#panel)).root as Root;
    if (id === "finalized") return checkpointBlock((await this.finalityCheckpoints("head")).finalized.root);
    return id === "genesis" ? 0 : id;
  }

  async #fixedState(stateId: StateId): Promise<StateId> {
    return typeof stateId === "number" || stateId.startsWith("0x") ? stateId : this.#stateRoot(stateId);
  }

  async #stateRoot(stateId: StateId): Promise<Root> {
    if (typeof stateId === "string" && stateId.startsWith("0x")) return stateId.toLowerCase() as Root;
    const block =
      stateId === "justified"
        ? checkpointBlock((await this.finalityCheckpoints("head")).currentJustified.root)
        : stateId;
    const header = await this.header(block);
    if (header === undefined) {
      throw new UnknownToNodeError(
        `${this.name}: there is no block ${called(block)} whose state could be meant`,
      );
    }
    return header.header.stateRoot as Root;
  }
}

/** Before the first finalization a checkpoint's root is zero, which stands for genesis. */
function checkpointBlock(root: string): BlockId {
  return root === ZeroHash ? "genesis" : (root as Root);
}

function called(id: StateId): string {
  return typeof id === "number" ? `of slot ${id}` : `of ${id}`;
}

function withoutFlags<T extends Flagged>({ executionOptimistic: _, finalized: __, ...answer }: T): object {
  return answer;
}

function isOptimistic({ executionOptimistic }: Flagged, slot: number): string | undefined {
  return executionOptimistic ? `it has not verified the execution payload of slot ${slot} yet` : undefined;
}

/** A node that names a wrong fork, or sends no state, is at fault like one that sends another state. */
async function rootOf(
  name: string,
  { bytes, fork }: { bytes: Uint8Array; fork: string | undefined },
): Promise<string> {
  try {
    return (await openState(bytes, fork)).root;
  } catch (error) {
    throw new FatalError(`${name}: what it sent is no beacon state`, { cause: error });
  }
}
