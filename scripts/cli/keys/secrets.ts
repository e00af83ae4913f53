import { basename, dirname } from "node:path";
import { ConfigurationError } from "../../lib/errors.ts";
import { writeAlone } from "../../lib/keystores/fileBatch.ts";
import { repeatsMnemonic } from "../../lib/keystores/mnemonic.ts";
import { readSecretFile, requireStrength, takeVariable } from "../../lib/keystores/secrets.ts";
import { onOwnScreen, UnansweredError, type Terminal } from "../terminal.ts";
import { PASSWORD_VARIABLE, type SecretOptions } from "./options.ts";

/// How often the words may be typed wrong.
const TRIES = 3;

/// The password of keystores that are there.
export async function givenPassword(options: SecretOptions, terminal: Terminal): Promise<string> {
  return (
    (await passwordWithoutAsking(options)) ?? ask(terminal, "Password of the keystores: ", "--password-file")
  );
}

/// The password of keystores to be written: long enough, and typed twice.
export async function newPassword(options: SecretOptions, terminal: Terminal): Promise<string> {
  const given = await passwordWithoutAsking(options);
  const password = given ?? (await ask(terminal, "New password of the keystores: ", "--password-file"));
  requireStrength(password, options.passwordFile === undefined ? PASSWORD_VARIABLE : "--password-file");
  if (given === undefined && (await terminal.ask("Again: ", { hidden: true })) !== password) {
    throw new UnansweredError("these were two passwords: nothing was done");
  }
  return password;
}

/// The words that somebody wrote down.
export async function givenMnemonic({ mnemonicFile }: SecretOptions, terminal: Terminal): Promise<string> {
  if (mnemonicFile !== undefined) return readSecretFile(mnemonicFile, "--mnemonic-file");
  return ask(terminal, "Mnemonic: ", "--mnemonic-file");
}

/// Puts new words into a file, or before somebody's eyes.
export async function handOver(
  mnemonic: string,
  { mnemonicFile, yes }: SecretOptions & { yes: boolean },
  terminal: Terminal,
): Promise<void> {
  if (mnemonicFile !== undefined) {
    await writeAlone(dirname(mnemonicFile), basename(mnemonicFile), `${mnemonic}\n`, 0o400);
    return;
  }
  await onOwnScreen(terminal, async () => {
    terminal.write(
      `${numbered(mnemonic)}\n\nWrite these words down, in this order. They are shown this once.\n`,
    );
    await terminal.ask("Press Enter when you have. ", { hidden: true });
  });
  if (!yes) await onOwnScreen(terminal, () => repeated(mnemonic, terminal));
}

/// Refused before anything is made, where words could be given to nobody.
export function requireWayOut({ mnemonicFile }: SecretOptions, terminal: Terminal): void {
  if (mnemonicFile === undefined && !terminal.isThere) throw unasked("--mnemonic-file");
}

async function repeated(mnemonic: string, terminal: Terminal): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    const typed = await terminal.ask("Type the words, or the first four letters of each:\n");
    if (repeatsMnemonic(typed, mnemonic)) return;
    terminal.write("These are other words.\n");
  }
  throw new UnansweredError("the words were not repeated: forget them, nothing was written");
}

async function passwordWithoutAsking({ passwordFile }: SecretOptions): Promise<string | undefined> {
  const variable = takeVariable(PASSWORD_VARIABLE);
  if (passwordFile === undefined) return variable;
  if (variable !== undefined) {
    throw new ConfigurationError({
      setting: "--password-file",
      problem: `${PASSWORD_VARIABLE} is set too: which one is meant?`,
      example: `unset ${PASSWORD_VARIABLE}`,
    });
  }
  return readSecretFile(passwordFile, "--password-file");
}

async function ask(terminal: Terminal, question: string, setting: string): Promise<string> {
  if (!terminal.isThere) throw unasked(setting);
  return terminal.ask(question, { hidden: true });
}

function unasked(setting: string): ConfigurationError {
  return new ConfigurationError({
    setting,
    problem: "nobody can be asked here: name a file",
    example: `${setting} secret.txt, of mode 0400`,
  });
}

function numbered(mnemonic: string): string {
  const words = mnemonic.split(" ").map((word, i) => `${String(i + 1).padStart(2)} ${word.padEnd(10)}`);
  return Array.from({ length: 6 }, (_, row) =>
    words
      .slice(row * 4, row * 4 + 4)
      .join("  ")
      .trimEnd(),
  ).join("\n");
}
