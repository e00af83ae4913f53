// Writes the pages that are made from contracts, a deployment, the command line and the keepers' tables. Usage: main.ts [--json]

import "../devnet/preset.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { commandLinePages } from "./commandLine.ts";
import { generate } from "./generate.ts";
import { settingsPages } from "./keeperSettings.ts";
import { monitoringPages } from "./monitoring.ts";

const options = new Command("docs:generate")
  .description(
    "Writes docs/permissions.md and docs/parameters.md from the contracts and a fresh deployment, docs/cli.md from the command line, docs/settings.md, .env.example and docs/monitoring/ from the keepers' tables.",
  )
  .option("--json", "print what the pages say as data, and write nothing", false)
  .parse()
  .opts<{ json: boolean }>();
const root = fileURLToPath(new URL("../..", import.meta.url));

const { pages, permissions, parameters, findings } = await generate(root);
if (options.json) console.log(JSON.stringify({ permissions, parameters, findings }, null, 2));
else {
  const others = [commandLinePages, settingsPages, monitoringPages];
  const made = await Promise.all(others.map((pagesOf) => pagesOf(root)));
  for (const [path, text] of [pages, ...made].flatMap((each) => [...each])) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.error(`docs: ${path}`);
  }
}
for (const finding of findings) console.error(`docs: ${finding}`);
if (findings.length > 0) process.exitCode = 1;
