import type { Command } from "commander";
import { id } from "../arguments.ts";
import { withSending, type SendOptions } from "../send/options.ts";

export type OperatorOptions = SendOptions & { operator: bigint };

/// The options of every command that sends something for an operator.
export function forOperator(command: Command): Command {
  return withSending(command).requiredOption("--operator <id>", "which operator", id);
}
