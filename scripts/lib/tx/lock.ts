/**
 * One writer per journal. The lock is SQLite's own, on a file beside the journal, so that others can still read and
 * leave wishes; the system lets go of it when its process ends, however that happens.
 */
import { isBusy, openDatabase, type Database } from "./sqlite.ts";

/** A keeper that starts while somebody looks whether one runs waits for that look to end. */
const PATIENCE_MS = 1000;

/** A database that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<Database>();

export interface Lock {
  release(): void;
}

/** The lock of a journal, or undefined where another process (or another part of this one) has it. */
export function takeLock(path: string, patienceMs = PATIENCE_MS): Lock | undefined {
  const database = openDatabase(`${path}.lock`, patienceMs);
  try {
    database.exec("BEGIN IMMEDIATE");
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  held.add(database);
  const release = () => {
    database.close();
    held.delete(database);
  };
  return { release };
}

/** Whether a keeper has the journal open. */
export function hasWriter(path: string): boolean {
  const lock = takeLock(path, 0);
  lock?.release();
  return lock === undefined;
}
