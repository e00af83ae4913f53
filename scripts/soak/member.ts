import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { SECONDS_PER_SLOT } from "../devnet/config.ts";
import { startFaultyProxy, type FaultyProxy } from "../devnet/faults/faultyProxy.ts";
import type { KeeperClock } from "../keepers/clock.ts";
import { startKeeper, type Keeper } from "../keepers/keeper.ts";
import { KEEPER_SETTINGS, type KeeperSettings } from "../keepers/settings.ts";
import { explain } from "../lib/errors.ts";
import { createLogger } from "../lib/logger.ts";
import { resolveSettings } from "../lib/settings/resolve.ts";
import { clockError, faultsOf } from "./injected.ts";
import type { PlannedFault } from "./schedule.ts";
import type { Turns } from "./turns.ts";

export interface SoakMemberOptions {
  index: number;
  /** Its own: state, journal and log. */
  folder: string;
  /** Whether it writes its cycles down there. */
  record: boolean;
  servers: { rpcUrl: string; beaconUrl: string };
  /** How many nodes of each kind it asks. */
  nodes: { beacon: number; execution: number };
  /** `KEDGE_…`: keys, deployment, peers, ports. */
  env: NodeJS.ProcessEnv;
  turns: Turns;
}

/** What its log says, counted. */
export interface Told {
  retries: number;
  /** Lines that ask for a person, and how often each came. */
  failures: Map<string, number>;
}

const MAX_TEXT = 200;
/** Of each job and outcome: more than there are in a frame. */
const RECORDED_CYCLES = 20;

/** A member of the committee: a keeper with a key, a state folder and nodes of its own, that can be killed. */
export class SoakMember {
  readonly index: number;
  readonly told: Told = { retries: 0, failures: new Map() };
  readonly settings: KeeperSettings;
  readonly #options: SoakMemberOptions;
  readonly #beacon: FaultyProxy[];
  readonly #execution: FaultyProxy[];
  readonly #log: WriteStream;
  #clockErrorMs = 0;
  #endedBy: string | undefined;
  #running: { keeper: Keeper; clock: KeeperClock; stop: AbortController } | undefined;

  private constructor(options: SoakMemberOptions, beacon: FaultyProxy[], execution: FaultyProxy[]) {
    this.index = options.index;
    this.#options = options;
    this.#beacon = beacon;
    this.#execution = execution;
    mkdirSync(options.folder, { recursive: true });
    this.#log = createWriteStream(join(options.folder, "keeper.log"));
    const env = {
      ...options.env,
      KEDGE_EL_URLS: execution.map(({ url }) => url).join(","),
      KEDGE_CL_URLS: beacon.map(({ url }) => url).join(","),
      KEDGE_STATE_FOLDER: join(options.folder, "state"),
      KEDGE_HEALTH_PORT: "0",
      ...(options.record
        ? { KEDGE_RECORD_FOLDER: options.folder, KEDGE_RECORD_CYCLES: String(RECORDED_CYCLES) }
        : {}),
    };
    this.settings = resolveSettings(KEEPER_SETTINGS, { env }).values;
  }

  static async open(options: SoakMemberOptions): Promise<SoakMember> {
    const { nodes, servers, index } = options;
    const proxies = async (count: number, serves: "beacon" | "execution", target: string) =>
      Promise.all(
        Array.from({ length: count }, (_, i) =>
          startFaultyProxy({ target, serves, seed: 100 * index + i + 1 }),
        ),
      );
    return new SoakMember(
      options,
      await proxies(nodes.beacon, "beacon", servers.beaconUrl),
      await proxies(nodes.execution, "execution", servers.rpcUrl),
    );
  }

  get folder(): string {
    return this.#options.folder;
  }

  get journalPath(): string {
    return join(this.settings.stateFolder, "transactions.sqlite");
  }

  /** Why it ended though nobody wanted that. */
  get endedBy(): string | undefined {
    return this.#endedBy;
  }

  /** Starts it from its folder. */
  async start(): Promise<void> {
    const { turns } = this.#options;
    const clock = turns.join({
      errorMs: () => this.#clockErrorMs,
      turn: { everyMs: this.settings.pollSeconds * 1_000, atMs: this.index * SECONDS_PER_SLOT * 1_000 },
    });
    const stop = new AbortController();
    // what is killed says no more
    const stream = { write: (line: string) => (stop.signal.aborted ? undefined : this.#note(line)) };
    const log = createLogger({ level: "info", json: true, stream });
    try {
      const keeper = await startKeeper(this.settings, log, clock);
      void keeper
        .run(stop.signal)
        .catch((error: unknown) => {
          // what is killed ends in some error or other
          if (!stop.signal.aborted) this.#endedBy = explain(error);
        })
        .finally(() => turns.leave(clock));
      this.#running = { keeper, clock, stop };
    } catch (error) {
      turns.leave(clock);
      throw error;
    }
  }

  /**
   * Without grace: what it has open is closed under its hands, whatever it is doing.
   *
   * @param steps it is roused before, and works for so many turns of the event loop
   */
  async kill(steps = 0): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    if (steps > 0) this.#options.turns.rouse(running.clock);
    for (let i = 0; i < steps; i++) await nextTurn();
    this.#running = undefined;
    running.stop.abort();
    await running.keeper.close();
    this.#options.turns.leave(running.clock);
  }

  /** Ends it, and lets go of everything. */
  async close(): Promise<void> {
    await this.kill();
    await Promise.all([...this.#beacon, ...this.#execution].map((proxy) => proxy.close()));
    await new Promise<void>((done) => this.#log.end(() => done()));
  }

  /** What is done by its nodes, and by its clock, from now on. */
  suffer(fault: PlannedFault): void {
    const { kind, node, form } = fault;
    const proxies = kind.startsWith("beacon-") ? this.#beacon : this.#execution;
    if (kind === "clock") {
      this.#clockErrorMs = clockError(form) * 1_000;
      for (const proxy of [...this.#beacon, ...this.#execution]) proxy.set(...faultsOf(fault));
    } else proxies[node]?.set(...faultsOf(fault));
  }

  /** All is well again. */
  recover(): void {
    this.#clockErrorMs = 0;
    for (const proxy of [...this.#beacon, ...this.#execution]) proxy.set();
  }

  #note(line: string): void {
    this.#log.write(line);
    const { level, msg, err, job } = JSON.parse(line) as {
      level: string;
      msg?: string;
      job?: string;
      err?: { message?: string };
    };
    if (msg === "later") this.told.retries++;
    if (level === "error") {
      const [problem = ""] = (err?.message ?? "").split(" (action=", 1);
      const text = `${job ?? "keeper"}: ${msg ?? ""}${problem && `: ${problem.slice(0, MAX_TEXT)}`}`;
      this.told.failures.set(text, (this.told.failures.get(text) ?? 0) + 1);
    }
  }
}
