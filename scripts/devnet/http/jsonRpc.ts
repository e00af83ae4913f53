import type { FastifyInstance } from "fastify";
import type { Eip1193Provider } from "../rpc.ts";

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const INTERNAL_ERROR = -32603;

interface RpcRequest {
  id?: number | string | null;
  method: string;
  params?: unknown;
}

interface RpcResponse {
  jsonrpc: "2.0";
  id: number | string | null;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

/// JSON-RPC 2.0 over `POST /`, one request or a batch. Errors keep the code and the data of the provider.
export function addJsonRpcRoute(server: FastifyInstance, provider: Eip1193Provider): void {
  // Clients differ in the content type they send, so the body is parsed here whatever it says.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  server.post("/", async (request) => {
    const parsed = parse(String(request.body));
    if (parsed === undefined) return failure(null, PARSE_ERROR, "The body is not JSON");
    if (!Array.isArray(parsed)) return respond(provider, parsed);
    if (parsed.length === 0) return failure(null, INVALID_REQUEST, "An empty batch");
    // In order: a batch may send transactions that depend on each other.
    const responses: RpcResponse[] = [];
    for (const entry of parsed) responses.push(await respond(provider, entry));
    return responses;
  });
}

async function respond(provider: Eip1193Provider, request: unknown): Promise<RpcResponse> {
  if (!isRequest(request)) return failure(null, INVALID_REQUEST, `Not a request: ${JSON.stringify(request)}`);
  const id = request.id ?? null;
  try {
    const result: unknown = await provider.request({ method: request.method, params: request.params ?? [] });
    return { jsonrpc: "2.0", id, result: result ?? null };
  } catch (error) {
    const { code, message, data } = error as { code?: unknown; message?: string; data?: unknown };
    return failure(id, typeof code === "number" ? code : INTERNAL_ERROR, message ?? String(error), data);
  }
}

function isRequest(value: unknown): value is RpcRequest {
  return typeof value === "object" && value !== null && "method" in value && typeof value.method === "string";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failure(id: RpcResponse["id"], code: number, message: string, data?: unknown): RpcResponse {
  return { jsonrpc: "2.0", id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}
