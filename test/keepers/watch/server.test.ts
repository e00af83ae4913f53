import { expect } from "chai";
import { serveWatch } from "../../../scripts/keepers/watch/server.ts";
import { ConfigurationError } from "../../../scripts/lib/errors.ts";
import { createLogger } from "../../../scripts/lib/logger.ts";
import { World } from "./world.ts";

const log = createLogger({ level: "silent" });
const serve = (world: World, port = 0) => serveWatch({ ...world, log, host: "127.0.0.1", port });

describe("keepers/watch/server", () => {
  it("answers four paths, to be read only and never kept", async () => {
    const world = new World();
    await world.poll();
    const server = await serve(world);
    try {
      for (const path of ["/healthz", "/readyz", "/status.json", "/metrics"]) {
        const response = await fetch(`${server.url}${path}`);
        expect(response.status, path).to.equal(200);
        expect(response.headers.get("cache-control"), path).to.equal("no-store");
        expect(response.headers.get("content-type"), path).to.match(
          path === "/metrics" ? /^text\/plain; version=0\.0\.4/ : /^application\/json/,
        );
        expect((await fetch(`${server.url}${path}`, { method: "POST" })).status, path).to.equal(404);
      }
      const lost = await fetch(`${server.url}/other`);
      expect(lost.status).to.equal(404);
      expect(await lost.text()).to.contain("/healthz, /readyz, /status.json and /metrics");
    } finally {
      await server.close();
    }
  });

  it("names the address that it cannot listen on", async () => {
    const first = await serve(new World());
    try {
      const port = Number(new URL(first.url).port);
      const error = await serve(new World(), port).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(ConfigurationError);
      expect((error as Error).message)
        .to.contain(`127.0.0.1:${port}`)
        .and.to.contain("EADDRINUSE");
    } finally {
      await first.close();
    }
  });

  it("ends an answer that is under way before it closes", async () => {
    const world = new World();
    await world.poll();
    const server = await serve(world);
    let asked!: () => void;
    let release!: () => void;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    world.metrics.text = async () => {
      asked();
      await isReleased;
      return "the end\n";
    };
    const answer = fetch(`${server.url}/metrics`).then((response) => response.text());
    await isAsked;
    const closed = server.close();
    const isClosing = () =>
      fetch(`${server.url}/healthz`).then(
        ({ status }) => status === 503,
        () => true,
      );
    while (!(await isClosing())); // nothing new is answered any more
    release();
    expect(await answer).to.equal("the end\n");
    await closed;
  });
});
