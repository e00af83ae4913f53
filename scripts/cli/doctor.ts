import { Command } from "commander";
import { examine } from "../keepers/doctor.ts";
import { KEEPER_SETTINGS } from "../keepers/settings.ts";
import { createLogger } from "../lib/logger.ts";
import { textsToHide } from "../lib/settings/print.ts";
import { FAILED, print } from "./output.ts";
import { settingsOf, withSettings } from "./settingFlags.ts";

/// `kedge doctor`: whether a keeper could run, and what to mend. Exit code 1 where something is wrong.
export function doctorCommand(): Command {
  return withSettings(
    new Command("doctor").description(
      "Look at all that a keeper needs, and say how to mend what is missing.",
    ),
    KEEPER_SETTINGS,
  )
    .option("--json", "print data as JSON", false)
    .action(async ({ json, ...flags }: { json: boolean }) => {
      const resolved = settingsOf(KEEPER_SETTINGS, flags);
      const log = createLogger({ level: "error", secrets: textsToHide(resolved) });
      const findings = await examine(resolved.values, log);
      const text = findings
        .flatMap(({ what, ok, warning, got, wanted, fix }) => [
          `${warning ? "WARN" : ok ? "ok  " : "FAIL"} ${what}: ${got}`,
          ...(fix === undefined ? [] : [`     wanted: ${wanted}`, `     fix: ${fix}`]),
        ])
        .join("\n");
      print(findings, { json, text });
      if (findings.some(({ ok }) => !ok)) process.exitCode = FAILED;
    });
}
