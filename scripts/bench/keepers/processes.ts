import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Expected } from "./syntheticState.ts";

/// What `baseline.ts` sends.
export interface Baseline {
  seconds: number;
  rssMiB: number;
  bytes: number;
  /// As Lodestar hashes it.
  root: string;
}

/// What `member.ts` sends.
export interface Member {
  seconds: number;
  /// Other processes on the machine do not lengthen it.
  cpuSeconds: number;
  rssMiB: number;
  found: Expected;
}

/// The most memory that this process has had.
export function peakMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/// A module of this folder in a process of its own.
export class Child {
  readonly #process;
  readonly #name: string;

  constructor(name: string, args: readonly string[]) {
    this.#name = name;
    const path = fileURLToPath(new URL(name, import.meta.url));
    this.#process = fork(path, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  }

  /// What it sends first.
  async answer<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#process.once("message", (message) => resolve(message as T));
      this.#process.once("error", reject);
      this.#process.once("exit", (code) =>
        reject(new Error(`${this.#name} ended with ${code ?? "a signal"}`)),
      );
    });
  }

  end(): void {
    this.#process.kill();
  }
}

/// What a process sends that ends by itself.
export async function run<T>(name: string, args: readonly string[]): Promise<T> {
  const child = new Child(name, args);
  try {
    return await child.answer<T>();
  } finally {
    child.end();
  }
}
