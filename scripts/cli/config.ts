import { Command } from "commander";
import { KEEPER_SETTINGS } from "../keepers/settings.ts";
import { KEEPER_ENV_HEAD, KEEPER_SCHEMA_TITLE } from "../keepers/settingsText.ts";
import { effectiveSettings, envExample, printSettings, settingsSchema } from "../lib/settings/print.ts";
import { print } from "./output.ts";
import { settingsOf, withSettings } from "./settingFlags.ts";

/// `kedge config <verb>`: what keepers are set to, and what could be set.
export function declareConfig(config: Command): void {
  config.addCommand(
    withSettings(
      new Command("print").description("the settings in force, and where each comes from; no secrets"),
      KEEPER_SETTINGS,
    )
      .option("--json", "print data as JSON", false)
      .action(({ json, ...flags }: { json: boolean }) => {
        const resolved = settingsOf(KEEPER_SETTINGS, flags);
        print(effectiveSettings(KEEPER_SETTINGS, resolved), {
          json,
          text: printSettings(KEEPER_SETTINGS, resolved),
        });
      }),
  );
  config.addCommand(
    new Command("schema").description("JSON Schema of the TOML file").action(() => {
      print(settingsSchema(KEEPER_SETTINGS, KEEPER_SCHEMA_TITLE), { json: true, text: "" });
    }),
  );
  config.addCommand(
    new Command("env-example").description("all variables of the environment, explained").action(() => {
      process.stdout.write(envExample(KEEPER_SETTINGS, KEEPER_ENV_HEAD));
    }),
  );
}
