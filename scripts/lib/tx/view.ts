/** What everybody may do with a journal: look, and leave a wish for its keeper. */
import { existsSync } from "node:fs";
import { ConfigurationError } from "../errors.ts";
import type { Boundary, OnBoundary, Write } from "./boundaries.ts";
import { steadyClock, type Clock } from "./clock.ts";
import { attemptOf, intentOf, wishOf, type Row } from "./rows.ts";
import { migrate } from "./schema.ts";
import { openDatabase, whole, type Database } from "./sqlite.ts";
import { isEnd, STATES, type Attempt, type Intent, type State, type Wish } from "./types.ts";

export interface JournalOptions {
  /** Default: steady. */
  clock?: Clock;
  onBoundary?: OnBoundary;
}

export type Value = string | number | null;

/** Writers of different processes meet only for the time of one small transaction. */
const BUSY_MS = 5000;
/** As a list, so that SQLite finds them by its index of states. */
const OPEN = `state IN (${STATES.filter((state) => !isEnd(state))
  .map((state) => `'${state}'`)
  .join(", ")})`;

export class JournalView {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  protected readonly clock: Clock;
  protected readonly database: Database;
  readonly #onBoundary: OnBoundary;

  protected constructor(
    path: string,
    mayChange: boolean,
    { clock = steadyClock(), onBoundary = () => undefined }: JournalOptions,
  ) {
    this.path = path;
    this.clock = clock;
    this.now = clock.now;
    this.#onBoundary = onBoundary;
    this.database = openDatabase(path, BUSY_MS);
    try {
      this.database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
      migrate(this.database, path, mayChange);
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  /**
   * A keeper may have it open.
   * @throws ConfigurationError where it is not there
   */
  static look(path: string, options: JournalOptions = {}): JournalView {
    if (!existsSync(path)) {
      throw new ConfigurationError({
        setting: "journal",
        problem: "is not there",
        value: path,
        example: "keeper.sqlite",
      });
    }
    return new JournalView(path, false, options);
  }

  close(): void {
    this.database.close();
  }

  /** Marks a place at which the process may end. */
  at(boundary: Boundary): void {
    this.#onBoundary(boundary);
  }

  /** Left for the keeper. */
  wish(key: string, wish: Wish["wish"]): void {
    this.write("wish", () => this.insert("wishes", { key, wish, asked_ms: this.now() }));
  }

  /** Process of the keeper that opened it last. */
  lastWriter(): number | undefined {
    return this.rows("SELECT pid FROM writer")[0]?.pid as number | undefined;
  }

  get(key: string): Intent | undefined {
    const row = this.rows("SELECT * FROM intents WHERE key = ?", key)[0];
    return row === undefined ? undefined : intentOf(row);
  }

  /** In the order in which they were planned. */
  intents(which: "open" | "all"): Intent[] {
    const filter = which === "open" ? `WHERE ${OPEN}` : "";
    return this.rows(`SELECT * FROM intents ${filter} ORDER BY position`).map(intentOf);
  }

  /** How many intents there are in each state that any is in. */
  counts(): Map<State, number> {
    const rows = this.rows("SELECT state, COUNT(*) AS count FROM intents GROUP BY state");
    return new Map(rows.map(({ state, count }) => [state as State, count as number]));
  }

  /** Signed bytes of an intent, oldest first; those whose nonce is gone for good only with "all". */
  attempts(key: string, which: "live" | "all" = "live"): Attempt[] {
    const filter = which === "live" ? "AND is_void = 0" : "";
    return this.rows(`SELECT * FROM attempts WHERE key = ? ${filter} ORDER BY position`, key).map(attemptOf);
  }

  /** Wishes that nobody has answered, oldest first. */
  wishes(): Wish[] {
    return this.rows("SELECT * FROM wishes WHERE answer IS NULL ORDER BY id").map(wishOf);
  }

  wishesFor(key: string): Wish[] {
    return this.rows("SELECT * FROM wishes WHERE key = ? ORDER BY id", key).map(wishOf);
  }

  /** Nonces that open intents have. */
  nonces(): Set<number> {
    const rows = this.rows(`SELECT nonce FROM intents WHERE ${OPEN} AND nonce IS NOT NULL`);
    return new Set(rows.map(({ nonce }) => nonce as number));
  }

  /** The lowest nonce above all that were seen in a block. */
  nonceAfterSeen(): number {
    const [row] = this.rows(
      `SELECT max(
         ifnull((SELECT max(nonce) FROM intents WHERE cost_wei IS NOT NULL), -1),
         ifnull((SELECT max(nonce) FROM intents WHERE state = 'mined'), -1)
       ) AS nonce`,
    );
    return (row!.nonce as number) + 1;
  }

  /** What was spent since then, value included, and what open intents may still cost at most. */
  spentWei(sinceMs: number): bigint {
    const ended = this.rows(
      "SELECT cost_wei FROM intents WHERE cost_wei IS NOT NULL AND updated_ms > ?",
      sinceMs,
    );
    const spent = ended.reduce((sum, row) => sum + BigInt(row.cost_wei as string), 0n);
    return this.intents("open").reduce((sum, intent) => sum + this.reservedWei(intent), spent);
  }

  /** The most that what is signed for an intent can cost. */
  reservedWei(intent: Intent): bigint {
    return this.attempts(intent.key)
      .map(
        ({ purpose, gasLimit, maxFeeWei }) =>
          gasLimit * maxFeeWei + (purpose === "action" ? intent.valueWei : 0n),
      )
      .reduce((most, cost) => (cost > most ? cost : most), 0n);
  }

  /** One change, whole or not at all. */
  protected write(name: Write, change: () => void): void {
    this.at(`before: ${name}`);
    whole(this.database, change);
    this.at(`after: ${name}`);
  }

  protected insert(table: string, row: Record<string, Value>, orElse = ""): void {
    const names = Object.keys(row);
    const places = names.map(() => "?").join(", ");
    const sql = `INSERT INTO ${table} (${names.join(", ")}) VALUES (${places}) ${orElse}`;
    this.run(sql, ...Object.values(row));
  }

  protected run(sql: string, ...values: Value[]): void {
    this.database.prepare(sql).run(...values);
  }

  protected rows(sql: string, ...values: Value[]): Row[] {
    return this.database.prepare(sql).all(...values) as Row[];
  }
}
