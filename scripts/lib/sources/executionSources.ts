import {
  FetchRequest,
  isHexString,
  JsonRpcProvider,
  Network,
  type JsonRpcError,
  type JsonRpcPayload,
  type JsonRpcResult,
} from "ethers";
import { ConfigurationError, explain, FatalError, KedgeError, RetryableError } from "../errors.ts";
import type { HttpOptions } from "../http.ts";
import { byHealth, Endpoint, WrongNetworkError, type EndpointStatus, type Log } from "./endpoint.ts";
import { commonPosition } from "./health.ts";
import { pinned, type PinnedRequest } from "./pinnedReads.ts";
import { RpcClient, type RpcAnswer } from "./rpcClient.ts";

export interface ExecutionSourcesOptions {
  /** The chain that all nodes must be of. */
  chainId: bigint;
  /** Where transactions are sent. Default: to all nodes. */
  sendUrl?: string | undefined;
  /** Blocks by which a node may be behind the others before it is asked last. Default: 2. */
  maxLagBlocks?: number;
  /** How old the knowledge of the nodes' heads may get. Milliseconds. Default: 4,000. */
  headsMaxAgeMs?: number;
  http?: HttpOptions;
  log?: Log | undefined;
  /** Milliseconds; only differences count. Default: `Date.now`. */
  now?: () => number;
}

type Node = Endpoint<RpcClient>;

/** Finalized blocks whose hashes are remembered: those of some frames. */
const MAX_BINDINGS = 1_024;

/**
 * Several execution nodes as one provider. A read goes to the healthiest, and on to the next where one is away, refuses,
 * or does not know. A node behind the others is asked last. Reads of a block by hash, or by a number that is bound to one,
 * carry the hash (EIP-1898): a node on another branch refuses rather than lies.
 *
 * Errors: those of ethers; `RetryableError` where no node answers, `FatalError` where none may be used.
 */
export class ExecutionSources extends JsonRpcProvider {
  readonly #nodes: readonly Node[];
  readonly #sender: Node | undefined;
  readonly #maxLag: number;
  readonly #headsMaxAgeMs: number;
  readonly #now: () => number;
  readonly #bindings = new Map<number, string>();
  #headsAt = -Infinity;
  #nextId = 1;
  #comparing: Promise<void> | undefined;

  /** @throws ConfigurationError where there is no URL, one twice, or one that is none */
  constructor(urls: readonly string[], options: ExecutionSourcesOptions) {
    const { chainId, sendUrl, maxLagBlocks = 2, headsMaxAgeMs = 4_000, http, log, now = Date.now } = options;
    const network = Network.from(chainId);
    // `_send` below is the only way out, so that the address is never used.
    super(new FetchRequest("http://sources.invalid"), network, {
      staticNetwork: network,
      batchMaxCount: 1,
      cacheTimeout: -1,
    });
    this.#maxLag = maxLagBlocks;
    this.#headsMaxAgeMs = headsMaxAgeMs;
    this.#now = now;
    const endpoint = (url: string) => {
      const client = new RpcClient(url, http);
      const identify = (node: RpcClient) => requireChain(node, chainId);
      return new Endpoint({ name: client.name, client, identify, now, log });
    };
    this.#nodes = urls.map(endpoint);
    this.#sender = sendUrl === undefined ? undefined : endpoint(sendUrl);
    requireDistinct(this.#nodes.map(({ name }) => name));
  }

  /** The health of each node that is asked, and why it is refused. */
  get status(): EndpointStatus[] {
    return this.#nodes.map(({ status }) => status);
  }

  /** The same of the one for sending, where there is one. */
  get senderStatus(): EndpointStatus | undefined {
    return this.#sender?.status;
  }

  /**
   * Each node alone, for what is believed only where several say it. Errors as those of an `Endpoint`, and `RetryableError`
   * for one that rests after a failure: nobody waits for it.
   */
  get each(): { name: string; request: (method: string, params: unknown) => Promise<RpcAnswer> }[] {
    return this.#nodes.map((node) => ({
      name: node.name,
      request: async (method, params) => {
        if (node.health.isResting) throw new RetryableError(`${node.name} rests after a failure`);
        return node.use((client) => client.request(method, params));
      },
    }));
  }

  /**
   * From now on `number` means the block with this hash: a finalized one, so that it stays true.
   * @throws FatalError where the number was bound to another hash
   */
  bind(number: number, hash: string): void {
    const known = this.#bindings.get(number);
    if (known !== undefined && known !== hash) {
      throw new FatalError(`execution block ${number} was finalized as ${known}, and now as ${hash}`);
    }
    this.#bindings.set(number, hash);
    for (const oldest of this.#bindings.keys()) {
      if (this.#bindings.size <= MAX_BINDINGS) break;
      this.#bindings.delete(oldest);
    }
  }

  /**
   * Meets every node: those of another chain are named in the log and in their status.
   * @throws FatalError where none of those asked, or not the one for sending, is of our chain
   */
  async check(): Promise<void> {
    const sender = this.#sender ? [this.#sender] : [];
    await Promise.all([...this.#nodes, ...sender].map((node) => attempt(() => node.check())));
    for (const nodes of [this.#nodes, ...(this.#sender ? [sender] : [])]) {
      if (nodes.every(({ refusal }) => refusal !== undefined)) throw nobody("eth_chainId", nodes, []);
    }
  }

  /** At once: that of ethers waits for a timer, as it puts requests together, and none are put together here. */
  override async send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    const payload: JsonRpcPayload = { id: this.#nextId++, jsonrpc: "2.0", method, params };
    const [answer] = (await this._send(payload)) as (JsonRpcResult | JsonRpcError)[];
    if (answer !== undefined && "result" in answer) return answer.result as unknown;
    throw this.getRpcError(payload, answer!);
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    const answers = [payload].flat().map(async (request) => {
      const answer = await (request.method === "eth_sendRawTransaction"
        ? this.#broadcast(request)
        : this.#read(pinned(request, this.#bindings)));
      // ethers makes its own errors of those of a node
      return { id: request.id, ...answer } as JsonRpcResult;
    });
    return Promise.all(answers);
  }

  /** The first answer that says something; else a null, which says that nobody knows; else a node's error. */
  async #read(request: PinnedRequest): Promise<RpcAnswer> {
    await this.#compareHeads();
    const poor: RpcAnswer[] = [];
    const failures: string[] = [];
    for (const node of this.#ranked()) {
      const attempted = await attempt(() => node.use((client) => ask(client, request)));
      if ("failure" in attempted) failures.push(attempted.failure);
      else if (isTelling(attempted.value)) return attempted.value;
      else poor.push(attempted.value);
    }
    const best = poor.find((answer) => "result" in answer) ?? poor[0];
    if (best === undefined) throw nobody(request.method, this.#nodes, failures);
    return best;
  }

  /** To all at once: a node that loses a transaction, or keeps it for itself, does not hold it up. */
  async #broadcast({ method, params }: JsonRpcPayload): Promise<RpcAnswer> {
    const nodes = this.#sender ? [this.#sender] : this.#nodes;
    const attempts = await Promise.all(
      byHealth(nodes).map((node) => attempt(() => node.use((client) => client.request(method, params)))),
    );
    const answers = attempts.flatMap((each) => ("value" in each ? [each.value] : []));
    const best = answers.find((answer) => "result" in answer) ?? answers[0];
    if (best !== undefined) return best;
    throw nobody(
      method,
      nodes,
      attempts.flatMap((each) => ("failure" in each ? [each.failure] : [])),
    );
  }

  /** The healthiest first; those behind the others, and then those that rest, last. */
  #ranked(): Node[] {
    const isLate = ({ health }: Node) => Number(health.lag > this.#maxLag);
    return byHealth(this.#nodes).toSorted(
      (a, b) => Number(a.health.isResting) - Number(b.health.isResting) || isLate(a) - isLate(b),
    );
  }

  async #compareHeads(): Promise<void> {
    if (this.#now() - this.#headsAt < this.#headsMaxAgeMs) return;
    this.#comparing ??= this.#askHeads().finally(() => (this.#comparing = undefined));
    await this.#comparing;
  }

  async #askHeads(): Promise<void> {
    const awake = byHealth(this.#nodes).filter(({ health }) => !health.isResting);
    const heads = await Promise.all(
      awake.map(async (node) => {
        const head = await attempt(() => node.use(headOf));
        return "value" in head ? [{ node, number: head.value }] : [];
      }),
    );
    const known = heads.flat();
    const common = commonPosition(known.map(({ number }) => number)) ?? 0;
    for (const { node, number } of known) node.health.isBehind(common - number);
    this.#headsAt = this.#now();
  }
}

async function ask(client: RpcClient, { method, params, holds }: PinnedRequest): Promise<RpcAnswer> {
  const answer = await client.request(method, params);
  if (holds === undefined) return answer;
  const block = await client.result("eth_getBlockByNumber", [holds.number, false]);
  const { hash } = (block ?? {}) as { hash?: string };
  if (hash === holds.hash) return answer;
  throw new FatalError(
    `${client.name} ${method}: block ${Number(holds.number)} is ${hash ?? "unknown"} there, finalized as ${holds.hash}`,
  );
}

async function requireChain(client: RpcClient, wanted: bigint): Promise<void> {
  const got = await client.result("eth_chainId", []);
  if (!isHexString(got)) throw new FatalError(`${client.name} eth_chainId: the answer is no number`);
  if (BigInt(got) === wanted) return;
  throw new WrongNetworkError(
    `${client.name} is of another network: chain id is ${BigInt(got)}, wanted ${wanted}`,
  );
}

async function headOf(client: RpcClient): Promise<number> {
  const number = await client.result("eth_blockNumber", []);
  if (isHexString(number)) return Number(number);
  throw new FatalError(`${client.name} eth_blockNumber: the answer is no number`);
}

/** A result, or the revert of a call: what another node would say as well. */
function isTelling(answer: RpcAnswer): boolean {
  if ("result" in answer) return answer.result !== null;
  const { code, message, data } = answer.error;
  return code === 3 || isHexString(data) || /revert/i.test(message);
}

async function attempt<T>(action: () => Promise<T>): Promise<{ value: T } | { failure: string }> {
  try {
    return { value: await action() };
  } catch (error) {
    if (!(error instanceof KedgeError)) throw error;
    return { failure: explain(error) };
  }
}

function nobody(method: string, nodes: readonly Node[], failures: readonly string[]): KedgeError {
  const refusals = nodes.flatMap(({ refusal }) => refusal ?? []);
  const message = `no execution node answers ${method}: ${[...new Set([...refusals, ...failures])].join("; ")}`;
  return refusals.length === nodes.length ? new FatalError(message) : new RetryableError(message);
}

function requireDistinct(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (names.length > 0 && twice === undefined) return;
  throw new ConfigurationError({
    setting: "execution node URLs",
    problem: twice === undefined ? "no execution node" : `${twice} is there twice`,
    example: "http://localhost:8545,http://localhost:8555",
  });
}
