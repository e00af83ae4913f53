import { FatalError, RetryableError } from "../errors.ts";
import { HttpClient, type HttpOptions } from "../http.ts";

export interface RpcError {
  code: number;
  message: string;
  data?: unknown;
}

/** What a node says to a request: a result, which may be null, or its error. */
export type RpcAnswer = { result: unknown } | { error: RpcError };

/** JSON-RPC 2.0 over HTTP, to one node. A node's own error is an answer; only one that gives none throws. */
export class RpcClient {
  readonly #http: HttpClient;
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
    const id = this.#nextId++;
    const answer = await this.#http.request("", {
      method: "POST",
      json: { jsonrpc: "2.0", id, method, params },
    });
    const label = `${this.name} ${method}`;
    if (answer.status === 404) throw new FatalError(`${label}: status 404: no JSON-RPC is served there`);
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder().decode(answer.body));
    } catch (error) {
      throw new FatalError(`${label}: the answer is not JSON`, { cause: error });
    }
    if (!isAnswer(json) || json.id !== id)
      throw new FatalError(`${label}: the answer is not one of JSON-RPC 2.0`);
    return "error" in json ? { error: json.error } : { result: json.result };
  }

  /** As `request`, where an error of the node is none to go on with. */
  async result(method: string, params: unknown): Promise<unknown> {
    const answer = await this.request(method, params);
    if ("result" in answer) return answer.result;
    throw new RetryableError(`${this.name} ${method}: ${answer.error.message} (code ${answer.error.code})`);
  }
}

function isAnswer(json: unknown): json is { id: unknown } & RpcAnswer {
  if (typeof json !== "object" || json === null || !("id" in json)) return false;
  if ("result" in json) return true;
  if (!("error" in json) || typeof json.error !== "object" || json.error === null) return false;
  const { code, message } = json.error as Partial<RpcError>;
  return typeof code === "number" && typeof message === "string";
}
