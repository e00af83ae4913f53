import type { Command } from "commander";
import { withSession, type SessionOptions } from "../sessionOptions.ts";

export type SendOptions = SessionOptions & { dryRun: boolean };

/// The options of every command that sends a transaction.
export function withSending(command: Command): Command {
  return withSession(command).option(
    "--dry-run",
    "send nothing: show the call, what it would return, and its gas",
    false,
  );
}
