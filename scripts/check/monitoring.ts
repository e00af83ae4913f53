import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pageFindings } from "../pages/compare.ts";
import { monitoringPages } from "../pages/monitoring.ts";
import type { CheckContext } from "./check.ts";

/** Alerting rules and dashboard are those of the keepers' catalogue. */
export async function checkMonitoring({ root, note }: CheckContext): Promise<string[]> {
  const pages = await monitoringPages(root);
  note(`${pages.size} files`);
  return [...pages].flatMap(([path, text]) => {
    const file = join(root, path);
    return pageFindings(path, existsSync(file) ? readFileSync(file, "utf8") : undefined, text);
  });
}
