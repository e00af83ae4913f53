import type { Command } from "commander";
import { KEEPER_SETTINGS } from "../keepers/settings.ts";
import { createLogger } from "../lib/logger.ts";
import { textsToHide } from "../lib/settings/print.ts";
import { FAILED, print } from "./output.ts";
import { settingsOf, withSettings } from "./settingFlags.ts";

/// `kedge doctor`: whether a keeper could run, and what to mend. Exit code 1 where something is wrong.
export function declareDoctor(doctor: Command): void {
  withSettings(doctor, KEEPER_SETTINGS).option("--json", "print data as JSON", false).action(look);
}

async function look({ json, ...flags }: { json: boolean }): Promise<void> {
  const resolved = settingsOf(KEEPER_SETTINGS, flags);
  const log = createLogger({ level: "error", secrets: textsToHide(resolved) });
  const { examine } = await import("../keepers/doctor.ts");
  const findings = await examine(resolved.values, log);
  const text = findings
    .flatMap(({ what, ok, warning, got, wanted, fix }) => [
      `${warning ? "WARN" : ok ? "ok  " : "FAIL"} ${what}: ${got}`,
      ...(fix === undefined ? [] : [`     wanted: ${wanted}`, `     fix: ${fix}`]),
    ])
    .join("\n");
  print(findings, { json, text });
  if (findings.some(({ ok }) => !ok)) process.exitCode = FAILED;
}
