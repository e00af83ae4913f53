import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { seededRandom } from "../../lib/seededRandom.ts";
import { beaconAnswer } from "./beaconFaults.ts";
import { executionAnswer } from "./executionFaults.ts";
import { faultOf, type Fault } from "./faults.ts";
import { jsonAnswer, jsonOf, type ProxiedAnswer, type ProxiedRequest } from "./proxied.ts";

const HOST = "127.0.0.1";

export interface FaultyProxyOptions {
  /// The honest server behind.
  target: string;
  serves: "beacon" | "execution";
  /// Of the randomness: the same requests meet the same faults again. Default: 1.
  seed?: number;
  faults?: readonly Fault[];
}

/// A node that lies, lags, hangs or dies on command: an HTTP proxy before a server of the devnet, on the loopback
/// interface. Without a fault it changes nothing.
export interface FaultyProxy {
  readonly url: string;
  /// Host and port.
  readonly name: string;
  /// Requests so far: method and path, or the method of JSON-RPC.
  readonly requests: readonly string[];
  /// From now on these faults, in place of those before.
  set(...faults: Fault[]): void;
  close(): Promise<void>;
}

export async function startFaultyProxy(options: FaultyProxyOptions): Promise<FaultyProxy> {
  const { target, serves, seed = 1 } = options;
  let faults = options.faults ?? [];
  const requests: string[] = [];
  const random = seededRandom(seed);

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request: ProxiedRequest = {
      method: incoming.method ?? "GET",
      path: incoming.url ?? "/",
      accept: incoming.headers.accept ?? "application/json",
      body: await buffer(incoming),
    };
    requests.push(labelOf(request, serves));
    const active = faults.filter(({ share = 1 }) => share === 1 || random() < share);
    if (faultOf(active, "dead")) return void incoming.socket.destroy();
    if (faultOf(active, "hang")) return;
    const status = faultOf(active, "status")?.status;
    if (status !== undefined) {
      return send(response, jsonAnswer(status, { code: status, message: "out of order" }));
    }
    const missing = faultOf(active, "notFound");
    if (missing && request.path.includes(missing.to)) {
      return send(response, jsonAnswer(404, { code: 404, message: "not found" }));
    }
    const ask = (changed: Partial<ProxiedRequest>) => forward(target, { ...request, ...changed });
    if (active.length === 0) return send(response, await ask({}));
    const answer = await (serves === "beacon"
      ? beaconAnswer(request, ask, active)
      : executionAnswer(request, ask, active));
    const offset = faultOf(active, "clock")?.seconds ?? 0;
    response.setHeader("date", new Date(Date.now() + offset * 1000).toUTCString());
    send(response, spoilt(answer, active, random));
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, jsonAnswer(502, { code: 502, message: String(error) }));
    });
  });
  await new Promise<void>((done) => server.listen(0, HOST, done));
  const name = `${HOST}:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${name}`,
    name,
    requests,
    set: (...next) => {
      faults = next;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function forward(
  target: string,
  { method, path, accept, body }: ProxiedRequest,
): Promise<ProxiedAnswer> {
  const response = await fetch(`${target}${path}`, {
    method,
    headers: { accept, ...(body.length > 0 ? { "content-type": "application/json" } : {}) },
    ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
  });
  const fork = response.headers.get("eth-consensus-version");
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "application/json",
    ...(fork === null ? {} : { fork }),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/// The answer after what went wrong on its way.
function spoilt(answer: ProxiedAnswer, faults: readonly Fault[], random: () => number): ProxiedAnswer {
  if (faultOf(faults, "garbage")) {
    const body = Buffer.from(Array.from({ length: 64 }, () => Math.floor(random() * 256)));
    return { ...answer, status: 200, body };
  }
  if (faultOf(faults, "truncated")) {
    return { ...answer, status: 200, body: answer.body.subarray(0, answer.body.length >> 1) };
  }
  if (faultOf(faults, "html")) {
    const body = Buffer.from("<!doctype html><title>Welcome</title><h1>It works!</h1>");
    return { ...answer, status: 200, type: "text/html", body };
  }
  return answer;
}

function send(response: ServerResponse, { status, type, fork, body }: ProxiedAnswer): void {
  response.writeHead(status, {
    "content-type": type,
    ...(fork === undefined ? {} : { "eth-consensus-version": fork }),
  });
  response.end(body);
}

function labelOf({ method, path, body }: ProxiedRequest, serves: FaultyProxyOptions["serves"]): string {
  if (serves === "beacon") return `${method} ${path}`;
  const calls = [jsonOf(body)].flat() as { method: string }[];
  return calls.map((call) => call.method).join(",");
}
