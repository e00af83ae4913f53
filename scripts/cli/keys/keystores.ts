import { FatalError } from "../../lib/errors.ts";
import {
  deriveKeystores,
  requireNoKeystores,
  type WrittenKeystore,
} from "../../lib/keystores/deriveKeystores.ts";
import { newMnemonic } from "../../lib/keystores/mnemonic.ts";
import { Progress } from "../../lib/progress.ts";
import { formatTable } from "../../lib/table.ts";
import { log, print } from "../output.ts";
import { processTerminal as terminal } from "../terminal.ts";
import type { SecretOptions } from "./options.ts";
import { givenMnemonic, handOver, newPassword, requireWayOut } from "./secrets.ts";

interface DeriveOptions extends SecretOptions {
  out: string;
  first: number;
  count: number;
  json: boolean;
}

/// `kedge keys new`.
export async function makeNew(options: DeriveOptions & { yes: boolean }): Promise<void> {
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

/// `kedge keys derive`.
export async function derive(options: DeriveOptions): Promise<void> {
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
