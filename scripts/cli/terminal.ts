import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { FatalError } from "../lib/errors.ts";

const ALTERNATE_SCREEN = "\x1b[?1049h\x1b[2J\x1b[H";
const NORMAL_SCREEN = "\x1b[?1049l";

/// Nobody answered, or said no: nothing was done.
export class UnansweredError extends FatalError {}

/// Where a person can be asked.
export interface Terminal {
  /// Whether there is a person to see and to answer.
  readonly isThere: boolean;
  write(text: string): void;
  /// An answer of one line. Hidden: it is not shown while it is typed.
  ask(question: string, options?: { hidden?: boolean }): Promise<string>;
}

/// The terminal that this process was started from. Questions go to stderr, so that stdout stays data.
export const processTerminal: Terminal = {
  get isThere() {
    return process.stdin.isTTY && process.stderr.isTTY;
  },
  write: (text) => void process.stderr.write(text),
  async ask(question, { hidden = false } = {}) {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const output = hidden ? nowhere : process.stderr;
    const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
    if (hidden) process.stderr.write(question);
    try {
      return await new Promise<string>((resolve, reject) => {
        lines.once("close", () => reject(new UnansweredError("nobody answered: nothing was done")));
        lines.question(hidden ? "" : question).then(resolve, reject);
      });
    } finally {
      lines.close();
      if (hidden) process.stderr.write("\n");
    }
  },
};

/// Runs `action` on a screen of its own, which leaves nothing in the terminal's memory of lines.
export async function onOwnScreen<T>(terminal: Terminal, action: () => Promise<T>): Promise<T> {
  terminal.write(ALTERNATE_SCREEN);
  try {
    return await action();
  } finally {
    terminal.write(NORMAL_SCREEN);
  }
}
