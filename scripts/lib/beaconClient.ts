/**
 * A client of one beacon node over the standard Beacon API. Answers are checked against schemas, and a header
 * against its own root: a node that contradicts itself is an error here, not a wrong report later.
 *
 * Errors: `RetryableError` where the node is away, busy or late (after the attempts are used up);
 * `FatalError` where it refuses or answers against the specification. Neither contains the node's URL.
 */
import { headerRoot } from "./beaconHeader.ts";
import {
  blockSchema,
  depositContractSchema,
  finalityCheckpointsSchema,
  forkScheduleSchema,
  genesisSchema,
  headerSchema,
  pendingConsolidationsSchema,
  pendingDepositsSchema,
  pendingPartialsSchema,
  proposerDutiesSchema,
  specSchema,
  syncingSchema,
  validatorsSchema,
  type BlockAnswer,
  type DepositContract,
  type FinalityCheckpoints,
  type Fork,
  type Genesis,
  type HeaderAnswer,
  type PendingConsolidationAnswer,
  type PendingDeposit,
  type PendingPartialAnswer,
  type ProposerDuty,
  type Spec,
  type Syncing,
  type ValidatorAnswer,
} from "./beaconSchemas.ts";
import { FatalError } from "./errors.ts";
import { HttpClient, withoutQuery, type HttpAnswer, type HttpOptions } from "./http.ts";
import { retry, type RetryOptions } from "./retry.ts";
import { voluntaryExitJson, type SignedVoluntaryExit } from "./voluntaryExit.ts";
import type { z } from "zod";

/** "head", "genesis", "finalized", a slot, or a root (0x-hex). */
export type BlockId = "head" | "genesis" | "finalized" | number | `0x${string}`;
/** As for blocks, and "justified"; a root is a state root. */
export type StateId = BlockId | "justified";

export interface BeaconClientOptions extends HttpOptions {
  retry?: RetryOptions;
  /** For the state as SSZ, some hundred megabytes on mainnet. Default: 120,000 ms. */
  stateTimeoutMs?: number;
}

/** The node knows nothing under this name: a block or a state that it does not keep, or does not have yet. */
export class UnknownToNodeError extends FatalError {}

/** What a beacon node answers of its chain. One node, or several that must agree: see sources/beaconSources.ts. */
export type BeaconSource = Omit<Pick<BeaconClient, keyof BeaconClient>, "syncing">;

/** Validators per request: the specification's limit for GET, and URLs stay below 8 KB. */
const IDS_PER_REQUEST = 64;

export class BeaconClient {
  readonly #http: HttpClient;
  readonly #stateHttp: HttpClient;
  readonly #retry: RetryOptions;

  /** @param url of the node; user and password in it become a header. Throws `ConfigurationError`. */
  constructor(url: string, { retry = {}, stateTimeoutMs = 120_000, ...http }: BeaconClientOptions = {}) {
    this.#http = new HttpClient(url, http, "beacon node URL");
    this.#stateHttp = new HttpClient(url, { ...http, timeoutMs: stateTimeoutMs }, "beacon node URL");
    this.#retry = retry;
  }

  /** Host and port, fit for logs and metrics. */
  get name(): string {
    return this.#http.name;
  }

  /** How far the node itself is. */
  async syncing(): Promise<Syncing> {
    return this.#required("/eth/v1/node/syncing", syncingSchema);
  }

  /** Genesis time (seconds), validators root, fork version: who the network is. */
  async genesis(): Promise<Genesis> {
    return this.#required("/eth/v1/beacon/genesis", genesisSchema);
  }

  /** The network's constants. */
  async spec(): Promise<Spec> {
    return this.#required("/eth/v1/config/spec", specSchema);
  }

  /** The official deposit contract, as the node knows it. */
  async depositContract(): Promise<DepositContract> {
    return this.#required("/eth/v1/config/deposit_contract", depositContractSchema);
  }

  /** The forks that the node knows, oldest first, those to come included. */
  async forkSchedule(): Promise<Fork[]> {
    return this.#required("/eth/v1/config/fork_schedule", forkScheduleSchema);
  }

  /** The header of a block, held against its root; undefined where the slot was missed or the block is unknown. */
  async header(id: BlockId): Promise<HeaderAnswer | undefined> {
    const path = `/eth/v1/beacon/headers/${id}`;
    const answer = await this.#optional(path, headerSchema);
    if (answer === undefined) return undefined;
    const actual = headerRoot(answer.header);
    if (actual !== answer.root) {
      throw new FatalError(
        `${this.name}${path}: the header hashes to ${actual}, the node says ${answer.root}`,
      );
    }
    const isOther =
      typeof id === "number"
        ? answer.header.slot !== id
        : id.startsWith("0x") && answer.root !== id.toLowerCase();
    if (isOther)
      throw new FatalError(
        `${this.name}${path}: answered with another block: slot ${answer.header.slot}, ${answer.root}`,
      );
    return answer;
  }

  /** A block with the hash, number, time and withdrawals of its execution payload; undefined as for `header`. */
  async blockV2(id: BlockId): Promise<BlockAnswer | undefined> {
    const answer = await this.#optional(`/eth/v2/beacon/blocks/${id}`, blockSchema);
    if (typeof id === "number" && answer !== undefined && answer.slot !== id) {
      throw new FatalError(`${this.name}: asked for the block of slot ${id}, got slot ${answer.slot}`);
    }
    return answer;
  }

  /** The checkpoints that a state knows. */
  async finalityCheckpoints(stateId: StateId): Promise<FinalityCheckpoints> {
    return this.#required(`/eth/v1/beacon/states/${stateId}/finality_checkpoints`, finalityCheckpointsSchema);
  }

  /**
   * Validators by public key or index; those that the state does not know are left out, and the order is the
   * node's. Without `ids` all of them (hundreds of megabytes on mainnet).
   *
   * More than 64 ids take several requests. A moving id ("head", "finalized", …) is first resolved to one
   * state root, so that all answers are of the same state.
   */
  async validators(stateId: StateId, ids?: readonly (string | number)[]): Promise<ValidatorAnswer[]> {
    if (ids === undefined) return this.#required(validatorsPath(stateId), validatorsSchema);
    const unique = [...new Set(ids.map((id) => String(id).toLowerCase()))];
    const at = unique.length > IDS_PER_REQUEST ? await this.#fixedState(stateId) : stateId;
    const found: ValidatorAnswer[] = [];
    for (let i = 0; i < unique.length; i += IDS_PER_REQUEST) {
      const query = unique.slice(i, i + IDS_PER_REQUEST).join(",");
      found.push(...(await this.#required(`${validatorsPath(at)}?id=${query}`, validatorsSchema)));
    }
    const asked = new Set(unique);
    const stranger = found.find(({ index, pubkey }) => !asked.has(String(index)) && !asked.has(pubkey));
    if (stranger !== undefined) {
      throw new FatalError(
        `${this.name}: validators: got ${stranger.pubkey} (${stranger.index}), which was not asked for`,
      );
    }
    return found;
  }

  /** The queue of deposits that the chain has seen and not yet applied (EIP-7251), oldest first. */
  async pendingDeposits(stateId: StateId): Promise<PendingDeposit[]> {
    return this.#required(`/eth/v1/beacon/states/${stateId}/pending_deposits`, pendingDepositsSchema);
  }

  /** Partial withdrawals that were requested and are not paid yet (EIP-7251), of all validators, in the state's order. */
  async pendingPartialWithdrawals(stateId: StateId): Promise<PendingPartialAnswer[]> {
    const path = `/eth/v1/beacon/states/${stateId}/pending_partial_withdrawals`;
    return this.#required(path, pendingPartialsSchema);
  }

  /** Consolidations that were requested and are not carried out yet (EIP-7251), of all validators, in the state's order. */
  async pendingConsolidations(stateId: StateId): Promise<PendingConsolidationAnswer[]> {
    const path = `/eth/v1/beacon/states/${stateId}/pending_consolidations`;
    return this.#required(path, pendingConsolidationsSchema);
  }

  /** Who proposes in each slot of an epoch; nodes know this epoch and the next. */
  async proposerDuties(epoch: number): Promise<ProposerDuty[]> {
    return this.#required(`/eth/v1/validator/duties/proposer/${epoch}`, proposerDutiesSchema);
  }

  /** A whole state as SSZ, with the name of its fork in lower case ("fulu") where the node says it. */
  async stateSsz(stateId: StateId): Promise<{ bytes: Uint8Array; fork: string | undefined }> {
    const path = `/eth/v2/debug/beacon/states/${stateId}`;
    const answer = await retry(
      () => this.#stateHttp.request(path, { accept: "application/octet-stream" }),
      this.#retry,
    );
    if (answer.status === 404)
      throw new UnknownToNodeError(`${this.name}${path}: the node does not have this state`);
    const type = answer.headers.get("content-type") ?? "";
    if (!type.startsWith("application/octet-stream")) {
      throw new FatalError(
        `${this.name}${path}: the node does not serve states as SSZ (content type "${type}")`,
      );
    }
    return { bytes: answer.body, fork: answer.headers.get("eth-consensus-version")?.toLowerCase() };
  }

  /** Hands the node a signed exit for its pool. Nothing is lost where the same exit is sent twice. */
  async submitVoluntaryExit(exit: SignedVoluntaryExit): Promise<void> {
    const path = "/eth/v1/beacon/pool/voluntary_exits";
    const json = voluntaryExitJson(exit);
    const answer = await retry(() => this.#http.request(path, { method: "POST", json }), this.#retry);
    if (answer.status === 404) throw new FatalError(`${this.name}${path}: not found`);
  }

  /**
   * The last block at `slot` or before it, walking down over missed slots.
   *
   * A node that has not reached `slot` yet also answers "not found": ask only for slots that are finalized.
   * @param maxMissed how many missed slots to walk over. Default: 64, two epochs of mainnet
   * @throws FatalError where none is found within that
   */
  async blockAtOrBefore(slot: number, maxMissed = 64): Promise<HeaderAnswer> {
    const lowest = Math.max(0, slot - maxMissed);
    for (let at = slot; at >= lowest; at--) {
      const header = await this.header(at);
      if (header !== undefined) return header;
    }
    throw new FatalError(
      `${this.name}: no block from slot ${lowest} to ${slot}; is the node in sync, and are these slots kept?`,
    );
  }

  /** The state root of a moving id; anything else as it is. */
  async #fixedState(stateId: StateId): Promise<StateId> {
    if (typeof stateId === "number" || stateId.startsWith("0x")) return stateId;
    // "justified" names a state only: its block is the one of the checkpoint.
    const blockId =
      stateId === "justified"
        ? ((await this.finalityCheckpoints("head")).currentJustified.root as BlockId)
        : stateId;
    const block = await this.header(blockId);
    if (block === undefined) throw new FatalError(`${this.name}: the node has no block "${stateId}"`);
    return block.header.stateRoot as `0x${string}`;
  }

  async #required<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
    const answer = await this.#optional(path, schema);
    if (answer === undefined) throw new UnknownToNodeError(`${this.name}${withoutQuery(path)}: not found`);
    return answer;
  }

  /** One GET with retries; undefined on 404. */
  async #optional<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T> | undefined> {
    const answer = await retry(() => this.#http.request(path), this.#retry);
    return answer.status === 404 ? undefined : this.#parse(path, answer, schema);
  }

  #parse<T extends z.ZodType>(path: string, answer: HttpAnswer, schema: T): z.output<T> {
    const label = `${this.name}${withoutQuery(path)}`;
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder().decode(answer.body));
    } catch (error) {
      throw new FatalError(`${label}: the answer is not JSON`, { cause: error });
    }
    const result = schema.safeParse(json);
    if (result.success) return result.data;
    const issues = result.error.issues
      .slice(0, 3)
      .map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new FatalError(`${label}: ${issues.join("; ")}`, { cause: result.error });
  }
}

function validatorsPath(stateId: StateId): string {
  return `/eth/v1/beacon/states/${stateId}/validators`;
}
