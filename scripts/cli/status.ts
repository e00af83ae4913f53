import type { Command } from "commander";
import { lazily } from "./lazily.ts";
import { withSession } from "./sessionOptions.ts";

/// `kedge status`: how all stands, as of one block.
export function declareStatus(command: Command): void {
  withSession(command)
    .option("--watch", "again for every new block; with --json a line for each", false)
    .option("--keeper <url>", "where a keeper serves its health, to show its jobs too")
    .action(lazily(async () => (await import("./status/show.ts")).showStatus));
}
