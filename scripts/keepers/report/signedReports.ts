import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Report } from "../../actions/buildReport.ts";
import { FatalError } from "../../lib/errors.ts";
import { stableStringify } from "../../lib/json.ts";
import type { Published } from "./body.ts";
import { publishedSchema } from "./body.ts";

/** A second report of a frame that was to be signed: two signatures of a frame cost the member its bond. */
export class WouldEquivocateError extends FatalError {}

/** The key has signed what is not in the record: it is used elsewhere, or the record is not whole. */
export class SigningStoppedError extends FatalError {}

/** A report of a time before the record: what the key signed then is not in it. */
export class OlderThanRecordError extends FatalError {}

/** What a member is about to sign, and for which oracle. */
export interface ToSign {
  oracle: string;
  signer: string;
  digest: string;
  report: Report;
  /** When its reference slot began: seconds since 1970. */
  refTime: number;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS signed (oracle TEXT, signer TEXT, ref_slot INTEGER, digest TEXT NOT NULL, body TEXT, PRIMARY KEY (oracle, signer, ref_slot)) STRICT;
  CREATE TABLE IF NOT EXISTS record (id INTEGER PRIMARY KEY CHECK (id = 0), begun_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS stopped (signer TEXT PRIMARY KEY, reason TEXT NOT NULL) STRICT;
`;

/**
 * What a member has signed, one report for each oracle and reference slot, for ever. It is on the disk before anyone can see
 * the signature: whoever restarts, or restores a node that answers otherwise, signs the same report again or none.
 *
 * Keep it with the key. A new one signs nothing of the time before it; and a signature of the key that is not in it stops
 * the key here, until somebody says that it is used nowhere else.
 */
export class SignedReports {
  /** Earlier boundaries are not signed: seconds since 1970, of the chain's time. */
  readonly begunAt: number;
  readonly #database: DatabaseSync;

  /**
   * @param path of the file; `:memory:` for tests
   * @param now the chain's time, where the record is new: seconds since 1970
   */
  constructor(path: string, now: number) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(SCHEMA);
    if (path !== ":memory:") chmodSync(path, 0o600);
    // one with rows and without a beginning is whole: it was made before beginnings were kept
    this.#database
      .prepare("INSERT OR IGNORE INTO record SELECT 0, iif(EXISTS (SELECT 1 FROM signed), 0, ?)")
      .run(Math.floor(now));
    this.begunAt = Number(this.#database.prepare("SELECT begun_at FROM record").get()!.begun_at);
  }

  /**
   * The signature of a report: the one that was kept, or a new one, which is kept first.
   *
   * @throws WouldEquivocateError where another report of that slot was signed, or is about to be
   * @throws SigningStoppedError where the key was stopped; OlderThanRecordError where the slot is from before the record
   */
  async sign({ refTime, ...vote }: ToSign, sign: () => Promise<string>): Promise<Published> {
    const { signer, digest, report } = vote;
    const reason = this.stopped(signer);
    if (reason !== undefined) throw new SigningStoppedError(reason);
    const key = keyOf(vote);
    if (refTime < this.begunAt && this.#row(key) === undefined) {
      throw new OlderThanRecordError(
        `slot ${report.refSlot} is of time ${refTime}, before the record of what was signed, which begins at ${this.begunAt}`,
      );
    }
    // the digest alone binds: it is kept before the key is asked
    this.#keep(key, digest);
    const kept = this.#row(key)!;
    if (kept.digest !== digest) {
      throw new WouldEquivocateError(
        `another report of slot ${report.refSlot} was signed with ${signer}: ${kept.digest}, not ${digest}`,
      );
    }
    if (kept.body !== null) return parsed(kept.body);
    const published = { signer, report, signature: await sign() };
    this.#database
      .prepare("UPDATE signed SET body = ? WHERE oracle = ? AND signer = ? AND ref_slot = ?")
      .run(stableStringify(published), ...key);
    return published;
  }

  /**
   * A vote that was seen of one's own key. One that is not in the record stops the key, and is kept, so that it binds as if
   * it had been made here.
   *
   * @throws SigningStoppedError where it is not in the record
   */
  requireOwn(vote: Omit<ToSign, "refTime">): void {
    const { signer, digest, report } = vote;
    const key = keyOf(vote);
    if (this.#row(key)?.digest === digest) return;
    const reason = `${signer} has signed a report of slot ${report.refSlot} that is not in the record: ${digest}`;
    this.#database
      .prepare("INSERT OR IGNORE INTO stopped (signer, reason) VALUES (?, ?)")
      .run(signer.toLowerCase(), reason);
    this.#keep(key, digest);
    throw new SigningStoppedError(reason);
  }

  /** Why that key signs nothing here; undefined where it does. */
  stopped(signer: string): string | undefined {
    const row = this.#database
      .prepare("SELECT reason FROM stopped WHERE signer = ?")
      .get(signer.toLowerCase()) as { reason: string } | undefined;
    return row?.reason;
  }

  /** Why keys sign nothing here: a line for each that was stopped. */
  allStopped(): string[] {
    const rows = this.#database.prepare("SELECT reason FROM stopped ORDER BY signer").all();
    return (rows as { reason: string }[]).map(({ reason }) => reason);
  }

  /** Lets stopped keys sign again: a person knows that they are used nowhere else. */
  resume(): void {
    this.#database.exec("DELETE FROM stopped");
  }

  /** What was signed for a slot by whichever key, for that oracle: to be published. */
  published(oracle: string, refSlot: number): Published[] {
    const rows = this.#database
      .prepare(
        "SELECT body FROM signed WHERE oracle = ? AND ref_slot = ? AND body IS NOT NULL ORDER BY signer",
      )
      .all(oracle.toLowerCase(), refSlot) as { body: string }[];
    return rows.map(({ body }) => parsed(body));
  }

  close(): void {
    this.#database.close();
  }

  #keep(key: Key, digest: string): void {
    this.#database
      .prepare("INSERT OR IGNORE INTO signed (oracle, signer, ref_slot, digest) VALUES (?, ?, ?, ?)")
      .run(...key, digest);
  }

  #row(key: Key): { digest: string; body: string | null } | undefined {
    return this.#database
      .prepare("SELECT digest, body FROM signed WHERE oracle = ? AND signer = ? AND ref_slot = ?")
      .get(...key) as { digest: string; body: string | null } | undefined;
  }
}

type Key = readonly [oracle: string, signer: string, refSlot: number];

function keyOf({ oracle, signer, report }: Pick<ToSign, "oracle" | "signer" | "report">): Key {
  return [oracle.toLowerCase(), signer.toLowerCase(), Number(report.refSlot)];
}

function parsed(body: string): Published {
  return publishedSchema.parse(JSON.parse(body));
}
