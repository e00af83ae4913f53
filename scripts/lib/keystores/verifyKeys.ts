/**
 * Recomputes all that keystores, commitments and deposit data say, offline: a second look before keys are committed.
 */
import { PublicKey } from "@chainsafe/blst";
import { isHexString } from "ethers";
import { verifyDeposit, type DepositData } from "../depositData.ts";
import { FatalError } from "../errors.ts";
import { KeyTree } from "../keyTree.ts";
import { keystoreOf, openKeystore, type Keystore } from "./keystore.ts";
import type { DepositTarget } from "./networks.ts";
import { depositEntry, PREDEPOSIT_GWEI, type DepositEntry } from "./predeposits.ts";
import { filesNamed, readNamed, requireDistinct } from "./readKeystores.ts";

/** The first field that is wrong. */
export class WrongFieldError extends FatalError {
  readonly file: string;
  readonly field: string;
  readonly value: unknown;

  constructor({
    file,
    field,
    value,
    problem,
  }: {
    file: string;
    field: string;
    value: unknown;
    problem: string;
  }) {
    super(`${file}: ${field} is ${value === undefined ? "missing" : JSON.stringify(value)}; ${problem}`);
    this.file = file;
    this.field = field;
    this.value = value;
  }
}

export interface Verified {
  readonly files: number;
  readonly keystores: number;
  /** Distinct keys with a deposit that would be ours. */
  readonly deposits: number;
  /** Of the commitment; undefined where none was given. */
  readonly root: string | undefined;
}

/** Asked for only where a file needs them. */
export interface VerifyFacts {
  readonly target: () => DepositTarget;
  readonly password: () => Promise<string>;
}

type Fields = Record<string, unknown>;

/** A file's deposits, in its order; `at` names the place of one. */
interface SignedKeys {
  readonly file: string;
  readonly at: (index: number) => string;
  readonly keys: readonly { pubkey: string; signature: string }[];
}

/**
 * Verifies files, each for itself and all with each other: commitments and deposit data name the same keys in the same
 * order, and where keystores are given, each deposit has one.
 * @param paths files, and folders of keystores
 * @throws WrongFieldError naming the first wrong field, FatalError where a file is of no known form
 */
export async function verifyKeys(paths: readonly string[], facts: VerifyFacts): Promise<Verified> {
  const files = await filesNamed(paths);
  const keystores: Keystore[] = [];
  const signed: SignedKeys[] = [];
  let root: string | undefined;
  for (const file of files) {
    const content = parse(await readNamed(file), file);
    if (Array.isArray(content)) signed.push(verifyDepositData(content, file, facts.target()));
    else if (isFields(content) && "crypto" in content) keystores.push(keystoreOf(content, file));
    else if (isFields(content) && "format" in content) {
      const commitment = verifyCommitment(content, file, facts.target());
      root = commitment.root;
      signed.push(commitment);
    } else throw new FatalError(`${file} is no keystore, no commitment and no deposit data`);
  }
  requireDistinct(keystores);
  for (const keystore of keystores) await openKeystore(keystore, await facts.password());
  for (const other of signed.slice(1)) requireSame(signed[0]!, other);
  if (keystores.length > 0) requireKeystores(signed, keystores);
  return { files: files.length, keystores: keystores.length, deposits: signed[0]?.keys.length ?? 0, root };
}

function verifyDepositData(entries: unknown[], file: string, target: DepositTarget): SignedKeys {
  if (entries.length === 0) throw new FatalError(`${file} holds no deposit`);
  const keys = entries.map((entry, i) => {
    const at = `[${i}]`;
    if (!isFields(entry)) throw new WrongFieldError({ file, field: at, value: entry, problem: "no deposit" });
    const pubkey = pubkeyIn(entry, file, `${at}.pubkey`);
    const signature = hexIn(entry, "signature", 96, file, `${at}.signature`);
    const deposit = { ...ourDeposit(pubkey, target), signature };
    for (const [name, wanted] of entriesOf(depositEntry(deposit, target.genesisForkVersion))) {
      // A label of the tool that wrote it: nothing hangs on it.
      if (name === "network_name") continue;
      // The last root is over the signature, which is looked at below.
      if (name === "deposit_data_root") requireSignature(deposit, target, file, `${at}.signature`);
      if (!isSame(entry[name], wanted)) {
        const problem = `wanted ${JSON.stringify(wanted)}`;
        throw new WrongFieldError({ file, field: `${at}.${name}`, value: entry[name], problem });
      }
    }
    return { pubkey, signature };
  });
  const at = (i: number) => `[${i}]`;
  requireOnce(keys, file, at);
  return { file, at, keys };
}

function verifyCommitment(
  record: Fields,
  file: string,
  target: DepositTarget,
): SignedKeys & { root: string } {
  if (!Array.isArray(record.keys) || record.keys.length === 0) throw new FatalError(`${file} holds no keys`);
  const at = (i: number) => `keys[${i}]`;
  const keys = record.keys.map((key: unknown, i) => {
    if (!isFields(key)) throw new WrongFieldError({ file, field: at(i), value: key, problem: "no key" });
    const pubkey = pubkeyIn(key, file, `${at(i)}.pubkey`);
    const signature = hexIn(key, "signature", 96, file, `${at(i)}.signature`);
    requireSignature({ ...ourDeposit(pubkey, target), signature }, target, file, `${at(i)}.signature`);
    return { pubkey, signature };
  });
  requireOnce(keys, file, at);
  const wanted = new KeyTree(keys).dump();
  for (const field of ["format", "root"] as const) {
    if (record[field] !== wanted[field]) {
      const problem = `wanted ${JSON.stringify(wanted[field])}`;
      throw new WrongFieldError({ file, field, value: record[field], problem });
    }
  }
  return { file, at, keys, root: wanted.root };
}

function ourDeposit(pubkey: string, { withdrawalCredentials }: DepositTarget) {
  return { pubkey, withdrawalCredentials, amountGwei: PREDEPOSIT_GWEI };
}

function requireSignature(deposit: DepositData, target: DepositTarget, file: string, field: string): void {
  if (verifyDeposit(deposit, target.genesisForkVersion)) return;
  const problem = `no signature by this key of 1 ETH to ${deposit.withdrawalCredentials}`;
  throw new WrongFieldError({ file, field, value: deposit.signature, problem });
}

function requireOnce(keys: SignedKeys["keys"], file: string, at: SignedKeys["at"]): void {
  const places = new Map<string, number>();
  for (const [i, { pubkey }] of keys.entries()) {
    const first = places.get(pubkey);
    if (first !== undefined) {
      const problem = `the same as ${at(first)}.pubkey`;
      throw new WrongFieldError({ file, field: `${at(i)}.pubkey`, value: pubkey, problem });
    }
    places.set(pubkey, i);
  }
}

function requireSame(first: SignedKeys, other: SignedKeys): void {
  const count = Math.max(first.keys.length, other.keys.length);
  for (let i = 0; i < count; i++) {
    for (const name of ["pubkey", "signature"] as const) {
      const [wanted, value] = [first.keys[i]?.[name], other.keys[i]?.[name]];
      if (wanted === value) continue;
      const problem = `${first.file} has ${wanted ?? "no key"} there`;
      throw new WrongFieldError({ file: other.file, field: `${other.at(i)}.${name}`, value, problem });
    }
  }
}

function requireKeystores(signed: readonly SignedKeys[], keystores: readonly Keystore[]): void {
  const known = new Set(keystores.map(({ pubkey }) => pubkey));
  for (const { file, at, keys } of signed) {
    const i = keys.findIndex(({ pubkey }) => !known.has(pubkey));
    if (i < 0) continue;
    const problem = "none of the keystores given holds its key";
    throw new WrongFieldError({ file, field: `${at(i)}.pubkey`, value: keys[i]!.pubkey, problem });
  }
}

function pubkeyIn(fields: Fields, file: string, field: string): string {
  const pubkey = hexIn(fields, "pubkey", 48, file, field);
  try {
    PublicKey.fromHex(pubkey, true);
  } catch {
    throw new WrongFieldError({ file, field, value: pubkey, problem: "no public key of BLS12-381" });
  }
  return pubkey;
}

/** 0x-hex of a field that has it with or without 0x. */
function hexIn(fields: Fields, name: string, length: number, file: string, field: string): string {
  const value = fields[name];
  const hex = typeof value === "string" ? withPrefix(value) : "";
  if (!isHexString(hex, length)) {
    throw new WrongFieldError({ file, field, value, problem: `wanted ${length} bytes of hex` });
  }
  return hex;
}

function entriesOf(entry: DepositEntry): [keyof DepositEntry, string | number][] {
  return Object.entries(entry) as [keyof DepositEntry, string | number][];
}

function isSame(value: unknown, wanted: string | number): boolean {
  if (typeof wanted === "number") return value === wanted;
  return typeof value === "string" && withPrefix(value) === `0x${wanted}`;
}

function withPrefix(hex: string): string {
  return `0x${hex.toLowerCase().replace(/^0x/, "")}`;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No cause: it would repeat the text, which may be a secret in the wrong place.
    throw new FatalError(`${file} is not JSON`);
  }
}
