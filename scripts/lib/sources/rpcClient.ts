import { FatalError, RetryableError } from "../errors.ts";
import { HttpClient, type HttpAnswer, type HttpOptions } from "../http.ts";

export interface RpcError {
  code: number;
  message: string;
  data?: unknown;
}

/** What a node says to a request: a result, which may be null, or its error. */
export type RpcAnswer = { result: unknown } | { error: RpcError };

interface Call {
  jsonrpc: "2.0";
  id: number;
  method: string;
  params: unknown;
}

/** Calls in one exchange. */
const MAX_BATCH = 50;

/** Reads whose answers are short. Anything else goes alone: what is sent depends on no other call, and is not sent twice. */
const BATCHED = new Set([
  "eth_blockNumber",
  "eth_call",
  "eth_chainId",
  "eth_estimateGas",
  "eth_feeHistory",
  "eth_gasPrice",
  "eth_getBalance",
  "eth_getBlockByHash",
  "eth_getBlockByNumber",
  "eth_getCode",
  "eth_getStorageAt",
  "eth_getTransactionByHash",
  "eth_getTransactionCount",
  "eth_getTransactionReceipt",
  "eth_maxPriorityFeePerGas",
]);

/**
 * JSON-RPC 2.0 over HTTP, to one node. A node's own error is an answer; only one that gives none throws.
 *
 * Calls of one turn of the event loop go in one batch; to a node that takes none, one by one.
 */
export class RpcClient {
  readonly #http: HttpClient;
  #waiting: { call: Call; resolve: (answer: Promise<RpcAnswer>) => void }[] = [];
  #takesBatches = true;
  #nextId = 1;

  /** @throws ConfigurationError where `url` is no http(s) URL */
  constructor(url: string, options: HttpOptions = {}) {
    this.#http = new HttpClient(url, options, "execution node URL");
  }

  /** Host and port, fit for logs and metrics. */
  get name(): string {
    return this.#http.name;
  }

  /**
   * One request.
   * @throws RetryableError where no answer comes
   * @throws FatalError where what comes is none
   */
  async request(method: string, params: unknown): Promise<RpcAnswer> {
    const call: Call = { jsonrpc: "2.0", id: this.#nextId++, method, params };
    if (!isBatched(call)) return this.#alone(call);
    return new Promise((resolve) => {
      // `nextTick` comes after all promises that follow from an answer, and before another answer: what goes together does not
      // hang on when answers come, and a recorded cycle is played again with the same batches.
      if (this.#waiting.length === 0) process.nextTick(() => this.#flush());
      this.#waiting.push({ call, resolve });
    });
  }

  /** As `request`, where an error of the node is none to go on with. */
  async result(method: string, params: unknown): Promise<unknown> {
    const answer = await this.request(method, params);
    if ("result" in answer) return answer.result;
    throw new RetryableError(`${this.name} ${method}: ${answer.error.message} (code ${answer.error.code})`);
  }

  #flush(): void {
    const waiting = this.#waiting.splice(0);
    while (waiting.length > 0) {
      const some = waiting.splice(0, MAX_BATCH);
      const answers = this.#together(some.map(({ call }) => call));
      for (const { call, resolve } of some) resolve(answers.then((answerTo) => answerTo(call)));
    }
  }

  async #together(calls: readonly Call[]): Promise<(call: Call) => RpcAnswer | Promise<RpcAnswer>> {
    if (calls.length === 1 || !this.#takesBatches) return (call) => this.#alone(call);
    const answer = await this.#post(calls).catch(refusal);
    if (answer === undefined || answer.status === 404) return (call) => this.#insteadOfBatch(call);
    const json = parsed(answer, `${this.name} a batch of ${calls.length}`);
    if (isOneError(json)) return (call) => this.#insteadOfBatch(call);
    const told = Array.isArray(json) ? (json as unknown[]) : [];
    return (call) =>
      this.#read(
        call,
        told.filter((each) => idOf(each) === call.id),
      );
  }

  async #alone(call: Call): Promise<RpcAnswer> {
    const answer = await this.#post(call);
    const label = `${this.name} ${call.method}`;
    if (answer.status === 404) throw new FatalError(`${label}: status 404: no JSON-RPC is served there`);
    return this.#read(call, [parsed(answer, label)]);
  }

  /** A node that takes the call alone is asked for no batch again; one that refuses this, too, may have other reasons. */
  async #insteadOfBatch(call: Call): Promise<RpcAnswer> {
    const answer = await this.#alone(call);
    if ("result" in answer) this.#takesBatches = false;
    return answer;
  }

  #post(json: Call | readonly Call[]): Promise<HttpAnswer> {
    return this.#http.request("", { method: "POST", json });
  }

  /** @param told what came with the call's id */
  #read({ method, id }: Call, told: readonly unknown[]): RpcAnswer {
    const [json] = told;
    if (told.length !== 1 || !isAnswer(json) || idOf(json) !== id)
      throw new FatalError(`${this.name} ${method}: the answer is not one of JSON-RPC 2.0`);
    return "error" in json ? { error: json.error } : { result: json.result };
  }
}

function isBatched({ method, params }: Call): boolean {
  // a block with all its transactions is long
  const isWhole = method.startsWith("eth_getBlockBy") && Array.isArray(params) && params[1] === true;
  return BATCHED.has(method) && !isWhole;
}

/** No more than a status that says no, to all of a batch: undefined. */
function refusal(error: unknown): undefined {
  if (!(error instanceof FatalError)) throw error;
}

/** Who takes no batch, or none of that length, says so with one error for all, as it is or in a list. */
function isOneError(json: unknown): boolean {
  const answers = [json].flat();
  return answers.length === 1 && isAnswer(answers[0]) && "error" in answers[0];
}

function parsed({ body }: HttpAnswer, label: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch (error) {
    throw new FatalError(`${label}: the answer is not JSON`, { cause: error });
  }
}

function idOf(json: unknown): unknown {
  return typeof json === "object" && json !== null && "id" in json ? json.id : undefined;
}

function isAnswer(json: unknown): json is RpcAnswer {
  if (typeof json !== "object" || json === null) return false;
  if ("result" in json) return true;
  if (!("error" in json) || typeof json.error !== "object" || json.error === null) return false;
  const { code, message } = json.error as Partial<RpcError>;
  return typeof code === "number" && typeof message === "string";
}
