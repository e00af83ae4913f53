import type { KeeperClock } from "../keepers/clock.ts";

export interface JoinOptions {
  /** Asked each time: by how much the clock is wrong. */
  errorMs?: () => number;
  /** A pause of `everyMs` or more ends with its turn, so that those who look as often do not do so at once. */
  turn?: { everyMs: number; atMs: number };
}

interface Sleeper {
  untilMs: number;
  wake: () => void;
}

/** One that takes part: it works, or it sleeps until some moment. */
class Player {
  readonly sleepers = new Set<Sleeper>();
  hasLeft = false;
  /** Told whenever it lies down. */
  onSleep: () => void = () => undefined;

  get isAwake(): boolean {
    return this.sleepers.size === 0;
  }
}

/**
 * Time that stands still while anybody works. Whoever takes part has a clock of its own here; when all sleep, time may
 * move on, and those whose time has come wake. Nobody waits for a real second.
 */
export class Turns {
  readonly #chainMs: () => number;
  readonly #players = new Map<KeeperClock, Player>();

  /** @param chainMs the chain's time, milliseconds since 1970 */
  constructor(chainMs: () => number) {
    this.#chainMs = chainMs;
  }

  /** A clock for one that works from now on. */
  join({ errorMs = () => 0, turn }: JoinOptions = {}): KeeperClock {
    const player = new Player();
    const clock: KeeperClock = {
      now: () => this.#chainMs() + errorMs(),
      sleep: (ms, signal) => {
        const now = this.#chainMs();
        return this.#sleep(player, turn && ms >= turn.everyMs ? nextTurn(now, turn) : now + ms, signal);
      },
      // a node that is to be asked again within a slot: no time has to pass for that
      wait: async () => undefined,
    };
    this.#players.set(clock, player);
    return clock;
  }

  /** It takes no part any more: nobody waits for it. What it sleeps through ends at once. */
  leave(clock: KeeperClock): void {
    const player = this.#players.get(clock);
    if (player === undefined) return;
    this.#players.delete(clock);
    player.hasLeft = true;
    player.onSleep();
    for (const { wake } of player.sleepers) wake();
  }

  /** Wakes it, whatever it sleeps for. */
  rouse(clock: KeeperClock): void {
    for (const { wake } of this.#players.get(clock)?.sleepers ?? []) wake();
  }

  /**
   * Comes back when all sleep, or after so many real milliseconds.
   *
   * @returns how many were still awake
   */
  async settle(boundMs: number): Promise<number> {
    const awake = () => [...this.#players.values()].filter(({ isAwake }) => isAwake);
    const until = Date.now() + boundMs;
    for (let late = awake(); late.length > 0; late = awake()) {
      const leftMs = until - Date.now();
      if (leftMs <= 0) return late.length;
      await nextSleep(late[0]!, leftMs);
    }
    return 0;
  }

  /** Wakes those whose time has come. */
  wake(): void {
    const now = this.#chainMs();
    for (const { sleepers } of this.#players.values()) {
      for (const sleeper of sleepers) if (sleeper.untilMs <= now) sleeper.wake();
    }
  }

  async #sleep(player: Player, untilMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || player.hasLeft) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        player.sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { untilMs, wake };
      player.sleepers.add(sleeper);
      signal?.addEventListener("abort", wake);
      player.onSleep();
    });
  }
}

function nextTurn(nowMs: number, { everyMs, atMs }: { everyMs: number; atMs: number }): number {
  return nowMs + everyMs - ((((nowMs - atMs) % everyMs) + everyMs) % everyMs);
}

function nextSleep(player: Player, boundMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      player.onSleep = () => undefined;
      resolve();
    };
    const timer = setTimeout(done, boundMs);
    player.onSleep = done;
  });
}
