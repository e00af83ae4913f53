import { ConfigurationError } from "../../lib/errors.ts";
import { seedFromMnemonic, validatorKey, type ValidatorKey } from "../../lib/keys.ts";
import { openKeystore, parseKeystore } from "../../lib/keystores/keystore.ts";
import { BEACON_NETWORKS } from "../../lib/keystores/networks.ts";
import { readNamed } from "../../lib/keystores/readKeystores.ts";
import { signExit } from "../../lib/keystores/signExit.ts";
import { stableStringify } from "../../lib/json.ts";
import { voluntaryExitJson, type ExitNetwork } from "../../lib/voluntaryExit.ts";
import { confirm, print } from "../output.ts";
import { processTerminal as terminal, UnansweredError } from "../terminal.ts";
import type { SecretOptions } from "./options.ts";
import { givenMnemonic, givenPassword } from "./secrets.ts";

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
export async function sign(keystore: string | undefined, options: ExitOptions): Promise<void> {
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
