/** Tables of a journal. A new version appends one script; a journal of a newer program is refused. */
import { FatalError } from "../errors.ts";
import { whole, type Database } from "./sqlite.ts";

const MIGRATIONS = [
  `
  CREATE TABLE account (
    id INTEGER PRIMARY KEY CHECK (id = 1), address TEXT NOT NULL, chain_id TEXT NOT NULL
  ) STRICT;
  CREATE TABLE writer (
    id INTEGER PRIMARY KEY CHECK (id = 1), pid INTEGER NOT NULL, since_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE intents (
    position INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    job TEXT NOT NULL,
    to_address TEXT NOT NULL,
    data TEXT NOT NULL,
    value_wei TEXT NOT NULL,
    urgency TEXT NOT NULL,
    deadline_ms INTEGER,
    least_gas TEXT,
    state TEXT NOT NULL,
    is_noop INTEGER NOT NULL,
    cancelling TEXT,
    note TEXT,
    nonce INTEGER,
    gas_limit TEXT,
    simulated_ms INTEGER,
    mined_hash TEXT,
    mined_number INTEGER,
    mined_block TEXT,
    cost_wei TEXT,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX one_intent_per_nonce ON intents (nonce)
    WHERE state IN ('planned', 'simulated', 'signed', 'broadcast', 'mined');
  CREATE TABLE attempts (
    position INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    key TEXT NOT NULL REFERENCES intents (key),
    purpose TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    raw TEXT NOT NULL,
    gas_limit TEXT NOT NULL,
    max_fee_wei TEXT NOT NULL,
    max_priority_fee_wei TEXT NOT NULL,
    signed_ms INTEGER NOT NULL,
    signed_block INTEGER NOT NULL,
    sent_ms INTEGER,
    answer TEXT,
    is_void INTEGER NOT NULL DEFAULT 0,
    UNIQUE (key, hash)
  ) STRICT;
  CREATE TABLE wishes (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL REFERENCES intents (key),
    wish TEXT NOT NULL,
    asked_ms INTEGER NOT NULL,
    answer TEXT
  ) STRICT;
  `,
  `
  ALTER TABLE intents ADD COLUMN data_hash TEXT;
  ALTER TABLE attempts ADD COLUMN is_taken INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE attempts ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
  UPDATE attempts SET is_taken = 1 WHERE sent_ms IS NOT NULL;
  CREATE INDEX intents_by_state ON intents (state);
  CREATE INDEX intents_by_end ON intents (updated_ms) WHERE cost_wei IS NOT NULL;
  CREATE INDEX intents_by_used_nonce ON intents (nonce) WHERE cost_wei IS NOT NULL;
  CREATE INDEX intents_with_data ON intents (updated_ms) WHERE data_hash IS NULL;
  CREATE INDEX wishes_without_answer ON wishes (id) WHERE answer IS NULL;
  CREATE TABLE probe (id INTEGER PRIMARY KEY CHECK (id = 1), bytes BLOB NOT NULL) STRICT;
  `,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a journal to this version; `mayChange` false only looks.
 * @throws FatalError on a newer one, or an older one that may not be changed
 */
export function migrate(database: Database, path: string, mayChange: boolean): void {
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version > SCHEMA_VERSION) {
    throw new FatalError(
      `the journal ${path} has version ${version}, and this program knows ${SCHEMA_VERSION}: use the newer program`,
    );
  }
  if (version === SCHEMA_VERSION) return;
  if (!mayChange) throw new FatalError(`the file ${path} is no journal of version ${SCHEMA_VERSION}`);
  whole(database, () => {
    for (const script of MIGRATIONS.slice(version)) database.exec(script);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}
