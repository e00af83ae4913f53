import { existsSync } from "node:fs";
import { join } from "node:path";
import { SignedReports } from "../../keepers/report/signedReports.ts";
import { KEEPER_SETTINGS } from "../../keepers/settings.ts";
import { ConfigurationError } from "../../lib/errors.ts";
import { confirm, NOTHING_TO_DO, print } from "../output.ts";
import { settingsOf } from "../settingFlags.ts";

const SURE = "Is the member's key used nowhere else, and cannot start again elsewhere? Let it sign here?";

/// `kedge report resume`: a key that was stopped, since it had signed elsewhere, signs again. Exit code 3 where none was.
export async function resume({
  yes,
  json,
  ...flags
}: Record<string, unknown> & { yes: boolean; json: boolean }): Promise<void> {
  const { stateFolder } = settingsOf(KEEPER_SETTINGS, flags).values;
  const signed = new SignedReports(recordIn(stateFolder), Date.now() / 1_000);
  try {
    const reasons = signed.allStopped();
    if (reasons.length === 0) process.exitCode = NOTHING_TO_DO;
    else if (await confirm(`${reasons.join("\n")}\n${SURE}`, yes)) signed.resume();
    else return;
    const text = reasons.length === 0 ? "no key is stopped" : ["signs again:", ...reasons].join("\n");
    print({ resumed: reasons }, { json, text });
  } finally {
    signed.close();
  }
}

function recordIn(stateFolder: string): string {
  const path = join(stateFolder, "signed.sqlite");
  if (existsSync(path)) return path;
  throw new ConfigurationError({
    setting: "stateFolder",
    problem: "no record of what a key signed is there",
    value: stateFolder,
    example: "/var/lib/kedge",
  });
}
