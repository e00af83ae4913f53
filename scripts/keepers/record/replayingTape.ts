import { explain, FatalError } from "../../lib/errors.ts";
import { firstDifference } from "../../lib/sources/difference.ts";
import type { Bodies, BodyRef } from "./bodies.ts";
import { thrownAgain, type Answer, type Ask, type Event, type Local, type Told } from "./events.ts";
import { asked, withRpcId } from "./httpAsk.ts";
import type { Places } from "./places.ts";
import { givenOnWire, keyOf, throughCalls, type Tape } from "./tape.ts";
import { fromWire, toWire } from "./wire.ts";

/** What is not as it was recorded. */
export interface Deviation {
  /** "plan.due.report.exited", or what was asked. */
  what: string;
  recorded: unknown;
  replayed: unknown;
}

/** After so long without a new question the order of answers is given up: something is not asked any more. */
const STALL_MS = 1_000;

/**
 * Plays a recorded cycle: each question gets the answer that was recorded, in the order in which they came, and at the time.
 * What was not recorded is refused.
 */
export class ReplayingTape implements Tape {
  readonly #places: Places;
  readonly #bodies: Bodies;
  readonly #events: readonly Event[];
  readonly #answers: ReadonlyMap<number, Answer>;
  /** Numbers of questions, in the order in which they were asked and answered. */
  readonly #order: readonly { isAnswer: boolean; ask: number }[];
  readonly #asks = new Map<string, Ask[]>();
  readonly #locals = new Map<string, Local[]>();
  readonly #told: Told[];
  /** Not asked yet. */
  readonly #open = new Set<number>();
  readonly #handed = new Set<number>();
  /** Asked, and not answered yet. */
  readonly #pending = new Map<number, () => void>();
  readonly #deviations: Deviation[] = [];
  #place = 0;
  #clock: number;
  #isScheduled = false;
  #stall: NodeJS.Timeout | undefined;
  #onQuiet: (() => void) | undefined;

  constructor(events: readonly Event[], options: { places: Places; bodies: Bodies; clock: number }) {
    this.#places = options.places;
    this.#bodies = options.bodies;
    this.#clock = options.clock;
    this.#events = events;
    this.#answers = new Map(events.flatMap((event) => ("answer" in event ? [[event.answer, event]] : [])));
    this.#order = events.flatMap((event) => {
      if ("ask" in event) return { isAnswer: false, ask: event.ask };
      return "answer" in event ? { isAnswer: true, ask: event.answer } : [];
    });
    this.#told = events.filter((event) => "told" in event);
    for (const event of events) {
      if ("ask" in event) {
        this.#open.add(event.ask);
        listAt(this.#asks, keyOf(event.what, event.request)).push(event);
      }
      if ("local" in event) listAt(this.#locals, keyOf(event.local, event.given)).push(event);
    }
  }

  now(): number {
    return this.#clock;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const { what, request, rpcId } = asked(this.#places, new URL(input as string | URL), init);
    const { http, ask } = await this.#outside(what, request);
    const answer = withRpcId(this.#body(what, http!.body), { recorded: ask.rpcId, wanted: rpcId });
    return new Response(answer, { status: http!.status, headers: http!.headers });
  };

  async sleep(): Promise<void> {
    await this.ask("sleep", null);
  }

  async ask<T>(what: string, request: unknown): Promise<T> {
    const { value } = await this.#outside(what, toWire(request));
    return fromWire(value) as T;
  }

  local<T extends object>(name: string): T {
    const isField = new Set(
      this.#events.flatMap((event) => ("local" in event && event.given === null ? [event.local] : [])),
    );
    return throughCalls<T>(
      (field, given) => this.#look(`${name}.${field}`, givenOnWire(given)),
      (field) => !isField.has(`${name}.${field}`),
    );
  }

  tell(name: string, value: unknown): void {
    const at = this.#told.findIndex(({ told }) => told === name);
    const recorded = at < 0 ? undefined : this.#told.splice(at, 1)[0];
    const difference = firstDifference(recorded?.value, JSON.parse(JSON.stringify(toWire(value))), name);
    if (difference === undefined) return;
    this.#deviations.push({ what: difference.path, recorded: difference.left, replayed: difference.right });
  }

  /** Waits until all answers were handed over, or nobody asks for them. */
  async settle(): Promise<void> {
    if (this.#pending.size === 0 && this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onQuiet = resolve;
      this.#schedule();
    });
  }

  /** What is not as it was recorded, what was told or asked first. */
  close(): Deviation[] {
    clearTimeout(this.#stall);
    const unasked = [...this.#asks.values(), ...this.#locals.values()].flat();
    return [
      ...this.#deviations,
      ...unasked.map((event) => ({
        what: "ask" in event ? event.what : event.local,
        recorded: "ask" in event ? event.request : event.given,
        replayed: undefined,
      })),
      ...this.#told.map(({ told, value }) => ({ what: told, recorded: value, replayed: undefined })),
    ];
  }

  #look(what: string, given: unknown): unknown {
    const key = keyOf(what, given);
    const event = this.#locals.get(key)?.shift();
    if (event === undefined) return this.ask(what, given);
    if (event.failure !== undefined) throw thrownAgain(event.failure);
    return fromWire(event.value);
  }

  async #outside(what: string, request: unknown): Promise<Answer & { ask: Ask }> {
    const ask = this.#asks.get(keyOf(what, request))?.shift();
    if (ask === undefined) {
      this.#deviations.push({ what, recorded: undefined, replayed: request });
      throw new FatalError(`not recorded: ${keyOf(what, request).slice(0, 300)}`);
    }
    this.#open.delete(ask.ask);
    await new Promise<void>((resolve) => {
      this.#pending.set(ask.ask, resolve);
      this.#schedule();
    });
    const answer = this.#answers.get(ask.ask)!;
    if (answer.failure !== undefined) throw thrownAs(ask.what, answer);
    return { ...answer, ask };
  }

  #schedule(): void {
    clearTimeout(this.#stall);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#handNext();
    });
  }

  /** The next answer, where all that was asked before it is asked by now. */
  #handNext(): void {
    const next = this.#next();
    if (next?.isAnswer && this.#pending.has(next.ask)) return this.#hand(next.ask);
    if (this.#pending.size === 0 && this.#open.size === 0) return this.#quiet();
    this.#stall = setTimeout(() => {
      const [first] = this.#pending.keys();
      if (first === undefined) this.#quiet();
      else this.#hand(first);
    }, STALL_MS);
  }

  /** The first event that has not happened yet. */
  #next(): { isAnswer: boolean; ask: number } | undefined {
    for (; this.#place < this.#order.length; this.#place++) {
      const event = this.#order[this.#place]!;
      if (event.isAnswer ? !this.#handed.has(event.ask) : this.#open.has(event.ask)) return event;
    }
    return undefined;
  }

  #hand(ask: number): void {
    this.#clock = this.#answers.get(ask)!.clock;
    this.#handed.add(ask);
    this.#pending.get(ask)!();
    this.#pending.delete(ask);
    this.#schedule();
  }

  /** @throws FatalError where the body is not what was recorded */
  #body(what: string, ref: BodyRef): Uint8Array<ArrayBuffer> {
    try {
      return new Uint8Array(this.#bodies.get(ref));
    } catch (error) {
      this.#deviations.push({
        what: `the answer to ${what}`,
        recorded: ref.sha256,
        replayed: explain(error),
      });
      throw error;
    }
  }

  #quiet(): void {
    this.#onQuiet?.();
  }
}

/** What a client makes of a failed exchange depends on its name and words alone. */
function thrownAs(what: string, { failure }: Answer): Error {
  const isHttp = /^[A-Z]+ (el|cl|send|peer|elsewhere)/.test(what);
  return isHttp ? Object.assign(new Error(failure!.message), { name: failure!.name }) : thrownAgain(failure!);
}

function listAt<K, V>(map: Map<K, V[]>, key: K): V[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}
