import { join } from "node:path";
import { KEEPER_SETTINGS } from "../keepers/settings.ts";
import { KEEPER_ENV_HEAD } from "../keepers/settingsText.ts";
import { envName, fileEnvName, flagName } from "../lib/settings/names.ts";
import { defaultText, envExample } from "../lib/settings/print.ts";
import type { AnySetting, SettingsTable } from "../lib/settings/setting.ts";
import { code, page, table } from "./markdown.ts";

const HEAD = `# Settings

What can be set of keepers. Made by \`npm run docs:generate\` from \`scripts/keepers/settings.ts\`; \`npm run check\` compares it.

A setting has one name, spelled in three ways: as a flag (\`--poll-seconds 12\`), as a variable of the environment
(\`KEDGE_POLL_SECONDS=12\`), and as an entry of a TOML file (\`pollSeconds = 12\`) that \`--config\` or \`KEDGE_CONFIG\` names. A
flag goes before the environment, the environment before the file, the file before the default. A variable without a text
counts as not set. Lists have commas between their items; in the file they are arrays.

Secrets are never flags and never in the file. They are in the environment, or better in a file of their own that only the
keeper may read (\`chmod 400\`), named by the variable that ends in \`_FILE\`. Unknown variables that begin with \`KEDGE_\`, and
unknown entries of the file, are refused. Everything that is wrong is told at once.

\`npm run kedge -- config print\` shows what is in force and where it comes from, \`config schema\` gives a JSON Schema of
the TOML file, \`config env-example\` the variables as in [.env.example](../.env.example).`;

/** The texts that are made from the table of settings, by their paths from the root. */
export async function settingsPages(root: string): Promise<Map<string, string>> {
  const path = "docs/settings.md";
  return new Map([
    [path, await page(join(root, path), settingsBlocks(KEEPER_SETTINGS))],
    [".env.example", envExample(KEEPER_SETTINGS, KEEPER_ENV_HEAD)],
  ]);
}

/** A table of settings as headings with a table under each. */
export function settingsBlocks(settings: SettingsTable): string[] {
  const titles = new Set(Object.values(settings).map((setting) => setting.section));
  const lines = Object.entries(settings);
  return [
    HEAD,
    ...[...titles].flatMap((title) => [
      `## ${title}`,
      table(
        ["setting", "what", "value", "where nothing sets it", "example"],
        lines.filter(([, setting]) => setting.section === title).map(([name, setting]) => row(name, setting)),
      ),
    ]),
  ];
}

function row(name: string, setting: AnySetting): string[] {
  const { about, unit, kind, isSecret, example } = setting;
  const spellings = isSecret ? [envName(name), fileEnvName(name)] : [name, flagName(name), envName(name)];
  return [
    spellings.map(code).join("<br>"),
    about,
    unit === undefined || kind.rule.endsWith(unit) ? kind.rule : `${kind.rule} (${unit})`,
    // what stands in angle brackets is no HTML
    defaultText(setting)
      .replace(/^Default: /, "")
      .replaceAll("<", "\\<"),
    isSecret ? "" : code(example),
  ];
}
