import { InvalidArgumentError, type Command } from "commander";
import { KEEPER_SETTINGS } from "../keepers/settings.ts";
import { shownUrl } from "../lib/settings/urls.ts";
import { lazily } from "./lazily.ts";
import { withSession } from "./sessionOptions.ts";
import { withSettings } from "./settingFlags.ts";

/// `kedge report <verb>`: what members of the committee sign.
export function declareReport(report: Command): void {
  const verb = (name: string, description: string) =>
    withSession(report.command(name).description(description)).option(
      "--beacon-url <url>",
      "Beacon API of a consensus node",
      "http://127.0.0.1:5052",
    );
  verb("build", "the report of a frame boundary, from finalized state alone")
    .argument("<refSlot>", "a frame boundary", slot)
    .action(lazily(async () => (await import("./report/build.ts")).build));
  verb("diff", "compare reports: files, what other keepers published, or what this node says")
    .argument("<refSlot>", "a frame boundary", slot)
    .argument("[file...]", "reports as JSON, as `build --json` writes them")
    .option("--peer <url>", "a keeper that publishes what its members signed (again for more)", collect, [])
    .action(lazily(async () => (await import("./report/diff.ts")).diff));
  verb("explain", "what a report is made of, and how far it is from the oracle's limits")
    .argument("<refSlot>", "a frame boundary", slot)
    .argument("[file]", "a report as JSON (default: the one that this node tells)")
    .option("--on-chain", "the report that was handed in for that boundary", false)
    .action(lazily(async () => (await import("./report/explain.ts")).explain));
  report
    .command("replay")
    .description("run a recorded cycle again, without a network, and compare")
    .argument("<file>", "a recorded cycle: a file in the folder cycles below recordFolder")
    .option("--json", "print data as JSON", false)
    .action(lazily(async () => (await import("./report/replay.ts")).replay));
  const resume = report.command("resume");
  withSettings(
    resume.description(
      "let a member's key sign again that was stopped, as it had signed what the keeper's record does not have",
    ),
    KEEPER_SETTINGS,
  )
    .option("--yes", "do not ask", false)
    .option("--json", "print data as JSON", false)
    .action(lazily(async () => (await import("./report/resume.ts")).resume));
}

function slot(text: string): number {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) throw new InvalidArgumentError(`"${text}" is no slot`);
  return Number(text);
}

function collect(value: string, before: string[]): string[] {
  if (!URL.canParse(value)) throw new InvalidArgumentError(`"${shownUrl(value)}" is no URL`);
  return [...before, value];
}
