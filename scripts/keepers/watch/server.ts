/**
 * What a keeper tells about itself over HTTP: `/healthz` (its loop goes round), `/readyz` (nothing keeps it from
 * its jobs), `/status.json` (all that it knows), `/metrics` (for Prometheus). Read only, and without secrets.
 */
import fastify, { type FastifyError } from "fastify";
import { ConfigurationError } from "../../lib/errors.ts";
import { stableStringify } from "../../lib/json.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Health } from "./health.ts";
import type { Metrics } from "./metrics.ts";

export interface WatchServerOptions {
  health: Health;
  metrics: Metrics;
  log: Logger;
  host: string;
  /** 0 takes any free one. */
  port: number;
}

export interface WatchServer {
  url: string;
  /** Lets answers that are under way end; no new ones begin. */
  close(): Promise<void>;
}

/** @throws ConfigurationError where the address cannot be listened on */
export async function serveWatch({
  health,
  metrics,
  log,
  host,
  port,
}: WatchServerOptions): Promise<WatchServer> {
  const server = fastify({ logger: false });
  server.addHook("onSend", async (_request, reply) => {
    // a connection that is kept would hold up the end
    void reply.headers({ "cache-control": "no-store", connection: "close" });
  });
  const json = (value: unknown) => `${stableStringify(value, 2)}\n`;

  server.get("/healthz", async (_request, reply) => {
    const alive = health.isAlive();
    const { tickAgeSeconds } = health.status();
    return reply
      .status(alive ? 200 : 503)
      .type("application/json")
      .send(json({ alive, tickAgeSeconds }));
  });
  server.get("/readyz", async (_request, reply) => {
    const { ready, dryRun, causes } = health.status();
    return reply
      .status(ready ? 200 : 503)
      .type("application/json")
      .send(json({ ready, dryRun, causes }));
  });
  server.get("/status.json", async (_request, reply) =>
    reply.type("application/json").send(json(health.status())),
  );
  server.get("/metrics", async (_request, reply) => {
    health.publish(metrics);
    return reply.type(metrics.contentType).send(await metrics.text());
  });
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error, route: request.routeOptions.url }, "an answer failed");
    return reply.status(status).send({ message: status >= 500 ? "see the keeper's log" : error.message });
  });
  server.setNotFoundHandler((_request, reply) =>
    reply.status(404).send({ message: "there are /healthz, /readyz, /status.json and /metrics" }),
  );

  try {
    const url = await server.listen({ host, port });
    return { url, close: () => server.close() };
  } catch (error) {
    await server.close();
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EADDRNOTAVAIL" && code !== "EACCES" && code !== "ENOTFOUND")
      throw error;
    throw new ConfigurationError(
      {
        setting: "address of the health server",
        problem: `cannot listen there (${code})`,
        value: `${host}:${port}`,
        example: "127.0.0.1:9464",
      },
      { cause: error },
    );
  }
}
