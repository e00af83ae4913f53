/** Between a cycle and all that is outside of it: a tape takes down what goes through, or plays what was taken down. */
import { stableStringify } from "../../lib/json.ts";
import { toWire } from "./wire.ts";

export interface Tape {
  /** The machine's clock in milliseconds since 1970. It stands still between two answers. */
  now(): number;
  /** For nodes and peers. */
  fetch: typeof fetch;
  sleep(ms: number): Promise<void>;
  /**
   * Somebody outside does something, or says something.
   *
   * @param request what is wanted, with nothing secret in it
   */
  ask<T>(what: string, request: unknown, run: () => Promise<T>): Promise<T>;
  /** An object of this machine, whose answers are inputs like any other: what is on the disk, or remembered. */
  local<T extends object>(name: string, object: T): T;
  /** What the cycle came to: compared when it is played again. */
  tell(name: string, value: unknown): void;
}

/** What makes two questions the same. */
export function keyOf(what: string, request: unknown): string {
  return `${what} ${stableStringify(request)}`;
}

/** An object whose methods and fields all go through `call`; those of symbols are not there. */
export function throughCalls<T extends object>(
  call: (field: string, given: unknown[] | undefined) => unknown,
  isMethod: (field: string) => boolean,
): T {
  return new Proxy({} as T, {
    get(_, field) {
      if (typeof field === "symbol" || field === "then") return undefined;
      if (!isMethod(field)) return call(field, undefined);
      return (...given: unknown[]) => call(field, given);
    },
  });
}

/** What was given to a method, without the functions. */
export function givenOnWire(given: unknown[] | undefined): unknown {
  return given === undefined ? null : toWire(given.filter((each) => typeof each !== "function"));
}
