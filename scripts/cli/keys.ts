import { Command, InvalidArgumentError } from "commander";
import { FatalError } from "../lib/errors.ts";
import {
  deriveKeystores,
  requireNoKeystores,
  type WrittenKeystore,
} from "../lib/keystores/deriveKeystores.ts";
import { newMnemonic } from "../lib/keystores/mnemonic.ts";
import { Progress } from "../lib/progress.ts";
import { formatTable } from "../lib/table.ts";
import { depositDataCommand, verifyCommand } from "./keyDeposits.ts";
import { exitSignCommand } from "./keyExits.ts";
import {
  givenMnemonic,
  handOver,
  newPassword,
  PASSWORD_VARIABLE,
  requireWayOut,
  withoutSecrets,
  withPassword,
  type SecretOptions,
} from "./keySecrets.ts";
import { log, print } from "./output.ts";
import { processTerminal as terminal } from "./terminal.ts";

interface DeriveOptions extends SecretOptions {
  out: string;
  first: number;
  count: number;
  json: boolean;
}

const NOTE = `
Nothing here uses the network: run it on a machine that has none. A password comes from --password-file, from
${PASSWORD_VARIABLE}, or is asked for; a mnemonic comes from --mnemonic-file or is asked for. Neither is ever an argument,
nor in anything that is printed. Files of secrets are refused where others can read them.

Exit codes: 0 done, 1 failed, 2 bad usage, 3 nothing to do, 4 a person must look or said no.`;

/// `kedge keys <verb>`: the keys of an operator's validators, offline.
export function keysCommand(): Command {
  const keys = new Command("keys")
    .description("Make, check and use the keys of validators, offline.")
    .addHelpText("after", NOTE)
    .addCommand(
      withKeystores(new Command("new"))
        .description("make a mnemonic, and keystores from it")
        .option(
          "--mnemonic-file <path>",
          "write the words there (mode 0400); else a terminal shows them, once",
        )
        .option("--yes", "do not ask for the words again", false)
        .action(makeNew),
    )
    .addCommand(
      withKeystores(new Command("derive"))
        .description("make keystores from a mnemonic that is there")
        .option("--mnemonic-file <path>", "read the words from there; else they are asked for")
        .action(derive),
    )
    .addCommand(depositDataCommand())
    .addCommand(verifyCommand())
    .addCommand(exitSignCommand());
  for (const command of [keys, ...keys.commands]) withoutSecrets(command);
  return keys;
}

async function makeNew(options: DeriveOptions & { yes: boolean }): Promise<void> {
  requireWayOut(options, terminal);
  await requireNoKeystores({ ...options, folder: options.out });
  const password = await newPassword(options, terminal);
  const mnemonic = newMnemonic();
  await handOver(mnemonic, options, terminal);
  const { mnemonicFile } = options;
  try {
    const keystores = await write(options, mnemonic, password);
    show(keystores, options, { mnemonicFile });
  } catch (error) {
    log(
      `there are words, but no keystores: go on with kedge keys derive${mnemonicFile ? ` from ${mnemonicFile}` : ""}`,
    );
    throw error;
  }
}

async function derive(options: DeriveOptions): Promise<void> {
  await requireNoKeystores({ ...options, folder: options.out });
  const mnemonic = await givenMnemonic(options, terminal);
  const password = await newPassword(options, terminal);
  show(await write(options, mnemonic, password), options);
}

async function write(
  { out, first, count }: DeriveOptions,
  mnemonic: string,
  password: string,
): Promise<WrittenKeystore[]> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(new FatalError("stopped: no keystore was written"));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const step = new Progress().start("keystores");
  try {
    const keystores = await deriveKeystores({
      ...{ mnemonic, password, folder: out, first, count, signal: stop.signal },
      onProgress: (stage, done) => step.update(`${stage} ${done} of ${count}`),
    });
    step.succeed(`${count} written, read back and compared`);
    return keystores;
  } catch (error) {
    step.fail();
    throw error;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function show(
  keystores: WrittenKeystore[],
  { json }: DeriveOptions,
  more: { mnemonicFile?: string } = {},
): void {
  const rows = keystores.map(({ index, pubkey, file }) => [index, pubkey, file]);
  print({ keystores, ...more }, { json, text: formatTable(["index", "pubkey", "file"], rows) });
}

function withKeystores(command: Command): Command {
  return withPassword(command)
    .requiredOption("--out <folder>", "where keystores are written; made where it is not there")
    .option("--first <index>", "index of the first key", wholeNumber, 0)
    .option("--count <number>", "how many keys", atLeastOne, 1)
    .option("--json", "print data as JSON", false);
}

function wholeNumber(value: string): number {
  if (!/^[0-9]{1,10}$/.test(value)) throw new InvalidArgumentError("Not a whole number.");
  return Number(value);
}

function atLeastOne(value: string): number {
  const count = wholeNumber(value);
  if (count < 1 || count > 1_000) throw new InvalidArgumentError("Not from 1 to 1000.");
  return count;
}
