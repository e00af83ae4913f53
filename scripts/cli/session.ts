import { Option, type Command } from "commander";
import { isAddress, Wallet, type JsonRpcProvider, type Signer } from "ethers";
import { deploymentFolder, Records } from "../lib/records.ts";
import { connectRpc } from "../lib/connect.ts";
import { ConfigurationError } from "../lib/errors.ts";
import { ACCOUNT_NAMES, LOCAL_ACCOUNTS, type AccountName } from "../lib/localAccounts.ts";
import { beginLogsAt } from "../lib/logs.ts";
import { CONTRACT_NAMES, connectProtocol, type Addresses, type Protocol } from "../lib/protocol.ts";

/// Where a key may be given: never on the command line, which others can read.
const KEY = "KEDGE_PRIVATE_KEY";

export interface SessionOptions {
  network: string;
  rpcUrl: string;
  deployments?: string;
  account?: string;
  json: boolean;
}

/// A deployment, and who acts on it.
export interface Session {
  provider: JsonRpcProvider;
  protocol: Protocol;
  /// Whoever signs: the key in the environment, or an account that the node signs for.
  signer: () => Promise<Signer>;
  close: () => void;
}

/// The options that every command has.
export function withSession(command: Command): Command {
  return command
    .addOption(new Option("--network <name>", "whose deployment").default("devnet"))
    .option("--rpc-url <url>", "JSON-RPC of the execution chain", "http://127.0.0.1:8545")
    .option("--deployments <folder>", "where it is recorded (default: deployments/<network>)")
    .option(
      "--account <who>",
      `who signs: an address that the node signs for, or on local chains ${ACCOUNT_NAMES.join(", ")}; or ${KEY} in the environment`,
    )
    .option("--json", "print data as JSON", false);
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const addresses = recorded(options);
  const provider = await connectRpc(checkedUrl(options.rpcUrl));
  beginLogsAt(provider, new Records(folderOf(options)).firstBlock());
  return {
    provider,
    protocol: connectProtocol(addresses, provider),
    signer: () => signerOf(provider, options.account),
    close: () => provider.destroy(),
  };
}

function folderOf({ network, deployments }: SessionOptions): string {
  return deployments ?? deploymentFolder(network);
}

function recorded(options: SessionOptions): Addresses {
  const folder = folderOf(options);
  const addresses = new Records(folder).addresses();
  const missing = CONTRACT_NAMES.filter((name) => addresses[name] === undefined);
  if (missing.length > 0) {
    throw new ConfigurationError({
      setting: "--deployments",
      problem: `no whole deployment is recorded there: ${String(missing[0])} is missing`,
      value: folder,
      example: "--deployments deployments/devnet",
    });
  }
  return addresses as Addresses;
}

function checkedUrl(value: string): string {
  if (URL.canParse(value) && ["http:", "https:"].includes(new URL(value).protocol)) return value;
  throw new ConfigurationError({
    setting: "--rpc-url",
    problem: "is not an http or https URL",
    value,
    example: "--rpc-url http://127.0.0.1:8545",
  });
}

async function signerOf(provider: JsonRpcProvider, account: string | undefined): Promise<Signer> {
  const key = process.env[KEY];
  if (account === undefined && key !== undefined) {
    try {
      return new Wallet(key, provider);
    } catch {
      throw new ConfigurationError({
        setting: KEY,
        problem: "is not a private key",
        example: "0x followed by 64 digits",
      });
    }
  }
  if (account !== undefined && account in LOCAL_ACCOUNTS) {
    return provider.getSigner(LOCAL_ACCOUNTS[account as AccountName]);
  }
  if (account !== undefined && isAddress(account)) return provider.getSigner(account);
  throw new ConfigurationError({
    setting: "--account",
    problem: account === undefined ? "nobody signs" : "is no address, and no name of a local chain",
    value: account,
    example: "--account alice",
  });
}
