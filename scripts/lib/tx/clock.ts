/**
 * Time that a machine's clock cannot shake. Within a process it goes on by a counter that never jumps; from one process to
 * the next by the time of blocks. It never goes back, and follows neither the machine's clock nor blocks alone.
 */

export interface Clock {
  /** Milliseconds since 1970. */
  now: () => number;
  /** The newest block has this time, and the journal was last written at that one; both in milliseconds since 1970. */
  see?: (blockMs: number, lastMs: number) => void;
}

export interface ClockParts {
  /** The machine's clock, which people and programs set. Milliseconds since 1970. */
  wall?: () => number;
  /** Counts up evenly, from anywhere. Milliseconds. */
  counter?: () => number;
}

/** A first block that is further ahead of the machine's clock tells of nothing. */
const MOST_AHEAD_MS = 3_600_000;

/** By the machine's clock until the first block is seen. */
export function steadyClock({ wall = Date.now, counter = () => performance.now() }: ClockParts = {}): Clock {
  let startMs = wall();
  let startedAt = counter();
  let hasSeen = false;
  const now = () => Math.floor(startMs + counter() - startedAt);
  const set = (ms: number) => {
    startMs = ms;
    startedAt = counter();
  };
  return {
    now,
    see(blockMs, lastMs) {
      const own = now();
      if (!hasSeen) set(Math.max(lastMs, Math.min(blockMs, wall() + MOST_AHEAD_MS)));
      // a machine that slept: two of three say so
      else set(Math.max(own, middle(own, wall(), blockMs)));
      hasSeen = true;
    },
  };
}

function middle(...three: [number, number, number]): number {
  return three.toSorted((a, b) => a - b)[1]!;
}
