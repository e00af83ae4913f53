import { Command, InvalidArgumentError } from "commander";
import { ConfigurationError } from "../lib/errors.ts";
import { seedFromMnemonic, validatorKey, type ValidatorKey } from "../lib/keys.ts";
import { openKeystore, parseKeystore } from "../lib/keystores/keystore.ts";
import { BEACON_NETWORKS } from "../lib/keystores/networks.ts";
import { readNamed } from "../lib/keystores/readKeystores.ts";
import { signExit } from "../lib/keystores/signExit.ts";
import { stableStringify } from "../lib/json.ts";
import { voluntaryExitJson, type ExitNetwork } from "../lib/voluntaryExit.ts";
import { givenMnemonic, givenPassword, withPassword, type SecretOptions } from "./keySecrets.ts";
import { confirm, print } from "./output.ts";
import { processTerminal as terminal, UnansweredError } from "./terminal.ts";

interface ExitOptions extends SecretOptions {
  key?: number;
  validatorIndex: number;
  epoch: number;
  network?: string;
  capellaForkVersion?: string;
  genesisValidatorsRoot?: string;
  yes: boolean;
}

/// `kedge keys exit-sign`: a validator's word that it leaves.
export function exitSignCommand(): Command {
  return withPassword(new Command("exit-sign"))
    .description("sign a voluntary exit: what POST /eth/v1/beacon/pool/voluntary_exits takes")
    .argument("[keystore]", "whose key signs; else --key says which of a mnemonic")
    .option("--key <index>", "index of the key that signs, of a mnemonic", wholeNumber)
    .option("--mnemonic-file <path>", "read the words from there; else they are asked for")
    .requiredOption("--validator-index <index>", "the validator's, as the beacon chain counts", wholeNumber)
    .requiredOption("--epoch <epoch>", "from which epoch on the exit is good", wholeNumber)
    .option(
      "--network <name>",
      `which beacon chain: ${Object.keys(BEACON_NETWORKS).join(", ")}; else name both:`,
    )
    .option("--capella-fork-version <hex>", "CAPELLA_FORK_VERSION of the chain", bytes(4))
    .option("--genesis-validators-root <hex>", "genesis_validators_root of the chain", bytes(32))
    .option("--yes", "sign without asking", false)
    .option("--json", "print data as JSON: what is printed is JSON anyway", false)
    .action(sign);
}

async function sign(keystore: string | undefined, options: ExitOptions): Promise<void> {
  const network = networkOf(options);
  const { secretKey, pubkey } = await signerOf(keystore, options);
  const { validatorIndex, epoch } = options;
  const question = `Sign that validator ${validatorIndex} (${pubkey}) leaves from epoch ${epoch} on? It cannot be taken back.`;
  if (!(await confirm(question, options.yes))) throw new UnansweredError("nothing was signed");
  const exit = voluntaryExitJson(signExit(secretKey, { epoch, validatorIndex }, network));
  print(exit, { json: false, text: stableStringify(exit) });
}

async function signerOf(
  keystore: string | undefined,
  options: ExitOptions,
): Promise<Pick<ValidatorKey, "secretKey" | "pubkey">> {
  if ((keystore === undefined) === (options.key === undefined)) {
    throw new ConfigurationError({
      setting: "--key",
      problem: "name a keystore, or the index of a mnemonic's key: one of both",
      example: "--key 0",
    });
  }
  if (keystore === undefined) {
    return validatorKey(seedFromMnemonic(await givenMnemonic(options, terminal)), options.key!);
  }
  const read = parseKeystore(await readNamed(keystore), keystore);
  return { secretKey: await openKeystore(read, await givenPassword(options, terminal)), pubkey: read.pubkey };
}

function networkOf({ network, capellaForkVersion, genesisValidatorsRoot }: ExitOptions): ExitNetwork {
  const known = network === undefined ? undefined : BEACON_NETWORKS[network];
  const named = {
    capellaForkVersion: capellaForkVersion ?? known?.capellaForkVersion,
    genesisValidatorsRoot: genesisValidatorsRoot ?? known?.genesisValidatorsRoot,
  };
  if (named.capellaForkVersion !== undefined && named.genesisValidatorsRoot !== undefined)
    return named as ExitNetwork;
  throw new ConfigurationError({
    setting: "--network",
    problem: `is none of ${Object.keys(BEACON_NETWORKS).join(", ")}: then name --capella-fork-version and --genesis-validators-root`,
    value: network,
    example: "--network mainnet",
  });
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!/^[0-9]+$/.test(value) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError("Not a whole number.");
  return number;
}

function bytes(length: number): (value: string) => string {
  return (value) => {
    if (new RegExp(`^0x[0-9a-fA-F]{${2 * length}}$`).test(value)) return value.toLowerCase();
    throw new InvalidArgumentError(`Not ${length} bytes of 0x-hex.`);
  };
}
