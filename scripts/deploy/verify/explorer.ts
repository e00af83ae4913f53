import { setTimeout as delay } from "node:timers/promises";
import { verifyContract } from "@nomicfoundation/hardhat-verify/verify";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { ConfigurationError, explain, FatalError, RetryableError } from "../../lib/errors.ts";
import { retry } from "../../lib/retry.ts";
import type { Secret } from "../../lib/secret.ts";
import { readArtifact } from "../artifacts.ts";
import { listening } from "../hardhat.ts";
import type { DeployedContract } from "./contracts.ts";

export const EXPLORERS = ["etherscan", "blockscout", "sourcify"] as const;
export type ExplorerName = (typeof EXPLORERS)[number];

/// What came of asking an explorer; `unanswered` may be asked again, `refused` is for a person to look at.
export interface Answer {
  outcome: "verified" | "already-verified" | "refused" | "unanswered";
  detail?: string;
}

export interface Explorer {
  name: ExplorerName;
  /// With that network, and the explorers' addresses and keys.
  hre: HardhatRuntimeEnvironment;
  /// Shown nowhere, whoever repeats them.
  secrets: readonly Secret[];
  /// How long one contract may take, in milliseconds.
  patienceMs?: number;
  sleep?: (ms: number) => Promise<unknown>;
}

const PATIENCE_MS = 5 * 60_000;

/// What Hardhat calls its errors, by what to do about them. The explorer was not reached, was busy, or knows nothing of the
/// address yet:
const TRY_AGAIN = new Set(["HHE80001", "HHE80002", "HHE80021", "HHE80024", "HHE80028"]);
const ALREADY_VERIFIED = "HHE80022";
const NOT_ACCEPTED = "HHE80023";
const NOT_THE_SOURCE = "HHE80026";

/// Has an explorer verify one contract, unless it has already.
///
/// @throws ConfigurationError where the explorer does not take the key
export async function verifyOn(explorer: Explorer, contract: DeployedContract): Promise<Answer> {
  const { name, secrets, sleep = delay } = explorer;
  try {
    return await retry(() => ask(explorer, contract), { backoffMs: 2_000, maxBackoffMs: 30_000, sleep });
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const isRefusal = error instanceof FatalError;
    const detail = withoutSecrets(explain(error), secrets);
    return { outcome: isRefusal ? "refused" : "unanswered", detail: `${name}: ${detail}` };
  }
}

async function ask(explorer: Explorer, contract: DeployedContract): Promise<Answer> {
  const { name, hre, patienceMs = PATIENCE_MS } = explorer;
  const { sourceName, contractName } = readArtifact(contract.name);
  let wasVerified = false;
  const hear = (text: string) => (wasVerified ||= text.includes("has already been verified"));
  const verified = () =>
    verifyContract(
      {
        address: contract.address,
        constructorArgs: [...contract.constructorArguments],
        contract: `${sourceName}:${contractName}`,
        provider: name,
      },
      hre,
    );
  try {
    await listening(hear, () => within(patienceMs, verified()));
  } catch (error) {
    return answerTo(error, explorer);
  }
  return { outcome: wasVerified ? "already-verified" : "verified" };
}

/// What takes longer goes on, and nobody hears of it.
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no verdict in ${ms / 1000} seconds; ask again later`)), ms);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

/// @throws RetryableError, FatalError (the explorer refuses) or ConfigurationError by what the explorer said
function answerTo(error: unknown, { name, secrets }: Explorer): Answer {
  const { errorCode } = error as { errorCode?: string };
  const said = withoutSecrets(onOneLine(explain(error)), secrets);
  if (errorCode === ALREADY_VERIFIED) return { outcome: "already-verified" };
  if (errorCode === NOT_ACCEPTED && name === "etherscan" && /api key/i.test(said)) {
    throw new ConfigurationError({
      setting: "ETHERSCAN_API_KEY",
      problem: said,
      example: "npx hardhat keystore set ETHERSCAN_API_KEY",
    });
  }
  const isBusy = errorCode === NOT_ACCEPTED && /rate limit|too many requests|max calls/i.test(said);
  if (isBusy || (errorCode !== undefined && TRY_AGAIN.has(errorCode))) throw new RetryableError(said);
  if (errorCode === NOT_ACCEPTED || errorCode === NOT_THE_SOURCE) throw new FatalError(said);
  throw error;
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret.reveal(), "…"), text);
}
