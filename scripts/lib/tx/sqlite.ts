/** The database of Node itself. Node 22.12 hides it behind a flag, and Node 22 warns that it may change. */
import type * as sqlite from "node:sqlite";
import { ConfigurationError } from "../errors.ts";

export type Database = sqlite.DatabaseSync;

/** SQLite's code for "somebody else has the lock". */
const BUSY = 5;

/**
 * @param busyMs how long to wait for a lock of somebody else
 * @throws ConfigurationError where this Node has no SQLite, or the file is no database
 */
export function openDatabase(path: string, busyMs: number): Database {
  const { DatabaseSync } = load();
  try {
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${busyMs}; PRAGMA foreign_keys = ON`);
    database.exec("SELECT count(*) FROM sqlite_schema");
    return database;
  } catch (error) {
    throw new ConfigurationError(
      {
        setting: "journal",
        problem: "cannot be opened as a database",
        value: path,
        example: "keeper.sqlite, in a folder that is there",
      },
      { cause: error },
    );
  }
}

/** One change, whole or not at all. @throws what `change` throws, or the database where it takes no more */
export function whole(database: Database, change: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    change();
    database.exec("COMMIT");
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // on a full disk the database has undone it by itself, and there is nothing left to undo
    }
    throw error;
  }
}

/** True where an error says that another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  return (error as { errcode?: unknown } | undefined)?.errcode === BUSY;
}

function load(): typeof sqlite {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  let found: typeof sqlite | undefined;
  try {
    found = process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
  if (found !== undefined) return found;
  throw new ConfigurationError({
    setting: "Node",
    problem: "has no SQLite without a flag",
    value: process.version,
    example: "Node 22.13 or later, or NODE_OPTIONS=--experimental-sqlite",
  });
}
