import { setImmediate } from "node:timers/promises";
import { FatalError } from "../errors.ts";
import { seedFromMnemonic, signingPath, validatorKeys } from "../keys.ts";
import { FileBatch, requireFree } from "./fileBatch.ts";
import { keystoreName, openKeystore, parseKeystore, sealKey } from "./keystore.ts";

export interface WrittenKeystore {
  readonly index: number;
  /** EIP-2334 path. */
  readonly path: string;
  /** 48 bytes, 0x-hex. */
  readonly pubkey: string;
  readonly file: string;
}

export interface DeriveOptions {
  readonly mnemonic: string;
  readonly password: string;
  /** Made where it is not there. */
  readonly folder: string;
  /** Index of the first key. */
  readonly first: number;
  readonly count: number;
  /** See `sealKey`. */
  readonly cost?: number;
  /** Told after each key is written, and again after each is checked. */
  readonly onProgress?: (stage: "written" | "checked", done: number) => void | Promise<void>;
  /** Stops between two keys. */
  readonly signal?: AbortSignal;
}

/**
 * Writes the keystores of `count` validator keys, mode 0400. All of them are read back from the disk, decrypted, and
 * compared with the keys before the first is at its place.
 * @throws FatalError where one exists already or cannot be written; then none is
 */
export async function deriveKeystores(options: DeriveOptions): Promise<WrittenKeystore[]> {
  const { mnemonic, password, folder, first, count, cost, onProgress, signal } = options;
  const names = namesOf(options);
  const keys = validatorKeys(seedFromMnemonic(mnemonic), first, count);
  const batch = await FileBatch.open(folder, names);
  try {
    for (const [i, key] of keys.entries()) {
      await pause(signal);
      await batch.write(names[i]!, await sealKey(key, password, cost), 0o400);
      await onProgress?.("written", i + 1);
    }
    for (const [i, { secretKey, path }] of keys.entries()) {
      await pause(signal);
      const keystore = parseKeystore(await batch.read(names[i]!), names[i]!);
      const read = await openKeystore(keystore, password);
      if (keystore.path !== path || read.toHex() !== secretKey.toHex()) {
        throw new FatalError(`${names[i]!} reads otherwise than written: nothing is kept`);
      }
      await onProgress?.("checked", i + 1);
    }
    signal?.throwIfAborted();
    const files = await batch.publish();
    return keys.map(({ index, path, pubkey }, i) => ({ index, path, pubkey, file: files[i]! }));
  } finally {
    await batch.close();
  }
}

/**
 * So that nobody writes words down for nothing.
 * @throws FatalError where a keystore of these keys exists already
 */
export async function requireNoKeystores(
  options: Pick<DeriveOptions, "folder" | "first" | "count">,
): Promise<void> {
  await requireFree(options.folder, namesOf(options));
}

function namesOf({ first, count }: Pick<DeriveOptions, "first" | "count">): string[] {
  return Array.from({ length: count }, (_, i) => keystoreName(signingPath(first + i)));
}

/** The derivation of a password's key holds the thread for a second: signals are heard in between. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}
