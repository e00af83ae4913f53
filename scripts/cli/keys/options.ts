import type { Command } from "commander";

/// Where a password may be given, besides a file: never on the command line, which others can read.
export const PASSWORD_VARIABLE = "KEDGE_KEYSTORE_PASSWORD";

export interface SecretOptions {
  mnemonicFile?: string;
  passwordFile?: string;
}

/// The option of commands that open or write keystores.
export function withPassword(command: Command): Command {
  return command.option(
    "--password-file <path>",
    `the password's file; or ${PASSWORD_VARIABLE} in the environment`,
  );
}
