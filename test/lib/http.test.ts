import { expect } from "chai";
import { RetryableError } from "../../scripts/lib/errors.ts";
import { HttpClient } from "../../scripts/lib/http.ts";

/** Longer than any test, and of no other timer. */
const LONG_MS = 654_321;

describe("the limit of time of an exchange", () => {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  /** Timers of that length that neither fired nor were cleared. */
  const open = new Set<unknown>();
  before(() => {
    globalThis.setTimeout = ((run: () => void, ms: number) => {
      const timer = set(run, ms);
      if (ms === LONG_MS) open.add(timer);
      return timer;
    }) as typeof setTimeout;
    globalThis.clearTimeout = (timer) => {
      open.delete(timer);
      clear(timer);
    };
  });
  after(() => Object.assign(globalThis, { setTimeout: set, clearTimeout: clear }));

  const client = (answer: typeof fetch, timeoutMs = LONG_MS) =>
    new HttpClient("http://localhost", { fetch: answer, timeoutMs });

  it("leaves no timer behind it, however the exchange ends", async () => {
    const during: number[] = [];
    const answers = [async () => new Response("{}"), () => Promise.reject(new Error("no"))];
    for (const answer of answers) {
      const asked = client(() => {
        during.push(open.size);
        return answer();
      });
      await asked.request("/").catch(() => undefined);
      expect(open.size).to.equal(0);
    }
    expect(during).to.deep.equal([1, 1]);
  });

  it("lasts until the body is read, and says that it was the time", async () => {
    const endless = client(async (_, { signal } = {}) => {
      const start = (body: ReadableStreamDefaultController) =>
        signal!.addEventListener("abort", () => body.error(signal!.reason));
      return new Response(new ReadableStream({ start }));
    }, 5);
    const error: unknown = await endless.request("/", { method: "POST" }).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(RetryableError);
    expect((error as Error).message).to.equal("POST localhost/: no answer within 5 ms");
    expect((error as Error).cause).to.include({ name: "TimeoutError" });
  });
});
