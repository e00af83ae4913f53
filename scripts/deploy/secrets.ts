import type { HardhatConfig, ResolvedConfigurationVariable } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { ConfigurationError } from "../lib/errors.ts";
import { Secret } from "../lib/secret.ts";
import { listening, openHardhat, type PublicNetwork } from "./hardhat.ts";

/// What Hardhat calls a variable that is set nowhere.
const NOT_FOUND = "HHE7";

/// One for all, so that the keystore's password is asked for once.
let opened: Promise<HardhatRuntimeEnvironment> | undefined;

/// The address of a network's node, which may have a token in it: HOODI_RPC_URL and so on.
///
/// @throws ConfigurationError where it is not set or is no URL; the message says how to set it
export async function rpcUrlOf(network: PublicNetwork): Promise<Secret> {
  const config = (await configuration()).networks[network];
  if (config?.type !== "http") throw new Error(`${network} has no URL in hardhat.config.ts`);
  const isUrl = (text: string) => URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
  return reveal(`${network.toUpperCase()}_RPC_URL`, config.url, isUrl, "not an http or https URL");
}

/// The key that deploys to a network: HOODI_DEPLOYER_KEY and so on.
///
/// @throws ConfigurationError where it is not set or is no key; the message says how to set it
export async function deployerKeyOf(network: PublicNetwork): Promise<Secret> {
  const accounts = (await configuration()).networks[network]?.accounts;
  const key = Array.isArray(accounts)
    ? (accounts[0] as ResolvedConfigurationVariable | undefined)
    : undefined;
  if (key === undefined) throw new Error(`${network} has no account in hardhat.config.ts`);
  const isKey = (text: string) => /^(0x)?[0-9a-f]{64}$/i.test(text);
  return reveal(`${network.toUpperCase()}_DEPLOYER_KEY`, key, isKey, "not a key of 32 bytes in hex");
}

/// What Etherscan asks of those who verify there.
///
/// @throws ConfigurationError where it is not set; the message says how to set it
export async function etherscanKey(): Promise<Secret> {
  const { apiKey } = (await configuration()).verify.etherscan;
  return reveal("ETHERSCAN_API_KEY", apiKey, (text) => text !== "", "empty");
}

async function configuration(): Promise<HardhatConfig> {
  opened ??= openHardhat();
  return (await opened).config;
}

async function reveal(
  name: string,
  variable: ResolvedConfigurationVariable,
  isRight: (text: string) => boolean,
  problem: string,
): Promise<Secret> {
  const wrong = (what: string, cause?: unknown) =>
    new ConfigurationError(
      { setting: name, problem: what, example: `npx hardhat keystore set ${name}` },
      cause === undefined ? undefined : { cause },
    );
  let text: string;
  try {
    text = await listening(console.error, () => variable.get());
  } catch (error) {
    if ((error as { errorCode?: unknown }).errorCode === NOT_FOUND) {
      throw wrong("set neither in the environment nor in Hardhat's keystore");
    }
    throw wrong("Hardhat's keystore does not give it", error);
  }
  if (!isRight(text)) throw wrong(problem);
  return new Secret(text);
}
