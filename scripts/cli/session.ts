import { isAddress, isError, Wallet, type Block, type JsonRpcProvider, type Signer } from "ethers";
import { LOCAL_ACCOUNTS, type AccountName } from "../lib/accountNames.ts";
import { connectRpc } from "../lib/connect.ts";
import { ConfigurationError, FatalError, KedgeError, RetryableError } from "../lib/errors.ts";
import { beginLogsAt } from "../lib/logs.ts";
import { CONTRACT_NAMES, connectProtocol, type Addresses, type Protocol } from "../lib/protocol.ts";
import { deploymentFolder, Records } from "../lib/records.ts";
import { refusalOf } from "../lib/reverts.ts";
import { shownUrl } from "../lib/settings/urls.ts";
import { KEY_VARIABLE, type SessionOptions } from "./sessionOptions.ts";

/// A deployment, and who acts on it.
export interface Session {
  provider: JsonRpcProvider;
  protocol: Protocol;
  /// Whoever signs: the key in the environment, or an account that the node signs for.
  signer: () => Promise<Signer>;
  close: () => void;
}

async function openSession(options: SessionOptions): Promise<Session> {
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

/// Opens a session, acts in it, and closes it. What contracts refuse is told by the names of their errors.
export async function inSession<T>(
  options: SessionOptions,
  act: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(options);
  try {
    return await act(session);
  } catch (error) {
    throw plainError(session.protocol, error);
  } finally {
    session.close();
  }
}

/// An address with a wrong checksum was mistyped.
export function checkedAddress(value: string, setting: string): string {
  if (isAddress(value)) return value;
  throw new ConfigurationError({
    setting,
    problem: "is no address, or was mistyped: its checksum is wrong",
    value,
    example: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  });
}

/// Somebody who was named, or whoever signs.
export async function ownerOf({ signer }: Session, given: string | undefined): Promise<string> {
  return given === undefined ? (await signer()).getAddress() : checkedAddress(given, "address");
}

/// @throws RetryableError where the chain has none yet
export async function latestBlock(provider: JsonRpcProvider): Promise<Block> {
  const block = await provider.getBlock("latest");
  if (block === null) throw new RetryableError("the chain has no block");
  return block;
}

/// What ethers throws, by what to do about it. Its own texts repeat the node's address, with any password in it.
export function plainError(protocol: Protocol, error: unknown): unknown {
  if (error instanceof KedgeError) return error;
  const refusal = refusalOf(protocol, error);
  if (refusal !== undefined) return refusal;
  if (isError(error, "INSUFFICIENT_FUNDS")) {
    return new FatalError("the account has too little ether for the amount and the gas");
  }
  for (const code of ["SERVER_ERROR", "NETWORK_ERROR", "TIMEOUT"] as const) {
    if (isError(error, code)) return new RetryableError(`the node does not answer (${code})`);
  }
  const { code } = error as { code?: unknown };
  if (code === "ECONNREFUSED" || code === "ECONNRESET") {
    return new RetryableError(`the node does not answer (${code})`);
  }
  if (isError(error, "BAD_DATA")) {
    return new FatalError("the contracts do not answer: the block is before them, or the chain is another");
  }
  if (isError(error, "UNKNOWN_ERROR")) {
    return new FatalError(`the node refuses: ${error.error?.message ?? error.shortMessage}`);
  }
  return error;
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
    value: shownUrl(value),
    example: "--rpc-url http://127.0.0.1:8545",
  });
}

async function signerOf(provider: JsonRpcProvider, account: string | undefined): Promise<Signer> {
  const key = process.env[KEY_VARIABLE];
  if (account === undefined && key !== undefined) {
    try {
      return new Wallet(key, provider);
    } catch {
      throw new ConfigurationError({
        setting: KEY_VARIABLE,
        problem: "is not a private key",
        example: "0x followed by 64 digits",
      });
    }
  }
  if (account !== undefined && (Object.hasOwn(LOCAL_ACCOUNTS, account) || isAddress(account))) {
    return signedByNode(provider, account);
  }
  throw new ConfigurationError({
    setting: "--account",
    problem: account === undefined ? "nobody signs" : "is no address, and no name of a local chain",
    value: account === undefined ? undefined : shownUrl(account),
    example: "--account alice",
  });
}

async function signedByNode(provider: JsonRpcProvider, account: string): Promise<Signer> {
  const signers = await provider.listAccounts();
  const signer = Object.hasOwn(LOCAL_ACCOUNTS, account)
    ? signers[LOCAL_ACCOUNTS[account as AccountName]]
    : signers.find(({ address }) => address.toLowerCase() === account.toLowerCase());
  if (signer !== undefined) return signer;
  throw new ConfigurationError({
    setting: "--account",
    problem: "the node signs for no such account",
    value: account,
    example: `${KEY_VARIABLE} in the environment`,
  });
}
