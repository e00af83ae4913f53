import { setImmediate as nextTurn } from "node:timers/promises";
import { explain, FatalError } from "../../lib/errors.ts";
import type { Bodies } from "./bodies.ts";
import { failureOf, type Answer, type Event } from "./events.ts";
import { asked, type RpcId } from "./httpAsk.ts";
import type { Places } from "./places.ts";
import { givenOnWire, throughCalls, type Tape } from "./tape.ts";
import { toWire } from "./wire.ts";

export interface RecordingOptions {
  places: Places;
  bodies: Bodies;
  /** Takes what must not be seen out of bytes. */
  hide: (bytes: Uint8Array) => Uint8Array;
  /** The machine's clock in milliseconds since 1970. */
  clock: () => number;
  fetch?: typeof fetch;
  sleep: (ms: number) => Promise<unknown>;
}

/** Headers that a client looks at. */
const HEADERS = ["content-type", "eth-consensus-version", "retry-after"];

/**
 * Takes down what a cycle asks and is told. Answers are handed over one after the other, each in a turn of its own, and the
 * clock moves with them alone: so that they can be handed over again in the same order, at the same time.
 */
export class RecordingTape implements Tape {
  readonly #options: RecordingOptions;
  readonly #lines: string[] = [];
  readonly #open = new Set<Promise<unknown>>();
  readonly #stored = new Set<string>();
  #turns: Promise<unknown> = Promise.resolve();
  #asks = 0;
  #clock: number;
  #isClosed = false;
  #problem: Error | undefined;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#clock = options.clock();
  }

  now(): number {
    return this.#clock;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(input as string | URL);
    const { maxBytes, ...ask } = asked(this.#options.places, url, init);
    const answer = await this.#outside(
      ask,
      () => this.#exchange(url, init, maxBytes),
      async ({ status, headers, bytes }) => {
        const body = await this.#options.bodies.put(this.#options.hide(bytes));
        if (body.text === undefined) this.#stored.add(body.sha256);
        return { http: { status, headers, body } };
      },
    );
    return new Response(answer.bytes, { status: answer.status, headers: answer.headers });
  };

  async sleep(ms: number): Promise<void> {
    await this.ask("sleep", undefined, () => this.#options.sleep(ms));
  }

  async ask<T>(what: string, request: unknown, run: () => Promise<T>): Promise<T> {
    const wire = request === undefined ? null : toWire(request);
    return this.#outside({ what, request: wire }, run, async (value) => ({ value: toWire(value) }));
  }

  local<T extends object>(name: string, object: T): T {
    const call = (field: string, given: unknown[] | undefined): unknown => {
      const what = `${name}.${field}`;
      const member: unknown = Reflect.get(object, field, object);
      const run = () =>
        given === undefined ? member : (member as (...all: unknown[]) => unknown).apply(object, given);
      const local = { local: what, given: givenOnWire(given) };
      let value: unknown;
      try {
        value = run();
      } catch (error) {
        this.#write({ ...local, failure: failureOf(error) });
        throw error;
      }
      if (value instanceof Promise) return this.ask(what, local.given, () => value as Promise<unknown>);
      // what returns itself, as the `set` of a map, tells nothing
      this.#write(value === object ? local : { ...local, value: toWire(value) });
      return value;
    };
    return throughCalls(call, (field) => typeof Reflect.get(object, field, object) === "function");
  }

  tell(name: string, value: unknown): void {
    this.#write({ told: name, value: toWire(value) });
  }

  /** Waits for what was asked and not answered, so that nothing is half there. */
  async settle(): Promise<void> {
    while (this.#open.size > 0) {
      await Promise.allSettled(this.#open);
      await nextTurn();
    }
  }

  /**
   * The lines, and the hashes of bodies that have files of their own. What is asked from now on is not taken down.
   *
   * @throws what kept it from taking something down
   */
  close(): { lines: readonly string[]; stored: readonly string[] } {
    this.#isClosed = true;
    if (this.#problem !== undefined) throw this.#problem;
    return { lines: this.#lines, stored: [...this.#stored] };
  }

  async #outside<T>(
    ask: { what: string; request: unknown; rpcId?: RpcId | undefined },
    run: () => Promise<T>,
    answerOf: (value: T) => Promise<Partial<Answer>>,
  ): Promise<T> {
    if (this.#isClosed) return run();
    const number = ++this.#asks;
    this.#write({ ask: number, ...ask });
    const answered = this.#answered(number, run, answerOf);
    this.#open.add(answered);
    void answered.catch(() => undefined).finally(() => this.#open.delete(answered));
    return answered;
  }

  async #answered<T>(
    number: number,
    run: () => Promise<T>,
    answerOf: (value: T) => Promise<Partial<Answer>>,
  ): Promise<T> {
    let value: T;
    try {
      value = await run();
    } catch (error) {
      await this.#turn(number, { failure: failureOf(error) });
      throw error;
    }
    await this.#turn(number, await this.#kept(value, answerOf));
    return value;
  }

  /** A full disk costs the record, and not the cycle. */
  async #kept<T>(value: T, answerOf: (value: T) => Promise<Partial<Answer>>): Promise<Partial<Answer>> {
    try {
      return await answerOf(value);
    } catch (error) {
      this.#problem ??= new FatalError("a body was not kept", { cause: error });
      return {};
    }
  }

  async #turn(answer: number, told: Partial<Answer>): Promise<void> {
    const turn = this.#turns.then(() => nextTurn());
    this.#turns = turn;
    await turn;
    this.#clock = this.#options.clock();
    this.#write({ answer, clock: this.#clock, ...told });
  }

  async #exchange(url: URL, init: RequestInit | undefined, maxBytes: number) {
    const { fetch: request = fetch } = this.#options;
    try {
      const response = await request(url, init);
      const headers = HEADERS.flatMap((name) => {
        const value = response.headers.get(name);
        return value === null ? [] : [[name, value] as const];
      });
      const bytes = await bodyOf(response, maxBytes);
      return { status: response.status, headers: Object.fromEntries(headers), bytes };
    } catch (error) {
      // a timeout is known by its name
      const name = error instanceof Error ? error.name : "Error";
      throw Object.assign(new Error(explain(error)), { name });
    }
  }

  #hidden(text: string): string {
    return Buffer.from(this.#options.hide(Buffer.from(text))).toString();
  }

  #write(event: Event): void {
    if (!this.#isClosed) this.#lines.push(this.#hidden(JSON.stringify(event)));
  }
}

/** No more of it than who reads it would take. */
async function bodyOf(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (maxBytes === Infinity) return new Uint8Array(await response.arrayBuffer());
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    parts.push(part as Uint8Array);
    bytes += (part as Uint8Array).length;
    if (bytes > maxBytes) break;
  }
  return new Uint8Array(Buffer.concat(parts).subarray(0, maxBytes + 1));
}
