/** A beacon node for tests: answers by path, remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;
export type Route = Handler | object;

export interface BeaconServer {
  readonly url: string;
  readonly host: string;
  /** Method, path and query of each request, in order. */
  readonly requests: string[];
  /** Paths without query → an object (JSON, 200) or a handler; anything else is a 404. */
  routes: Record<string, Route>;
  close(): Promise<void>;
}

export async function startBeaconServer(): Promise<BeaconServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { method = "", url = "" } = request;
    requests.push(`${method} ${url}`);
    const route = beacon.routes[url.split("?", 1).join()];
    if (typeof route === "function") return (route as Handler)(request, response);
    response.writeHead(route === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(route ?? { code: 404, message: "not found" }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const beacon: BeaconServer = {
    url: `http://${host}`,
    host,
    requests,
    routes: {},
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return beacon;
}
