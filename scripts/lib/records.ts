import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const recordSchema = z.object({
  address: z.string(),
  transactionHash: z.string(),
  blockNumber: z.number(),
  gasUsed: z.string(),
  constructorArguments: z.array(z.unknown()),
});
const recordsSchema = z.record(z.string(), recordSchema);

export type DeploymentRecord = z.infer<typeof recordSchema>;

/// What was deployed on a network. Kept in memory, and where `folder` is given also in its `records.json`, with the
/// addresses alone in `addresses.json`.
export class Records {
  readonly #folder: string | undefined;
  #all: Record<string, DeploymentRecord>;

  constructor(folder?: string) {
    this.#folder = folder;
    this.#all = folder === undefined ? {} : read(join(folder, "records.json"));
  }

  get(name: string): DeploymentRecord | undefined {
    return this.#all[name];
  }

  set(name: string, record: DeploymentRecord): void {
    this.#all = { ...this.#all, [name]: record };
    this.#save();
  }

  /// Forgets what was recorded: the chain that it was on is gone.
  clear(): void {
    this.#all = {};
    this.#save();
  }

  addresses(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.#all).map(([name, record]) => [name, record.address]));
  }

  /// The block of the first deployment; 0 where nothing is recorded.
  firstBlock(): number {
    const blocks = Object.values(this.#all).map(({ blockNumber }) => blockNumber);
    return blocks.length === 0 ? 0 : Math.min(...blocks);
  }

  #save(): void {
    if (this.#folder === undefined) return;
    mkdirSync(this.#folder, { recursive: true });
    writeJson(join(this.#folder, "records.json"), this.#all);
    writeJson(join(this.#folder, "addresses.json"), this.addresses());
  }
}

/// `deployments/<network>` of this checkout.
export function deploymentFolder(network: string): string {
  return join(dirname(fileURLToPath(import.meta.url)), "..", "..", "deployments", network);
}

function read(file: string): Record<string, DeploymentRecord> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return {};
  }
  return recordsSchema.parse(JSON.parse(text));
}

/// Writes JSON whole or not at all: beside, then renamed.
export function writeJson(file: string, value: unknown): void {
  const bigints = (_: string, v: unknown) => (typeof v === "bigint" ? v.toString() : v);
  writeFileSync(`${file}.new`, JSON.stringify(value, bigints, 2) + "\n");
  renameSync(`${file}.new`, file);
}
