/** Settings as people and programs read them: what is in force, a schema of the TOML file, an example of the environment. */
import { z } from "zod";
import { Secret } from "../secret.ts";
import { formatTable } from "../table.ts";
import { CONFIG_ENV } from "./files.ts";
import { envName, fileEnvName } from "./names.ts";
import type { Resolved } from "./resolve.ts";
import type { AnySetting, SettingsTable } from "./setting.ts";
import { hiddenParts } from "./urls.ts";

export interface EffectiveSetting {
  readonly name: string;
  /** As it would be written in the environment; secrets only as "(set)", what is absent as "(not set)" or "(none)". */
  readonly value: string;
  readonly from: string;
}

export function effectiveSettings<Table extends SettingsTable>(
  table: Table,
  { values, origins }: Resolved<Table>,
): EffectiveSetting[] {
  return Object.entries(table).map(([name, { kind }]) => {
    const value: unknown = values[name];
    const shown = value === undefined ? "(not set)" : kind.show(value) || "(none)";
    return { name, value: shown, from: origins[name]! };
  });
}

export function printSettings<Table extends SettingsTable>(table: Table, resolved: Resolved<Table>): string {
  const rows = effectiveSettings(table, resolved).map(({ name, value, from }) => [name, value, from]);
  return formatTable(["setting", { title: "value", align: "left" }, "from"], rows);
}

/** What a log must never repeat: secrets, and what in URLs is more than a host. */
export function textsToHide<Table extends SettingsTable>({
  values,
}: Pick<Resolved<Table>, "values">): string[] {
  return Object.values<unknown>(values)
    .flat()
    .flatMap((value) => {
      const text = value instanceof Secret ? value.reveal() : value;
      if (typeof text !== "string") return [];
      return [
        ...(value instanceof Secret ? [text] : []),
        ...(/^https?:/.test(text) ? hiddenParts(text) : []),
      ];
    });
}

/** JSON Schema of the TOML file, for editors. Secrets are not in it, as they are not in the file. */
export function settingsSchema(table: SettingsTable, title: string): object {
  const properties = Object.entries(table)
    .filter(([, { isSecret }]) => !isSecret)
    .map(([name, setting]) => {
      const { $schema: _, ...schema } = z.toJSONSchema(setting.kind.schema, { io: "input" });
      const value = setting.otherwise.kind === "value" ? plain(setting, setting.otherwise.value) : undefined;
      const description = [setting.about, ...unitOf(setting)].join(" ");
      return [name, { description, ...schema, default: value, examples: [exampleOf(setting)] }] as const;
    });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title,
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(properties),
  };
}

/** The text of an `.env.example`: every variable, explained, with a right value, and commented out. */
export function envExample(table: SettingsTable, head: readonly string[]): string {
  const lines = head.map((line) => `# ${line}`);
  lines.push("", `# A TOML file with settings that are not here.`, `#${CONFIG_ENV}=keeper.toml`);
  let section = "";
  for (const [name, setting] of Object.entries(table)) {
    if (setting.section !== section) lines.push("", `## ${setting.section}`);
    section = setting.section;
    lines.push("", `# ${[setting.about, ...unitOf(setting), `${defaultText(setting)}.`].join(" ")}`);
    lines.push(
      setting.isSecret
        ? `#${fileEnvName(name)}=/run/secrets/kedge-${name}`
        : `#${envName(name)}=${setting.example}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** What holds where nothing is set: "Default: 12". */
export function defaultText({ kind, otherwise, isSecret }: AnySetting): string {
  switch (otherwise.kind) {
    case "value": {
      const shown = kind.show(otherwise.value);
      return `Default: ${shown === "" ? "none" : shown}`;
    }
    case "derived":
      return `Default: ${otherwise.text}`;
    case "required":
      return "Required";
    case "needed":
      return `Needed ${otherwise.when}`;
    case "optional":
      return isSecret ? "Not needed" : "Default: none";
  }
}

function unitOf({ unit }: AnySetting): string[] {
  return unit === undefined ? [] : [`Unit: ${unit}.`];
}

/** A value as a TOML file has it. */
function plain({ kind }: AnySetting, value: unknown): unknown {
  return typeof value === "bigint" ? kind.show(value) : value;
}

function exampleOf({ kind, example }: AnySetting): unknown {
  return kind.read(example);
}
