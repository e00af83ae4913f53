/** JSON-RPC of an execution node, one question at a time, with errors by what to do about them. */
import { FatalError, RetryableError } from "../errors.ts";
import { HttpClient, type HttpOptions } from "../http.ts";

/** Somebody who answers JSON-RPC. */
export interface Rpc {
  /** Fit for logs: no password, no key. */
  readonly name: string;
  /**
   * @throws RetryableError where no answer came
   * @throws RpcRefusal where the node answered that it will not
   */
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** The node answered, with an error. */
export class RpcRefusal extends FatalError {
  /** Its own words. */
  readonly said: string;
  /** What a call reverted with, 0x-hex, where it did. */
  readonly data: string | undefined;

  constructor(label: string, said: string, data?: unknown) {
    super(`${label}: ${said}`);
    this.said = said;
    this.data = bytesIn(data);
  }
}

/** JSON-RPC's codes for a node that is busy or asks for fewer questions. */
const RETRYABLE = new Set([-32005, -32029, 429]);

interface Response {
  result?: unknown;
  error?: { code?: unknown; message?: unknown; data?: unknown };
}

/**
 * @param setting names the URL in errors
 * @throws ConfigurationError where `url` is not an http(s) URL
 */
export function connectNode(url: string, options: HttpOptions = {}, setting = "EL_URL"): Rpc {
  const http = new HttpClient(url, options, setting);
  return {
    name: http.name,
    async send(method, params) {
      const label = `${method} ${http.name}`;
      const { body } = await http.request("", {
        method: "POST",
        json: { jsonrpc: "2.0", id: 1, method, params },
      });
      const { result, error } = parse(body, label);
      if (error === undefined) return result;
      const said = String(error.message);
      if (RETRYABLE.has(Number(error.code))) throw new RetryableError(`${label}: ${said}`);
      throw new RpcRefusal(label, said, error.data);
    },
  };
}

function parse(body: Uint8Array, label: string): Response {
  let response: unknown;
  try {
    response = JSON.parse(new TextDecoder().decode(body));
  } catch {
    response = undefined;
  }
  if (typeof response === "object" && response !== null && ("result" in response || "error" in response)) {
    return response as Response;
  }
  // A proxy in front of a dead node answers with a page of its own.
  throw new RetryableError(`${label}: the answer is no JSON-RPC`);
}

/** Nodes put the bytes of a revert into `data`, or into `data.data`. */
function bytesIn(data: unknown): string | undefined {
  const inner = typeof data === "object" && data !== null ? (data as { data?: unknown }).data : data;
  return typeof inner === "string" && /^0x([0-9a-f]{2})*$/i.test(inner) ? inner : undefined;
}
