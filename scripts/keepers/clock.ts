import { setTimeout as delay } from "node:timers/promises";

/** Time as a keeper sees it: for pauses, ages and limits. */
export interface KeeperClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Comes back after so many milliseconds, or at once when the signal is given. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Comes back after so many milliseconds, before a node is asked again. */
  wait(ms: number): Promise<void>;
}

/** This machine's. */
export const MACHINE_CLOCK: KeeperClock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
  wait: (ms) => delay(ms),
};
