import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
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
  /// Told of each request: method and path, or the methods of JSON-RPC with commas between them.
  onRequest?: (label: string) => void;
}

/// A node that lies, lags, hangs or dies on command: an HTTP proxy before a server of the devnet, on the loopback
/// interface. Without a fault it changes nothing.
export interface FaultyProxy {
  readonly url: string;
  /// Host and port.
  readonly name: string;
  /// From now on these faults, in place of those before.
  set(...faults: Fault[]): void;
  close(): Promise<void>;
}

export async function startFaultyProxy(options: FaultyProxyOptions): Promise<FaultyProxy> {
  const { target, serves, seed = 1, onRequest } = options;
  let faults = options.faults ?? [];
  const agent = new Agent({ keepAlive: true });
  const random = seededRandom(seed);

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request: ProxiedRequest = {
      method: incoming.method ?? "GET",
      path: incoming.url ?? "/",
      accept: incoming.headers.accept ?? "application/json",
      body: await buffer(incoming),
    };
    onRequest?.(labelOf(request, serves));
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
    const ask = (changed: Partial<ProxiedRequest>) => forward({ ...request, ...changed }, { target, agent });
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
    set: (...next) => {
      faults = next;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
        agent.destroy();
      }),
  };
}

/// With `node:http`: `fetch` costs more than twice as much.
async function forward(
  { method, path, accept, body }: ProxiedRequest,
  { target, agent }: { target: string; agent: Agent },
): Promise<ProxiedAnswer> {
  const headers = { accept, ...(body.length > 0 ? { "content-type": "application/json" } : {}) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(`${target}${path}`, { agent, method, headers }, resolve).on("error", reject).end(body);
  });
  const { "content-type": type = "application/json", "eth-consensus-version": fork } = response.headers;
  return {
    status: response.statusCode!,
    type,
    ...(typeof fork === "string" ? { fork } : {}),
    body: await buffer(response),
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
