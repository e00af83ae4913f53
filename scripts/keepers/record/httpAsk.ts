/** A request over HTTP as it is recorded: who is asked for what, without the addresses' keys and without credentials. */
import type { Places } from "./places.ts";

/** Of a call, or of each in a batch. */
export type RpcId = number | number[];

interface RpcCall {
  id: number;
  jsonrpc: string;
}

export interface HttpAsk {
  what: string;
  request: unknown;
  /** Of JSON-RPC: another one each time, and no part of what is asked. */
  rpcId?: RpcId | undefined;
  /** No more of an answer is read. */
  maxBytes: number;
}

/** Peers are strangers: what is longer is no report. */
const PEER_BYTES = 65_536;

export function asked(places: Places, url: URL, init: RequestInit = {}): HttpAsk {
  const { name, path } = places.find(url);
  const { method = "GET", body } = init;
  const accept = new Headers(init.headers).get("accept");
  const maxBytes = name.startsWith("peer") ? PEER_BYTES : Infinity;
  const what = `${method} ${name}${path}`;
  if (typeof body !== "string") return { what, request: { accept }, maxBytes };
  const sent = JSON.parse(body) as unknown;
  if (isRpc(sent)) {
    const { id, call } = withoutId(sent);
    return { what, request: { accept, ...call }, rpcId: id, maxBytes };
  }
  if (Array.isArray(sent) && sent.every(isRpc)) {
    const calls = sent.map(withoutId);
    const batch = calls.map(({ call }) => call);
    return { what, request: { accept, batch }, rpcId: calls.map(({ id }) => id), maxBytes };
  }
  return { what, request: { accept, body: sent }, maxBytes };
}

/** An answer to the same calls with other ids. What is no such answer is as it was. */
export function withRpcId(
  bytes: Uint8Array<ArrayBuffer>,
  { recorded, wanted }: { recorded: RpcId | undefined; wanted: RpcId | undefined },
): Uint8Array<ArrayBuffer> {
  if (recorded === undefined || wanted === undefined || String(recorded) === String(wanted)) return bytes;
  const others = [wanted].flat();
  const ids = new Map<unknown, number>([recorded].flat().map((id, i) => [id, others[i]!]));
  const renamed = (answer: unknown): unknown => {
    const { id } = (answer ?? {}) as { id?: unknown };
    return ids.has(id) ? { ...(answer as object), id: ids.get(id) } : answer;
  };
  try {
    const answer = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    return new TextEncoder().encode(
      JSON.stringify(Array.isArray(answer) ? answer.map(renamed) : renamed(answer)),
    );
  } catch {
    return bytes;
  }
}

function isRpc(sent: unknown): sent is RpcCall {
  return typeof sent === "object" && sent !== null && "jsonrpc" in sent;
}

function withoutId({ id, jsonrpc: _, ...call }: RpcCall): { id: number; call: object } {
  return { id, call };
}
