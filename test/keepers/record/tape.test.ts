import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { Bodies } from "../../../scripts/keepers/record/bodies.ts";
import { parseCycle, type Event } from "../../../scripts/keepers/record/events.ts";
import { Places, withoutKeys } from "../../../scripts/keepers/record/places.ts";
import { RecordingTape } from "../../../scripts/keepers/record/recordingTape.ts";
import { ReplayingTape } from "../../../scripts/keepers/record/replayingTape.ts";
import { HttpClient } from "../../../scripts/lib/http.ts";
import { RpcClient } from "../../../scripts/lib/sources/rpcClient.ts";

const TOKEN = "0123456789abcdef0123";
const SETTINGS = {
  elUrls: [`http://el.example/v3/${TOKEN}`],
  elSendUrl: undefined,
  clUrls: [`http://user:password@cl.example/`, `http://cl.example/other?key=${TOKEN}`],
  peerUrls: [],
};
const BARE = withoutKeys(SETTINGS);
const HEAD = {
  record: 1,
  job: "report",
  cycle: "c",
  now: 1,
  clock: 1,
  dryRun: false,
  addresses: {},
  firstBlock: 0,
  settings: {},
};

describe("keepers: tapes of what goes through", () => {
  let folder: string;
  let bodies: Bodies;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kedge-tape-"));
    bodies = new Bodies(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  type Answering = (url: URL, init?: RequestInit) => Promise<Response>;

  function recording(answer: Answering) {
    let clock = 1_000;
    return new RecordingTape({
      places: new Places(SETTINGS),
      bodies,
      hide: (bytes) =>
        Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll(TOKEN, "[redacted]"), "latin1"),
      clock: () => (clock += 10),
      fetch: (input, init) => answer(new URL(input as string | URL), init),
      sleep: async () => undefined,
    });
  }

  /** As it would come from a file. */
  async function eventsOf(tape: RecordingTape): Promise<Event[]> {
    await tape.settle();
    const text = [JSON.stringify(HEAD), ...tape.close().lines].join("\n");
    expect(text).to.not.contain(TOKEN).and.not.contain("password");
    return parseCycle(text, "a test").events;
  }

  const playing = (events: Event[]) =>
    new ReplayingTape(events, { places: new Places(BARE), bodies, clock: 1_010 });
  const client = (tape: { fetch: typeof fetch }, url: string) => new HttpClient(url, { fetch: tape.fetch });

  it("play what was asked of whom, without the keys of addresses", async () => {
    const asked: string[] = [];
    const tape = recording(async (url) => {
      asked.push(url.href);
      return new Response(`{"path":"${url.pathname}"}`, { status: url.pathname === "/b" ? 404 : 200 });
    });
    const run = async (from: { fetch: typeof fetch }, [first, second]: readonly string[]) => {
      const [a, b, c] = await Promise.all([
        client(from, first!).request("/a?id=1,2"),
        client(from, first!).request("/b"),
        client(from, second!).request("/c"),
      ]);
      return [a, b, c].map(({ status, body }) => [status, new TextDecoder().decode(body)]);
    };
    const live = await run(tape, SETTINGS.clUrls);
    expect(asked[0]).to.equal("http://cl.example/a?id=1%2C2");
    const events = await eventsOf(tape);
    const whats = events.flatMap((event) => ("ask" in event ? [event.what] : []));
    expect(whats).to.deep.equal(["GET cl0/a?id=1,2", "GET cl0/b", "GET cl1/c"]);
    const replaying = playing(events);
    expect(await run(replaying, BARE.clUrls)).to.deep.equal(live);
    expect(replaying.close()).to.deep.equal([]);
  });

  it("hand answers over in the order in which they came, and at their time", async () => {
    const release: Record<string, () => void> = {};
    const tape = recording(async (url) => {
      await new Promise<void>((resolve) => (release[url.pathname] = resolve));
      return new Response(url.pathname);
    });
    const run = async (from: RecordingTape | ReplayingTape, url: string, meanwhile: () => void) => {
      const order: [string, number][] = [];
      const ask = async (path: string) => {
        await client(from, url).request(path);
        order.push([path, from.now()]);
      };
      const all = [ask("/slow"), ask("/quick").then(() => ask("/next"))];
      meanwhile();
      await Promise.all(all);
      return order;
    };
    const live = await run(tape, SETTINGS.clUrls[0]!, () => {
      const open = setInterval(() => {
        release["/quick"]?.();
        release["/next"]?.();
        if (release["/next"]) release["/slow"]!();
      }, 1);
      void tape.settle().then(() => clearInterval(open));
    });
    expect(live.map(([path]) => path)).to.deep.equal(["/quick", "/next", "/slow"]);
    const events = await eventsOf(tape);
    expect(await run(playing(events), BARE.clUrls[0]!, () => undefined)).to.deep.equal(live);
  });

  it("know a call of JSON-RPC again by another number, and fail again as it failed", async () => {
    let calls = 0;
    const tape = recording(async (_, init) => {
      const { id } = JSON.parse(init!.body as string) as { id: number };
      if (++calls === 3)
        throw Object.assign(new TypeError("fetch failed"), { cause: new Error(`no ${TOKEN}`) });
      return new Response(JSON.stringify({ jsonrpc: "2.0", id, result: `0x${calls}` }));
    });
    const run = async (from: { fetch: typeof fetch }, url: string, before: number) => {
      const rpc = new RpcClient(url, { fetch: from.fetch });
      for (let i = 0; i < before; i++) await rpc.request("eth_blockNumber", []).catch(() => undefined);
      const chain = await rpc.request("eth_chainId", []);
      const failed: unknown = await rpc.request("eth_syncing", []).catch((error: unknown) => error);
      return [chain, (failed as Error).name, (failed as Error).message.replaceAll(TOKEN, "[redacted]")];
    };
    const live = await run(tape, SETTINGS.elUrls[0]!, 1);
    expect(live[2]).to.match(/fetch failed: no \[redacted\]$/);
    const events = await eventsOf(tape);
    expect(await run(playing(events), BARE.elUrls[0]!, 2)).to.deep.equal(live);
  });

  it("know a batch again by other numbers, whatever the order of its answers", async () => {
    const tape = recording(async (_, init) => {
      const sent = JSON.parse(init!.body as string) as { id: number; method: string };
      const answers = [sent].flat().map(({ id, method }) => ({ jsonrpc: "2.0", id, result: method }));
      return new Response(JSON.stringify(answers.length === 1 ? answers[0] : answers.toReversed()));
    });
    const run = async (from: { fetch: typeof fetch }, url: string, before: number) => {
      const rpc = new RpcClient(url, { fetch: from.fetch });
      for (let i = 0; i < before; i++) await rpc.request("eth_blockNumber", []).catch(() => undefined);
      return Promise.all(["eth_chainId", "eth_gasPrice"].map((method) => rpc.request(method, [])));
    };
    const live = await run(tape, SETTINGS.elUrls[0]!, 0);
    expect(live).to.deep.equal([{ result: "eth_chainId" }, { result: "eth_gasPrice" }]);
    const replaying = playing(await eventsOf(tape));
    // the numbers of one are those of the other's neighbours
    expect(await run(replaying, BARE.elUrls[0]!, 1)).to.deep.equal(live);
  });

  it("take what is on this machine for an input, errors included", async () => {
    const tape = recording(async () => new Response());
    const memory = tape.local("memory", new Map<number, { digest: string; at: bigint }>());
    const disk = {
      begun: 7n,
      sign: async (digest: string, _run: () => unknown) => ({ digest, size: 2n }),
      need: (what: string) => {
        throw new RangeError(`no ${what}`);
      },
    };
    const run = async (map: Map<number, { digest: string; at: bigint }>, kept: typeof disk) => {
      const seen: unknown[] = [map.get(1), map.has(1)];
      map.set(1, { digest: "0x01", at: 5n });
      seen.push(map.get(1), kept.begun, await kept.sign("0x02", () => undefined));
      try {
        kept.need("place");
      } catch (error) {
        seen.push((error as Error).message);
      }
      return seen;
    };
    const live = await run(memory, tape.local("disk", disk));
    expect(live).to.deep.equal([
      ...[undefined, false, { digest: "0x01", at: 5n }, 7n],
      ...[{ digest: "0x02", size: 2n }, "no place"],
    ]);
    const replaying = playing(await eventsOf(tape));
    expect(await run(replaying.local("memory"), replaying.local("disk"))).to.deep.equal(live);
    expect(replaying.close()).to.deep.equal([]);
  });

  it("name what is not recorded, what is not asked any more, and what is told otherwise", async () => {
    const tape = recording(async () => new Response("{}"));
    await client(tape, SETTINGS.clUrls[0]!).request("/one");
    tape.tell("plan", { step: "sign", balance: 2n });
    const replaying = playing(await eventsOf(tape));
    await client(replaying, BARE.clUrls[0]!)
      .request("/two")
      .catch(() => undefined);
    replaying.tell("plan", { step: "sign", balance: 3n });
    await replaying.settle();
    expect(replaying.close().map(({ what, recorded, replayed }) => [what, recorded, replayed])).to.deep.equal(
      [
        ["GET cl0/two", undefined, { accept: "application/json" }],
        ["plan.balance.$bigint", "2", "3"],
        ["GET cl0/one", { accept: "application/json" }, undefined],
      ],
    );
  });

  it("keep long bodies once, by their hash, and refuse what was changed", async () => {
    const long = JSON.stringify({ all: "a".repeat(3_000), key: TOKEN });
    const tape = recording(async () => new Response(long));
    for (const path of ["/one", "/two"]) await client(tape, SETTINGS.clUrls[0]!).request(path);
    const events = await eventsOf(tape);
    const [file, ...others] = readdirSync(folder);
    expect(others).to.deep.equal([]);
    const replaying = playing(events);
    const answer = await client(replaying, BARE.clUrls[0]!).request("/one");
    expect(new TextDecoder().decode(answer.body)).to.equal(long.replace(TOKEN, "[redacted]"));
    writeFileSync(join(folder, file!), gzipSync("b".repeat(3_000)));
    await client(replaying, BARE.clUrls[0]!)
      .request("/two")
      .catch(() => undefined);
    expect(replaying.close()[0]!.what).to.equal("the answer to GET cl0/two");
  });

  it("keep what a running cycle has put, whatever else is forgotten", async () => {
    const { sha256 } = await bodies.put(Buffer.alloc(3_000));
    bodies.keepOnly(new Set());
    expect(readdirSync(folder)).to.deep.equal([`${sha256}.gz`]);
    bodies.settle([sha256]);
    bodies.keepOnly(new Set());
    expect(readdirSync(folder)).to.deep.equal([]);
  });
});
