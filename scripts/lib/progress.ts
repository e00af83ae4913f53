/**
 * Shows what a long command is doing. On a terminal one live line with a spinner and the time that has
 * passed; elsewhere (a pipe, a log of CI) one plain line per finished step. Writes to stderr only, so that
 * data on stdout stays clean.
 */
import { stripVTControlCharacters } from "node:util";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const CLEAR_LINE = "\r\x1b[2K";
const FRAME_MS = 100;

export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOptions {
  /** Default: `process.stderr`. */
  stream?: ProgressStream;
  /** Default: whether the stream is a terminal that can move its cursor. */
  live?: boolean;
  /** Default: terminal without NO_COLOR. */
  color?: boolean;
  /** Milliseconds; default `Date.now`. */
  now?: () => number;
}

export interface Step {
  /** Replaces what stands behind the title; shown on a terminal only. */
  update(detail: string): void;
  /** Ends the step well; `detail` is appended to its line. */
  succeed(detail?: string): void;
  /** Ends the step badly. */
  fail(detail?: string): void;
}

export class Progress {
  readonly #stream: ProgressStream;
  readonly #live: boolean;
  readonly #color: boolean;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;
  /** The running step, innermost last. Only the innermost is on the live line. */
  readonly #running: { title: string; detail: string; startedMs: number }[] = [];

  constructor(options: ProgressOptions = {}, env: NodeJS.ProcessEnv = process.env) {
    this.#stream = options.stream ?? process.stderr;
    this.#live = options.live ?? (this.#stream.isTTY === true && env.TERM !== "dumb");
    this.#color = options.color ?? (this.#live && !env.NO_COLOR);
    this.#now = options.now ?? Date.now;
  }

  /** Begins a step. A step begun inside another one takes over the live line until it ends. */
  start(title: string): Step {
    const step = { title, detail: "", startedMs: this.#now() };
    this.#running.push(step);
    this.#draw();
    if (this.#live && this.#timer === undefined) {
      this.#timer = setInterval(() => this.#draw(), FRAME_MS);
      this.#timer.unref(); // a forgotten step must not keep the process alive
    }
    const end = (mark: string, detail = "") => {
      const position = this.#running.indexOf(step);
      if (position < 0) return; // ended already
      this.#running.splice(position, 1);
      this.write(`${mark} ${title}${detail && ` · ${detail}`} (${elapsed(this.#now() - step.startedMs)})\n`);
      if (this.#running.length === 0) this.#stop();
    };
    return {
      update: (detail) => {
        step.detail = detail;
        this.#draw();
      },
      succeed: (detail) => end(this.#paint(32, "✓"), detail),
      fail: (detail) => end(this.#paint(31, "✗"), detail),
    };
  }

  /** Runs `action` as one step: ends well when it resolves, badly (with the message) when it throws. */
  async run<T>(title: string, action: (step: Step) => T | Promise<T>): Promise<T> {
    const step = this.start(title);
    try {
      const result = await action(step);
      step.succeed();
      return result;
    } catch (error) {
      step.fail(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** Prints whole lines above the live line: what a logger that shares stderr must write through. */
  write(text: string): void {
    if (this.#live) this.#stream.write(CLEAR_LINE);
    this.#stream.write(text);
    this.#draw();
  }

  #draw(): void {
    const step = this.#running.at(-1);
    if (!this.#live || step === undefined) return;
    this.#frame = (this.#frame + 1) % FRAMES.length;
    const tail = ` ${elapsed(this.#now() - step.startedMs)}`;
    const room = Math.max(10, (this.#stream.columns ?? 80) - tail.length - 3);
    // One line must stay one line: where it wraps, it can no longer be erased.
    const text = shorten(
      stripVTControlCharacters(step.detail ? `${step.title} · ${step.detail}` : step.title),
      room,
    );
    this.#stream.write(
      `${CLEAR_LINE}${this.#paint(36, FRAMES[this.#frame]!)} ${text}${this.#paint(2, tail)}`,
    );
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#live) this.#stream.write(CLEAR_LINE);
  }

  #paint(code: number, text: string): string {
    return this.#color ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** A duration for people: "0.4 s", "12.3 s", "2 min 05 s". */
export function elapsed(ms: number): string {
  if (ms < 60_000) return `${(Math.floor(Math.max(0, ms) / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

function shorten(text: string, room: number): string {
  const characters = [...text.replaceAll(/\s+/g, " ")];
  return characters.length <= room ? characters.join("") : `${characters.slice(0, room - 1).join("")}…`;
}
