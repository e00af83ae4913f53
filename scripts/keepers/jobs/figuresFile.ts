import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stableStringify } from "../../lib/json.ts";
import { figuresRoot, type OperatorFigures } from "../../lib/operatorFigures.ts";

/** Where figures are published, a file for each root: `<refSlot>.json` has what is under the root that its report brought. */
export class FiguresFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the file is there, whole. */
  has(refSlot: number, figures: readonly OperatorFigures[]): boolean {
    try {
      return readFileSync(this.#fileOf(refSlot), "utf8") === figuresText(refSlot, figures);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    }
  }

  /** Writes the file, whole or not at all. Returns its path. */
  publish(refSlot: number, figures: readonly OperatorFigures[]): string {
    mkdirSync(this.#path, { recursive: true });
    const path = this.#fileOf(refSlot);
    const draft = `${path}.${process.pid}.draft`;
    writeFileSync(draft, figuresText(refSlot, figures));
    renameSync(draft, path);
    return path;
  }

  #fileOf(refSlot: number): string {
    return join(this.#path, `${refSlot}.json`);
  }
}

/** The text of such a file: the same for everyone who has the same figures. */
function figuresText(refSlot: number, figures: readonly OperatorFigures[]): string {
  return `${stableStringify({ refSlot, root: figuresRoot(figures), figures }, 2)}\n`;
}
