import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CheckContext } from "../../scripts/check/check.ts";

/** Runs a test on a project made of these files, which is gone afterwards. */
export function withProject(files: Record<string, string>, test: (context: CheckContext) => void): void {
  const root = mkdtempSync(join(tmpdir(), "kedge-check-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    test({ root, note: () => undefined });
  } finally {
    rmSync(root, { recursive: true });
  }
}
