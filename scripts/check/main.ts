// The checks that no off-the-shelf linter makes. Usage: main.ts [--verbose] [name…]

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Check } from "./check.ts";
import { checkContractGraph } from "./graph-contracts.ts";
import { checkDocs } from "./docs.ts";
import { checkModuleGraph } from "./graph-modules.ts";
import { checkSizes } from "./sizes.ts";
import { checkWords } from "./words.ts";

const CHECKS: Record<string, Check> = {
  sizes: checkSizes,
  "graph-contracts": checkContractGraph,
  "graph-modules": checkModuleGraph,
  words: checkWords,
  docs: checkDocs,
  // what it needs takes a second to load
  monitoring: async (context) => (await import("./monitoring.ts")).checkMonitoring(context),
  pages: async (context) => (await import("./pages.ts")).checkPages(context),
  "command-line": async (context) => (await import("./pages.ts")).checkCommandLinePage(context),
  settings: async (context) => (await import("./pages.ts")).checkSettingsPages(context),
};

const { values, positionals } = parseArgs({
  options: { verbose: { type: "boolean", default: false } },
  allowPositionals: true,
});
const root = fileURLToPath(new URL("../..", import.meta.url));

for (const name of positionals.length > 0 ? positionals : Object.keys(CHECKS)) {
  const check = CHECKS[name];
  if (check === undefined) {
    throw new Error(`unknown check "${name}"; there are: ${Object.keys(CHECKS).join(", ")}`);
  }

  const notes: string[] = [];
  const findings = await check({ root, note: (line) => notes.push(line) });
  console.log(`${findings.length === 0 ? "ok  " : "FAIL"} ${name}`);
  if (values.verbose) for (const line of notes) console.log(`       ${line}`);
  for (const line of findings) console.log(`     - ${line}`);
  if (findings.length > 0) process.exitCode = 1;
}
