import { rmSync } from "node:fs";
import { stableStringify } from "../lib/json.ts";
import type { SoakResult } from "./result.ts";
import { summaryText } from "./summary.ts";

/** By the convention of the other programs. */
export const FAILED = 1;

export interface ConcludeOptions {
  /** Where keepers have their folders. */
  folder: string;
  json: boolean;
  /** For the result. */
  write: (text: string) => void;
  /** For people. */
  say: (line: string) => void;
}

/** Tells the result, and returns the exit code. The folder is deleted where everything held. */
export function conclude(result: SoakResult, { folder, json, write, say }: ConcludeOptions): number {
  write(json ? `${stableStringify(result)}\n` : summaryText(result));
  if (result.breaches.length > 0) {
    say(failure(`frame ${result.framesRun} of seed ${result.seed} broke a rule`, folder));
    return FAILED;
  }
  rmSync(folder, { recursive: true });
  return 0;
}

/** Why it failed, and where there is more to see. */
export function failure(why: string, folder: string): string {
  return `soak: ${why}; journals and logs of the keepers are in ${folder}`;
}
