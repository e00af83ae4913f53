import { Command, InvalidArgumentError } from "commander";
import { wholeNumber } from "./arguments.ts";
import { lazily } from "./lazily.ts";
import { PASSWORD_VARIABLE, withPassword } from "./keys/options.ts";

const NOTE = `
Nothing here uses the network: run it on a machine that has none. A password comes from --password-file, from
${PASSWORD_VARIABLE}, or is asked for; a mnemonic comes from --mnemonic-file or is asked for. Neither is ever an argument,
nor in anything that is printed. Files of secrets are refused where others can read them.

Exit codes: 0 done, 1 failed, 2 bad usage, 3 nothing to do, 4 a person must look or said no.`;

/// `kedge keys <verb>`: the keys of an operator's validators, offline.
export function declareKeys(keys: Command): void {
  keys
    .addHelpText("after", NOTE)
    .addCommand(
      withKeystores(new Command("new"))
        .description("make a mnemonic, and keystores from it")
        .option(
          "--mnemonic-file <path>",
          "write the words there (mode 0400); else a terminal shows them, once",
        )
        .option("--yes", "do not ask for the words again", false)
        .action(lazily(async () => (await import("./keys/keystores.ts")).makeNew)),
    )
    .addCommand(
      withKeystores(new Command("derive"))
        .description("make keystores from a mnemonic that is there")
        .option("--mnemonic-file <path>", "read the words from there; else they are asked for")
        .action(lazily(async () => (await import("./keys/keystores.ts")).derive)),
    )
    .addCommand(
      withTarget(new Command("deposit-data"))
        .description(
          "sign the predeposits of keystores, 1 ETH each to the pool's credentials, and their commitment",
        )
        .argument("<keystores...>", "files or folders, in the order in which the keys will be used")
        .requiredOption("--out <folder>", "where commitment.json and deposit_data.json are written")
        .action(lazily(async () => (await import("./keys/deposits.ts")).writeDepositData)),
    )
    .addCommand(
      withTarget(new Command("verify"))
        .description("recompute all that keystores, commitments and deposit data say")
        .argument("<files...>", "files, or folders of keystores; those given together must fit together")
        .action(lazily(async () => (await import("./keys/deposits.ts")).verify)),
    )
    .addCommand(exitSign());
}

function exitSign(): Command {
  return withPassword(new Command("exit-sign"))
    .description("sign a voluntary exit: what POST /eth/v1/beacon/pool/voluntary_exits takes")
    .argument("[keystore]", "whose key signs; else --key says which of a mnemonic")
    .option("--key <index>", "index of the key that signs, of a mnemonic", wholeNumber)
    .option("--mnemonic-file <path>", "read the words from there; else they are asked for")
    .requiredOption("--validator-index <index>", "the validator's, as the beacon chain counts", wholeNumber)
    .requiredOption("--epoch <epoch>", "from which epoch on the exit is good", wholeNumber)
    .option("--network <name>", "which beacon chain: mainnet, hoodi; else name both:")
    .option("--capella-fork-version <hex>", "CAPELLA_FORK_VERSION of the chain", bytes(4))
    .option("--genesis-validators-root <hex>", "genesis_validators_root of the chain", bytes(32))
    .option("--yes", "sign without asking", false)
    .option("--json", "print data as JSON: what is printed is JSON anyway", false)
    .action(lazily(async () => (await import("./keys/exits.ts")).sign));
}

function withTarget(command: Command): Command {
  return withPassword(command)
    .option("--network <name>", "whose deployment", "devnet")
    .option("--deployments <folder>", "where it is recorded (default: deployments/<network>)")
    .option(
      "--credentials <hex>",
      "withdrawal credentials, in place of the deployment's",
      withdrawalCredentials,
    )
    .option("--fork-version <hex>", "genesis fork version, in place of the deployment's", forkVersion)
    .option("--json", "print data as JSON", false);
}

function withKeystores(command: Command): Command {
  return withPassword(command)
    .requiredOption("--out <folder>", "where keystores are written; made where it is not there")
    .option("--first <index>", "index of the first key", wholeNumber, 0)
    .option("--count <number>", "how many keys", atLeastOne, 1)
    .option("--json", "print data as JSON", false);
}

function withdrawalCredentials(value: string): string {
  if (/^0x(?!00)[0-9a-fA-F]{2}0{22}[0-9a-fA-F]{40}$/.test(value)) return value.toLowerCase();
  throw new InvalidArgumentError("Not a prefix other than 0x00, eleven zero bytes and an address.");
}

function forkVersion(value: string): string {
  if (/^0x[0-9a-fA-F]{8}$/.test(value)) return value.toLowerCase();
  throw new InvalidArgumentError("Not four bytes, such as 0x00000000.");
}

function bytes(length: number): (value: string) => string {
  return (value) => {
    if (new RegExp(`^0x[0-9a-fA-F]{${2 * length}}$`).test(value)) return value.toLowerCase();
    throw new InvalidArgumentError(`Not ${length} bytes of 0x-hex.`);
  };
}

function atLeastOne(value: string): number {
  const count = wholeNumber(value);
  if (count < 1 || count > 1_000) throw new InvalidArgumentError("Not from 1 to 1000.");
  return count;
}
