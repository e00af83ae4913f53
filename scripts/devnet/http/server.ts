import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import qs from "qs";

const HOST = "127.0.0.1";

/// The port belongs to another program.
export class PortInUseError extends Error {
  override readonly name = "PortInUseError";
  readonly port: number;

  constructor(port: number) {
    super(`Port ${port} on ${HOST} is in use: stop the program that uses it, or choose another port`);
    this.port = port;
  }
}

export interface HttpServer {
  url: string;
  close(): Promise<void>;
}

/// A server as Lodestar's routes want it: lists in queries separated by commas, errors as `{code, message}`.
export function createServer(): FastifyInstance {
  const server = fastify({
    logger: false,
    // Event streams have no end, and must not keep the program alive.
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: "array" } },
    routerOptions: { querystringParser: (query) => parseQuery(query) },
  });
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const code = error.statusCode ?? 500;
    return reply.status(code).send({ code, message: error.message });
  });
  server.setNotFoundHandler((request, reply) => {
    return reply.status(404).send({ code: 404, message: `No such route: ${request.method} ${request.url}` });
  });
  allowBrowsers(server);
  return server;
}

/// Lists come as `id=a,b` or `id=a&id=b`. Done here and not by the library, which makes objects of long lists.
function parseQuery(query: string): Record<string, string | string[]> {
  const flat = qs.parse(query, {
    depth: 0,
    duplicates: "combine",
    arrayLimit: Infinity,
    parameterLimit: Infinity,
  });
  return Object.fromEntries(
    Object.entries(flat).map(([name, value]) => {
      const parts = ([value].flat() as string[]).flatMap((part) => part.split(","));
      return [name, parts.length === 1 ? parts[0]! : parts];
    }),
  );
}

/// Listens on the loopback interface only; port 0 takes any free one.
export async function listen(server: FastifyInstance, port: number): Promise<HttpServer> {
  try {
    const url = await server.listen({ host: HOST, port });
    return { url, close: () => server.close() };
  } catch (error) {
    await server.close();
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") throw new PortInUseError(port);
    throw error;
  }
}

/// Pages of any origin may ask, as wallets and the local page do.
function allowBrowsers(server: FastifyInstance): void {
  server.addHook("onRequest", async (_request, reply) => {
    void reply.header("access-control-allow-origin", "*");
  });
  server.options("/*", async (_request, reply) => {
    void reply.headers({
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers": "content-type, accept",
    });
    return reply.status(204).send();
  });
}
