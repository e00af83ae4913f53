/**
 * Files that appear together or not at all, and replace nothing.
 *
 * They are written into a hidden folder beside their place, reach the disk, and are read back from there; `publish`
 * links each to its name, which fails where the name is taken. Whatever goes wrong before, `close` takes all of it away.
 */
import { link, lstat, mkdir, mkdtemp, open, readFile, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError, explain, FatalError } from "../errors.ts";

/** Something is left behind that only a person can judge. */
export class LeftBehindError extends FatalError {}

export class FileBatch {
  readonly #folder: string;
  /** Where the files are until they are published. */
  readonly #hidden: string;
  readonly #madeFolder: boolean;
  readonly #names: string[] = [];
  #isPublished = false;

  private constructor(folder: string, hidden: string, madeFolder: boolean) {
    this.#folder = folder;
    this.#hidden = hidden;
    this.#madeFolder = madeFolder;
  }

  /**
   * @param folder made with mode 0700 where it is not there; what is above it must be
   * @param names of all files to come
   * @throws FatalError naming the first that exists already
   */
  static async open(folder: string, names: readonly string[]): Promise<FileBatch> {
    await requireFree(folder, names);
    const madeFolder = await makeFolder(folder);
    const hidden = await mkdtemp(join(folder, ".kedge-")).catch((error: unknown) => {
      throw new FatalError(`cannot write in ${folder}`, { cause: error });
    });
    return new FileBatch(folder, hidden, madeFolder);
  }

  /** Writes a file with `mode`, to the disk. It is not at its place yet. */
  async write(name: string, text: string, mode: number): Promise<void> {
    this.#names.push(name);
    try {
      const file = await open(join(this.#hidden, name), "wx", mode);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      throw refusal(error, join(this.#folder, name));
    }
  }

  /** What stands in a written file. */
  async read(name: string): Promise<string> {
    try {
      return await readFile(join(this.#hidden, name), "utf8");
    } catch (error) {
      throw refusal(error, join(this.#folder, name));
    }
  }

  /**
   * Puts all files at their places.
   * @throws FatalError where one cannot be; then none is
   * @returns their paths, in the order in which they were written
   */
  async publish(): Promise<string[]> {
    const done: string[] = [];
    try {
      for (const name of this.#names) {
        const path = join(this.#folder, name);
        await link(join(this.#hidden, name), path);
        done.push(path);
      }
      await syncFolder(this.#folder);
    } catch (error) {
      await takeAway(done, error);
      throw refusal(error, join(this.#folder, this.#names[done.length] ?? ""));
    }
    this.#isPublished = true;
    return done;
  }

  /** Takes away what was not published. */
  async close(): Promise<void> {
    await rm(this.#hidden, { recursive: true, force: true }).catch((error: unknown) => {
      throw new LeftBehindError(`${this.#hidden} could not be removed: remove it`, { cause: error });
    });
    // Others may have written there meanwhile: then it stays.
    if (this.#madeFolder && !this.#isPublished) await rmdir(this.#folder).catch(() => {});
  }
}

/** @throws FatalError naming the first file that exists already */
export async function requireFree(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(folder, name);
    if (await exists(path)) throw taken(path);
  }
}

/** Writes one file that must not exist, with `mode`, and reads it back. */
export async function writeAlone(folder: string, name: string, text: string, mode: number): Promise<void> {
  const batch = await FileBatch.open(folder, [name]);
  try {
    await batch.write(name, text, mode);
    if ((await batch.read(name)) !== text)
      throw new FatalError(`${join(folder, name)} reads otherwise than written`);
    await batch.publish();
  } finally {
    await batch.close();
  }
}

async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    const stats = await lstat(folder + "/").catch(() => undefined);
    if (stats?.isDirectory()) return false;
    throw new ConfigurationError(
      {
        setting: "folder",
        problem: "is none, and cannot be made",
        value: folder,
        example: "validator_keys, in a folder that is there",
      },
      { cause: error },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function takeAway(paths: readonly string[], reason: unknown): Promise<void> {
  const left: string[] = [];
  for (const path of paths) await unlink(path).catch(() => left.push(path));
  if (left.length > 0) {
    throw new LeftBehindError(`writing stopped, and these could not be removed: ${left.join(", ")}`, {
      cause: reason,
    });
  }
}

function taken(path: string): FatalError {
  return new FatalError(`${path} exists already and stays as it is; nothing was written`);
}

function refusal(error: unknown, path: string): FatalError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EEXIST") return taken(path);
  if (code === "EPERM" || code === "ENOTSUP" || code === "EOPNOTSUPP") {
    return new FatalError(`${path}: this file system knows no links; write to another one, then copy`);
  }
  return new FatalError(`${path} could not be written: ${explain(error)}`);
}

/** So that the names outlast a loss of power too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
