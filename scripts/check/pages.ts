import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pageFindings } from "../pages/compare.ts";
import { commandLinePages } from "../pages/commandLine.ts";
import { generate } from "../pages/generate.ts";
import { settingsPages } from "../pages/keeperSettings.ts";
import type { CheckContext } from "./check.ts";

/** The generated pages say what contracts and a fresh deployment say, and nothing of these is left unsaid. */
export async function checkPages({ root, note }: CheckContext): Promise<string[]> {
  const { pages, findings, notes } = await generate(root);
  for (const line of notes) note(line);
  return [...findings, ...staleFindings(root, pages)];
}

/** What is made from the table of settings is what the table says; no deployment is needed for that. */
export async function checkSettingsPages({ root, note }: CheckContext): Promise<string[]> {
  const pages = await settingsPages(root);
  note([...pages.keys()].join(", "));
  return staleFindings(root, pages);
}

/** The page of commands says what the program says of itself. */
export async function checkCommandLinePage({ root, note }: CheckContext): Promise<string[]> {
  const pages = await commandLinePages(root);
  note([...pages.keys()].join(", "));
  return staleFindings(root, pages);
}

function staleFindings(root: string, pages: ReadonlyMap<string, string>): string[] {
  const kept = (path: string) => {
    const file = join(root, path);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  return [...pages].flatMap(([path, text]) => pageFindings(path, kept(path), text));
}
