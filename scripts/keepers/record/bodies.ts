import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzip } from "node:zlib";
import { FatalError } from "../../lib/errors.ts";

/** Longer bodies get a file of their own. */
const INLINE_BYTES = 2_048;

/** Where the bytes of an answer are: in the line itself, or in the file that is called by their hash. */
export interface BodyRef {
  sha256: string;
  bytes: number;
  text?: string;
}

/** Bytes by their hash, compressed: a state that many cycles read is there once. */
export class Bodies {
  readonly #folder: string;
  /** Put for cycles that still run. */
  readonly #fresh = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whole or not at all. */
  async put(bytes: Uint8Array): Promise<BodyRef> {
    const ref = { sha256: hashOf(bytes), bytes: bytes.length };
    const text = bytes.length <= INLINE_BYTES ? textOf(bytes) : undefined;
    if (text !== undefined) return { ...ref, text };
    this.#fresh.add(ref.sha256);
    const path = this.#path(ref.sha256);
    if (existsSync(path)) return ref;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomUUID()}.draft`;
    await writeFile(draft, await promisify(gzip)(bytes, { level: 1 }), { mode: 0o600 });
    renameSync(draft, path);
    return ref;
  }

  /** @throws FatalError where they are gone, or are others than were recorded */
  get({ sha256, bytes, text }: BodyRef): Uint8Array {
    const found = text === undefined ? this.#read(sha256, bytes) : new TextEncoder().encode(text);
    const hash = hashOf(found);
    if (hash === sha256) return found;
    throw new FatalError(`the recorded body has the hash ${hash}, and was recorded as ${sha256}`);
  }

  /** The cycle that needs these has been written down. */
  settle(hashes: readonly string[]): void {
    for (const hash of hashes) this.#fresh.delete(hash);
  }

  /** Deletes all but those, and what cycles that still run have put. */
  keepOnly(wanted: ReadonlySet<string>): void {
    if (!existsSync(this.#folder)) return;
    for (const name of readdirSync(this.#folder)) {
      const [hash = "", ...rest] = name.split(".");
      const isWanted = wanted.has(hash) && rest.join() === "gz";
      if (!isWanted && !this.#fresh.has(hash)) rmSync(join(this.#folder, name), { force: true });
    }
  }

  #read(sha256: string, maxOutputLength: number): Uint8Array {
    try {
      return gunzipSync(readFileSync(this.#path(sha256)), { maxOutputLength: maxOutputLength + 1 });
    } catch (error) {
      throw new FatalError(`the recorded body ${sha256} cannot be read`, { cause: error });
    }
  }

  #path(sha256: string): string {
    return join(this.#folder, `${sha256}.gz`);
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
