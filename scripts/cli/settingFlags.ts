import { Option, type Command } from "commander";
import { openSettingsFile } from "../lib/settings/files.ts";
import { flagName, offFlagName } from "../lib/settings/names.ts";
import { defaultText } from "../lib/settings/print.ts";
import { resolveSettings, type Resolved } from "../lib/settings/resolve.ts";
import type { AnySetting, SettingsTable } from "../lib/settings/setting.ts";

/// A flag for every setting but secrets, and `--config` for the TOML file.
export function withSettings(command: Command, table: SettingsTable): Command {
  command.option("--config <file>", "TOML file with settings");
  for (const [name, setting] of Object.entries(table)) {
    if (!setting.isSecret) for (const option of optionsOf(name, setting)) command.addOption(option);
  }
  return command;
}

/// The settings in force, from what `withSettings` read of the command line, the environment and the file.
export function settingsOf<Table extends SettingsTable>(
  table: Table,
  { config, ...flags }: Record<string, unknown>,
): Resolved<Table> {
  const file = openSettingsFile(config as string | undefined);
  return resolveSettings(table, { flags, env: process.env, file });
}

function optionsOf(name: string, setting: AnySetting): Option[] {
  const flag = flagName(name);
  const about = `${setting.about} ${defaultText(setting)}.`;
  const { isSwitch, isList } = setting.kind;
  if (isSwitch) return [new Option(flag, about), new Option(offFlagName(name), "the contrary")];
  const option = new Option(`${flag} <${setting.unit ?? "value"}>`, about);
  if (isList) {
    option.argParser((value, before: string | undefined) =>
      before === undefined ? value : `${before},${value}`,
    );
  }
  return [option];
}
