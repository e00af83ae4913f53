import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError, FatalError } from "../errors.ts";
import { keyIndex, parseKeystore, type Keystore } from "./keystore.ts";

/** The text of a file that was named. */
export async function readNamed(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ConfigurationError(
      { setting: "file", problem: "cannot be read", value: path, example: "validator_keys" },
      { cause: error },
    );
  }
}

/**
 * The files meant by `paths`, in their order. A folder stands for its keystores.
 * @throws ConfigurationError where one is not there, or a folder holds no keystore
 */
export async function filesNamed(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const isFolder = await stat(path).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (!isFolder) {
      files.push(path);
      continue;
    }
    const names = (await readdir(path)).filter((name) => /^keystore.*\.json$/.test(name)).sort();
    if (names.length === 0) {
      throw new ConfigurationError({
        setting: "folder",
        problem: "holds no keystore",
        value: path,
        example: "the one given to --out before",
      });
    }
    files.push(...names.map((name) => join(path, name)));
  }
  return files;
}

/**
 * Keystores in the order in which their keys are used: as named, and those of a folder by the index of their path.
 * @throws FatalError where two hold the same key
 */
export async function readKeystores(paths: readonly string[]): Promise<Keystore[]> {
  const keystores: Keystore[] = [];
  for (const path of paths) {
    const found: Keystore[] = [];
    for (const file of await filesNamed([path])) found.push(parseKeystore(await readNamed(file), file));
    keystores.push(
      ...found.sort((a, b) => (keyIndex(a.path) ?? Infinity) - (keyIndex(b.path) ?? Infinity) || 0),
    );
  }
  requireDistinct(keystores);
  return keystores;
}

/** @throws FatalError naming two files of one key */
export function requireDistinct(keystores: readonly Keystore[]): void {
  const files = new Map<string, string>();
  for (const { pubkey, file } of keystores) {
    const other = files.get(pubkey);
    if (other !== undefined) throw new FatalError(`${other} and ${file} are of one key: ${pubkey}`);
    files.set(pubkey, file);
  }
}
