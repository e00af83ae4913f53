import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SecretKey } from "@chainsafe/blst";
import { FileBatch } from "../../lib/keystores/fileBatch.ts";
import { openKeystore } from "../../lib/keystores/keystore.ts";
import { depositTargetOf, type DepositTarget } from "../../lib/keystores/networks.ts";
import { predepositFiles, signPredepositsOf } from "../../lib/keystores/predeposits.ts";
import { readKeystores } from "../../lib/keystores/readKeystores.ts";
import { verifyKeys, WrongFieldError } from "../../lib/keystores/verifyKeys.ts";
import { deploymentFolder } from "../../lib/records.ts";
import { log, NOTHING_TO_DO, print } from "../output.ts";
import { processTerminal as terminal } from "../terminal.ts";
import type { SecretOptions } from "./options.ts";
import { givenPassword } from "./secrets.ts";

interface TargetOptions extends SecretOptions {
  network: string;
  deployments?: string;
  credentials?: string;
  forkVersion?: string;
  json: boolean;
}

/// `kedge keys deposit-data`: what an operator commits.
export async function writeDepositData(
  paths: string[],
  options: TargetOptions & { out: string },
): Promise<void> {
  const target = targetOf(options);
  const keystores = await readKeystores(paths);
  const password = await givenPassword(options, terminal);
  const secretKeys: SecretKey[] = [];
  for (const keystore of keystores) secretKeys.push(await openKeystore(keystore, password));
  const deposits = signPredepositsOf(secretKeys, target);
  const { root, files } = predepositFiles(deposits, target.genesisForkVersion);
  if (await areThere(options.out, files)) {
    log("both files are there, and say the same");
    process.exitCode = NOTHING_TO_DO;
  } else await writeTogether(options.out, files);
  print(
    {
      ...target,
      root,
      files: files.map(({ name }) => join(options.out, name)),
      pubkeys: deposits.map(({ pubkey }) => pubkey),
    },
    { ...options, text: `${deposits.length} keys to ${target.withdrawalCredentials}, root ${root}` },
  );
}

/// `kedge keys verify`: a second look.
export async function verify(paths: string[], options: TargetOptions): Promise<void> {
  let asked: Promise<string> | undefined;
  const password = () => (asked ??= givenPassword(options, terminal));
  try {
    const verified = await verifyKeys(paths, { target: () => targetOf(options), password });
    const { files, keystores, deposits, root } = verified;
    const text = `${files} files are right: ${keystores} keystores, ${deposits} deposits${root ? `, root ${root}` : ""}`;
    print({ right: true, ...verified }, { ...options, text });
  } catch (error) {
    if (options.json && error instanceof WrongFieldError) {
      const { file, field, value } = error;
      print({ right: false, wrong: { file, field, value } }, { json: true, text: "" });
    }
    throw error;
  }
}

async function areThere(folder: string, files: readonly { name: string; text: string }[]): Promise<boolean> {
  for (const { name, text } of files) {
    const there = await readFile(join(folder, name), "utf8").catch(() => undefined);
    if (there !== text) return false;
  }
  return true;
}

async function writeTogether(
  folder: string,
  files: readonly { name: string; text: string }[],
): Promise<void> {
  const batch = await FileBatch.open(
    folder,
    files.map(({ name }) => name),
  );
  try {
    for (const { name, text } of files) await batch.write(name, text, 0o444);
    await batch.publish();
  } finally {
    await batch.close();
  }
}

function targetOf({ network, deployments, credentials, forkVersion }: TargetOptions): DepositTarget {
  if (credentials !== undefined && forkVersion !== undefined) {
    return { withdrawalCredentials: credentials, genesisForkVersion: forkVersion };
  }
  const recorded = depositTargetOf(deployments ?? deploymentFolder(network));
  return {
    withdrawalCredentials: credentials ?? recorded.withdrawalCredentials,
    genesisForkVersion: forkVersion ?? recorded.genesisForkVersion,
  };
}
