import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Report } from "../../actions/buildReport.ts";
import { FatalError } from "../../lib/errors.ts";
import { stableStringify } from "../../lib/json.ts";
import type { Published } from "./body.ts";
import { publishedSchema } from "./body.ts";

/** A second report of a frame that was to be signed: two signatures of a frame cost the member its bond. */
export class WouldEquivocateError extends FatalError {}

/**
 * What a member has signed, one report for each reference slot, for ever. It is on the disk before anyone can see the
 * signature: whoever restarts, or restores a node that answers otherwise, signs the same report again or none.
 *
 * Keep it with the key. Who runs one key with two of these has no protection.
 */
export class SignedReports {
  readonly #database: DatabaseSync;

  /** @param path of the file; `:memory:` for tests */
  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;");
    this.#database.exec(
      "CREATE TABLE IF NOT EXISTS signed (oracle TEXT, signer TEXT, ref_slot INTEGER, digest TEXT NOT NULL, body TEXT, PRIMARY KEY (oracle, signer, ref_slot)) STRICT",
    );
    if (path !== ":memory:") chmodSync(path, 0o600);
  }

  /**
   * The signature of a report: the one that was kept, or a new one, which is kept first.
   *
   * @throws WouldEquivocateError where another report of that slot was signed, or is about to be
   */
  async sign(
    { oracle, signer, digest, report }: { oracle: string; signer: string; digest: string; report: Report },
    sign: () => Promise<string>,
  ): Promise<Published> {
    const key = [oracle.toLowerCase(), signer.toLowerCase(), Number(report.refSlot)] as const;
    // the digest alone binds: it is kept before the key is asked
    this.#database
      .prepare("INSERT OR IGNORE INTO signed (oracle, signer, ref_slot, digest) VALUES (?, ?, ?, ?)")
      .run(...key, digest);
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

  #row(key: readonly [string, string, number]): { digest: string; body: string | null } | undefined {
    return this.#database
      .prepare("SELECT digest, body FROM signed WHERE oracle = ? AND signer = ? AND ref_slot = ?")
      .get(...key) as { digest: string; body: string | null } | undefined;
  }
}

function parsed(body: string): Published {
  return publishedSchema.parse(JSON.parse(body));
}
