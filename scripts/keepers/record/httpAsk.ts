/** A request over HTTP as it is recorded: who is asked for what, without the addresses' keys and without credentials. */
import type { Places } from "./places.ts";

export interface HttpAsk {
  what: string;
  request: unknown;
  /** Of JSON-RPC: another one each time, and no part of what is asked. */
  rpcId?: number | undefined;
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
  const sent = JSON.parse(body) as object;
  if (!("jsonrpc" in sent)) return { what, request: { accept, body: sent }, maxBytes };
  const { id, jsonrpc: _, ...call } = sent as { id: number; jsonrpc: string };
  return { what, request: { accept, ...call }, rpcId: id, maxBytes };
}

/** An answer to the same call with another id. What is no such answer is as it was. */
export function withRpcId(
  bytes: Uint8Array<ArrayBuffer>,
  { recorded, wanted }: { recorded: number | undefined; wanted: number | undefined },
): Uint8Array<ArrayBuffer> {
  if (recorded === undefined || recorded === wanted) return bytes;
  try {
    const answer = JSON.parse(new TextDecoder().decode(bytes)) as { id?: unknown } | null;
    if (answer?.id !== recorded) return bytes;
    return new TextEncoder().encode(JSON.stringify({ ...answer, id: wanted }));
  } catch {
    return bytes;
  }
}
