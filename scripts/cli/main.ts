import { Command, InvalidArgumentError } from "commander";
import { BAD_USAGE, FAILED, log, NEEDS_PERSON } from "./output.ts";
import { explain, KedgeError } from "../lib/errors.ts";
import { LeftBehindError } from "../lib/keystores/fileBatch.ts";
import { configCommand } from "./config.ts";
import { doctorCommand } from "./doctor.ts";
import { governCommand } from "./govern.ts";
import { keeperCommand } from "./keeper.ts";
import { keysCommand } from "./keys.ts";
import { reportCommand } from "./report.ts";
import { UnansweredError } from "./terminal.ts";
import { txCommand } from "./tx.ts";

const program = new Command("kedge")
  .description("What people and keepers do with a deployment of the protocol, and operators with their keys.")
  .addCommand(configCommand())
  .addCommand(doctorCommand())
  .addCommand(governCommand())
  .addCommand(keeperCommand())
  .addCommand(keysCommand())
  .addCommand(reportCommand())
  .addCommand(txCommand());

/// Bad usage has a code of its own, by the convention of the other programs.
for (const command of withAll(program)) {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE));
}
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof InvalidArgumentError) process.exitCode = BAD_USAGE;
  else if (error instanceof UnansweredError || error instanceof LeftBehindError)
    process.exitCode = NEEDS_PERSON;
  else if (error instanceof KedgeError)
    process.exitCode = error.kind === "configuration" ? BAD_USAGE : FAILED;
  else throw error;
  log(explain(error));
}

function withAll(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withAll)];
}
