/**
 * EIP-2335 keystores: one secret key under a password, as validator clients import it.
 *
 * No error here has a `cause`: what parses and decrypts repeats in its messages what it was given.
 */
import {
  create,
  defaultScryptModule,
  decrypt,
  isValidKeystore,
  type IKeystore,
} from "@chainsafe/bls-keystore";
import { SecretKey } from "@chainsafe/blst";
import { getBytes, hexlify } from "ethers";
import { FatalError } from "../errors.ts";
import type { ValidatorKey } from "../keys.ts";

/** A keystore as read: its form is checked, its contents are not. */
export interface Keystore {
  /** Where it was read from, for messages. */
  readonly file: string;
  /** 48 bytes, 0x-hex, as the file claims. */
  readonly pubkey: string;
  /** EIP-2334 path as the file claims, or "". */
  readonly path: string;
  readonly content: IKeystore;
}

/** `n` of scrypt where nothing else is asked for: 256 MiB and about a second. */
export const STANDARD_COST = 2 ** 18;

/** More would be an attack by whoever wrote the file: 1 GiB of memory, or minutes. */
const MAX_SCRYPT_BYTES = 2 ** 30;
const MAX_SCRYPT_P = 16;
const MAX_PBKDF2_ROUNDS = 10_000_000;
const SIGNING_PATH = /^m\/12381\/3600\/(0|[1-9][0-9]*)\/0\/0$/;

/** The name of a keystore's file. It has no date in it, so that one key is never written twice into a folder. */
export function keystoreName(path: string): string {
  return `keystore-${path.replaceAll("/", "_")}.json`;
}

/**
 * The text of a keystore.
 * @param cost `n` of scrypt, a power of two; less than `STANDARD_COST` is for tests alone
 */
export async function sealKey(
  { secretKey, pubkey, path }: Pick<ValidatorKey, "secretKey" | "pubkey" | "path">,
  password: string,
  cost = STANDARD_COST,
): Promise<string> {
  const kdf = defaultScryptModule();
  const costly = { ...kdf, params: { ...kdf.params, n: cost } } as typeof kdf;
  const content = await create(password, secretKey.toBytes(), getBytes(pubkey), path, null, costly);
  return `${JSON.stringify(content, null, 2)}\n`;
}

/**
 * Reads the text of a keystore without its password.
 * @param file named in errors
 * @throws FatalError where it is not JSON or no keystore of version 4, or would take too much to decrypt
 */
export function parseKeystore(text: string, file: string): Keystore {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new FatalError(`${file} is not JSON`);
  }
  return keystoreOf(content, file);
}

/** The same of parsed JSON. */
export function keystoreOf(content: unknown, file: string): Keystore {
  if (!isValidKeystore(content)) throw new FatalError(`${file} is no keystore of EIP-2335, version 4`);
  requireBounds(content, file);
  // It may be left out; here it is what ties the file to a deposit.
  const { pubkey } = content as Partial<IKeystore>;
  if (pubkey === undefined) throw new FatalError(`${file} names no public key`);
  return { file, pubkey: `0x${pubkey.toLowerCase()}`, path: content.path, content };
}

/**
 * The secret key of a keystore.
 * @throws FatalError on a wrong password, and where the key is not that of the public key in the file
 */
export async function openKeystore(
  { content, pubkey, file }: Keystore,
  password: string,
): Promise<SecretKey> {
  let secret: Uint8Array;
  try {
    secret = await decrypt(content, password);
  } catch {
    throw new FatalError(`${file}: the password is wrong, or the file is damaged`);
  }
  const key = secretKeyOf(secret, file);
  const actual = hexlify(key.toPublicKey().toBytes());
  if (actual !== pubkey) {
    throw new FatalError(`${file}: pubkey is ${JSON.stringify(pubkey)}, but its secret key's is ${actual}`);
  }
  return key;
}

/** The `i` of the path of a signing key; undefined where the path is another one. */
export function keyIndex(path: string): number | undefined {
  const index = SIGNING_PATH.exec(path)?.[1];
  return index === undefined ? undefined : Number(index);
}

function requireBounds({ crypto: { kdf } }: IKeystore, file: string): void {
  const refuse = (what: string, value: number) => {
    throw new FatalError(`${file}: crypto.kdf.params.${what} is ${value}, out of bounds`);
  };
  // The checksum is over the second half of the derived key: a shorter one has none.
  if (kdf.params.dklen !== 32) refuse("dklen", kdf.params.dklen);
  if (kdf.function === "scrypt") {
    const { n, r, p } = kdf.params;
    if (!(n >= 2 && Number.isInteger(Math.log2(n)) && 128 * n * r <= MAX_SCRYPT_BYTES)) refuse("n", n);
    if (!(r >= 1)) refuse("r", r);
    if (!(p >= 1 && p <= MAX_SCRYPT_P)) refuse("p", p);
  } else if (!(kdf.params.c >= 1 && kdf.params.c <= MAX_PBKDF2_ROUNDS)) refuse("c", kdf.params.c);
}

function secretKeyOf(bytes: Uint8Array, file: string): SecretKey {
  try {
    return SecretKey.fromBytes(bytes);
  } catch {
    throw new FatalError(`${file}: what it holds is no secret key of BLS12-381`);
  }
}
