import { CommanderError, InvalidArgumentError, type Command } from "commander";
import { explain, KedgeError } from "../lib/errors.ts";
import { LeftBehindError } from "../lib/keystores/fileBatch.ts";
import { BAD_USAGE, FAILED, log, NEEDS_PERSON } from "./output.ts";
import { buildProgram, groupOf } from "./program.ts";
import { UnansweredError } from "./terminal.ts";

/**
 * Runs one command line, as `kedge` is followed by it.
 *
 * @returns the exit code; a verb that wants another than 0 sets `process.exitCode`
 * @throws whatever is no error on purpose: a defect
 */
export async function run(argv: readonly string[]): Promise<number> {
  process.exitCode = 0;
  const program = await buildProgram(groupOf(argv));
  for (const command of withAll(program)) {
    command.exitOverride().configureOutput({ outputError: (text, write) => write(withoutValues(text)) });
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    // help, or bad usage that is told already
    if (error instanceof CommanderError && !(error instanceof InvalidArgumentError))
      return error.exitCode === 0 ? 0 : BAD_USAGE;
    const code = codeOf(error);
    if (code === undefined) throw error;
    log(code === BAD_USAGE ? withoutKeys(explain(error)) : explain(error));
    return code;
  }
  return Number(process.exitCode);
}

/// Bad usage has a code of its own, by the convention of the other programs.
function codeOf(error: unknown): number | undefined {
  if (error instanceof InvalidArgumentError) return BAD_USAGE;
  if (error instanceof UnansweredError || error instanceof LeftBehindError) return NEEDS_PERSON;
  if (error instanceof KedgeError) return error.kind === "configuration" ? BAD_USAGE : FAILED;
  return undefined;
}

/// A password that somebody gave to an option that there is not, such as -p or --password, is in no complaint.
function withoutValues(text: string): string {
  return withoutKeys(text.replace(/(unknown option '(?:-[^-]|--[^'=]*))[^]*?'(?=\n|$)/, "$1'"));
}

/// Nor is a key that somebody gave in the place of something else.
function withoutKeys(text: string): string {
  return text.replace(/(0x)?[0-9a-fA-F]{64,}/g, "(a key?)");
}

export function withAll(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withAll)];
}
