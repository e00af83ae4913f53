import { Command } from "commander";
import { KEEPER_JOBS, KEEPER_SETTINGS } from "../keepers/settings.ts";
import type { Outcome } from "../keepers/job.ts";
import type { CycleResult } from "../keepers/runner.ts";
import { createLogger } from "../lib/logger.ts";
import { textsToHide } from "../lib/settings/print.ts";
import { FAILED, NEEDS_PERSON, NOTHING_TO_DO } from "./output.ts";
import { settingsOf, withSettings } from "./settingFlags.ts";

/// `kedge keeper run`: what the protocol needs somebody to do.
export function declareKeeper(keeper: Command): void {
  const run = new Command("run")
    .description(`runs jobs until it is told to stop: ${KEEPER_JOBS.join(", ")}, or all`)
    .argument("[job...]", "which jobs (default: those of the settings)");
  keeper.addCommand(
    withSettings(run, KEEPER_SETTINGS)
      .option(
        "--once",
        "one round of each job: exit code 0 acted, 1 later, 3 nothing to do, 4 needs a person",
      )
      .action((jobs: string[], { once = false, ...flags }: { once?: boolean }) =>
        runKeeper(jobs, flags, once),
      ),
  );
}

async function runKeeper(jobs: string[], flags: Record<string, unknown>, once: boolean): Promise<void> {
  const wanted = jobs.includes("all") ? [...KEEPER_JOBS] : jobs;
  const resolved = settingsOf(KEEPER_SETTINGS, {
    ...flags,
    ...(wanted.length > 0 ? { jobs: wanted.join(",") } : {}),
  });
  const settings = resolved.values;
  const log = createLogger({
    level: settings.logLevel,
    json: settings.logFormat === "json",
    secrets: textsToHide(resolved),
  });
  const { startKeeper } = await import("../keepers/keeper.ts");
  // a single round waits for nobody's turn
  const keeper = await startKeeper(once ? { ...settings, turnSeconds: 0 } : settings, log);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const { healthUrl, reportUrl } = keeper;
  log.info({ jobs: settings.jobs, dryRun: settings.dryRun, healthUrl, reportUrl }, "running");
  try {
    if (once) process.exitCode = exitCodeOf(await keeper.once());
    else await keeper.run(stop.signal);
  } finally {
    await keeper.close();
  }
  log.info("stopped");
}

/// The worst of them.
function exitCodeOf(results: readonly CycleResult[]): number {
  const has = (wanted: Outcome) => results.some(({ outcome }) => outcome === wanted);
  if (has("failed")) return NEEDS_PERSON;
  if (has("retry")) return FAILED;
  return has("acted") ? 0 : NOTHING_TO_DO;
}
