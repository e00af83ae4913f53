import { readdirSync } from "node:fs";
import { join } from "node:path";
import { replay } from "../keepers/record/replay.ts";
import { stableStringify } from "../lib/json.ts";
import { createLogger } from "../lib/logger.ts";
import type { Breach } from "./breach.ts";
import type { SoakMember } from "./member.ts";

const SILENT = createLogger({ level: "silent" });
const MAX_TEXT = 300;

/** Cycles that keepers wrote down, played again from their files alone. */
export class RecordedCycles {
  readonly #members: readonly Pick<SoakMember, "index" | "folder">[];
  /** Number of the newest that was played, by member. */
  readonly #played = new Map<number, number>();
  #count = 0;

  constructor(members: readonly Pick<SoakMember, "index" | "folder">[]) {
    this.#members = members;
  }

  /** How many were played again. */
  get count(): number {
    return this.#count;
  }

  /** Plays those that were written since the last time: what is not as it was recorded, and what was forgotten before. */
  async check(): Promise<Breach[]> {
    const breaches: Breach[] = [];
    for (const { index, folder } of this.#members) {
      const cycles = join(folder, "cycles");
      for (const name of readdirSync(cycles).toSorted()) {
        const number = Number.parseInt(name, 10);
        const before = this.#played.get(index) ?? 0;
        if (!name.endsWith(".jsonl") || number <= before) continue;
        if (number > before + 1) breaches.push(breach(index, `none between ${before} and ${number} is left`));
        this.#played.set(index, number);
        breaches.push(...(await this.#play(index, join(cycles, name))));
      }
    }
    return breaches;
  }

  async #play(index: number, file: string): Promise<Breach[]> {
    this.#count++;
    const [first] = (await replay(file, SILENT)).deviations;
    if (first === undefined) return [];
    const { what, recorded, replayed } = first;
    const shown = (value: unknown) => stableStringify(value ?? null).slice(0, MAX_TEXT);
    return [breach(index, `${file}: ${what}: ${shown(recorded)}, now ${shown(replayed)}`)];
  }
}

function breach(index: number, text: string): Breach {
  return { rule: "recorded cycles play again", text: `keeper ${index}: ${text}` };
}
