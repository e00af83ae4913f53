import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stableStringify } from "../../lib/json.ts";
import { figuresRoot, type OperatorFigures } from "../../lib/operatorFigures.ts";

/** `<folder>/<refSlot>.json`: what is under the root that the report of a boundary brought. */
export function figuresPath(folder: string, refSlot: number): string {
  return join(folder, `${refSlot}.json`);
}

/** The text of such a file: the same for everyone who has the same figures. */
export function figuresText(refSlot: number, figures: readonly OperatorFigures[]): string {
  return `${stableStringify({ refSlot, root: figuresRoot(figures), figures }, 2)}\n`;
}

/** Whether the file is there, whole. */
export function isPublished(folder: string, refSlot: number, figures: readonly OperatorFigures[]): boolean {
  try {
    return readFileSync(figuresPath(folder, refSlot), "utf8") === figuresText(refSlot, figures);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Writes the file, whole or not at all. */
export function publishFigures(folder: string, refSlot: number, figures: readonly OperatorFigures[]): string {
  mkdirSync(folder, { recursive: true });
  const path = figuresPath(folder, refSlot);
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, figuresText(refSlot, figures));
  renameSync(draft, path);
  return path;
}
