import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { ConfigurationError } from "../../lib/errors.ts";
import { Bodies } from "./bodies.ts";
import { parseCycle, type RecordedCycle } from "./events.ts";

const entrySchema = z.strictObject({
  file: z.string(),
  job: z.string(),
  cycle: z.string(),
  now: z.number(),
  outcome: z.string(),
  text: z.string(),
  /** Hashes of the bodies that it needs. */
  bodies: z.array(z.string()),
});
const indexSchema = z.strictObject({ next: z.number(), cycles: z.array(entrySchema) });
type Entry = z.infer<typeof entrySchema>;

const CYCLES = "cycles";
const BODIES = "bodies";

/**
 * Recorded cycles: `cycles/*.jsonl`, a file for each, `bodies/*.gz`, what is long in them, once, and `index.json`. Bounded: of
 * each job and each way to end the newest ones are kept, so that what is idle does not push out what was done.
 */
export class RecordFolder {
  readonly bodies: Bodies;
  readonly #path: string;
  readonly #kept: number;
  #index: z.infer<typeof indexSchema>;

  /** @param kept of each job and outcome. Throws ConfigurationError where the folder is something else's. */
  constructor(path: string, kept: number) {
    this.#path = path;
    this.#kept = kept;
    this.bodies = new Bodies(join(path, BODIES));
    mkdirSync(join(path, CYCLES), { recursive: true, mode: 0o700 });
    this.#index = readIndex(path);
    // what a process that was killed has left
    this.#keepOnly();
  }

  /** Writes a cycle down, and forgets the oldest of its kind. */
  add(lines: readonly string[], entry: Omit<Entry, "file">): void {
    const number = String(this.#index.next).padStart(8, "0");
    const file = `${number}-${entry.job}-${entry.outcome}.jsonl`;
    writeWhole(join(this.#path, CYCLES, file), `${lines.join("\n")}\n`);
    const isAlike = ({ job, outcome }: Entry) => job === entry.job && outcome === entry.outcome;
    const all = [...this.#index.cycles, { file, ...entry }];
    const surplus = new Set(all.filter(isAlike).slice(0, -this.#kept));
    this.#index = { next: this.#index.next + 1, cycles: all.filter((each) => !surplus.has(each)) };
    writeWhole(join(this.#path, "index.json"), `${JSON.stringify(this.#index, null, 1)}\n`);
    this.bodies.settle(entry.bodies);
    if (surplus.size > 0) this.#keepOnly();
  }

  #keepOnly(): void {
    const { cycles } = this.#index;
    const files = new Set(cycles.map(({ file }) => file));
    for (const name of readdirSync(join(this.#path, CYCLES))) {
      if (!files.has(name)) rmSync(join(this.#path, CYCLES, name), { force: true });
    }
    this.bodies.keepOnly(new Set(cycles.flatMap(({ bodies }) => bodies)));
  }
}

/** A cycle of such a folder by its file, with what is long in it. Throws ConfigurationError where it is none. */
export function openCycle(file: string): RecordedCycle & { bodies: Bodies } {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigurationError(
      { setting: file, problem: "cannot be read", example: "records/cycles/00000042-report-acted.jsonl" },
      { cause: error },
    );
  }
  return { ...parseCycle(text, file), bodies: new Bodies(join(dirname(file), "..", BODIES)) };
}

function readIndex(path: string): z.infer<typeof indexSchema> {
  const file = join(path, "index.json");
  if (!existsSync(file)) return { next: 1, cycles: [] };
  try {
    return indexSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new ConfigurationError(
      {
        setting: "recordFolder",
        problem: "its index.json is none of recorded cycles",
        value: path,
        example: "a new folder",
      },
      { cause: error },
    );
  }
}

/** Whole or not at all. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.draft`, text, { mode: 0o600 });
  renameSync(`${path}.draft`, path);
}
