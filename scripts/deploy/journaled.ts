import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Interface, Provider, Signer } from "ethers";
import { RetryableError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import type { TxSigner } from "../lib/tx/account.ts";
import { DEFAULT_POLICIES, type FeePolicy } from "../lib/tx/fees.ts";
import { Journal } from "../lib/tx/journal.ts";
import { JournaledSigner } from "../lib/tx/journaledSigner.ts";
import { TxManager } from "../lib/tx/manager.ts";
import type { Rpc } from "../lib/tx/rpc.ts";
import type { Intent } from "../lib/tx/types.ts";
import type { JournalOptions } from "../lib/tx/view.ts";

export interface JournaledOptions {
  /// Where each transaction is written down before it is sent.
  file: string;
  account: TxSigner;
  provider: Provider;
  node: Rpc;
  chainId: bigint;
  /// The most that may be spent in a day, fees and ether of the calls.
  capWei: bigint;
  /// Blocks after which a transaction counts.
  confirmations: number;
  log: Logger;
  fees?: Partial<FeePolicy>;
  /// Contracts whose errors can be named.
  interfaces?: readonly Interface[];
  journal?: JournalOptions;
  /// How long one transaction is waited for; it goes on by itself when the command is run again. Default: a quarter of an hour.
  patienceMs?: number;
  sleep?: (ms: number) => Promise<unknown>;
}

/// A deployer whose transactions go through a journal: whoever is stopped goes on with the same command.
export interface JournaledDeployer {
  signer: Signer;
  /// Waits until all counts.
  settle(): Promise<void>;
  close(): void;
}

const PATIENCE_MS = 15 * 60_000;
const LOOK_MS = 2_000;

/// Opens the journal, and goes on with what is in it.
export async function journaledDeployer(options: JournaledOptions): Promise<JournaledDeployer> {
  const { file, account, provider, node, chainId, capWei, confirmations, log, fees } = options;
  const { sleep = delay, patienceMs = PATIENCE_MS } = options;
  mkdirSync(dirname(file), { recursive: true });
  const journal = Journal.open(file, options.journal);
  try {
    const policy = { ...DEFAULT_POLICIES.normal, ...fees };
    const manager = await TxManager.resume({
      journal,
      signer: account,
      node,
      chainId,
      dailyCapWei: capWei,
      capPercent: { idle: 100, normal: 100, urgent: 100 },
      policies: { ...DEFAULT_POLICIES, normal: policy },
      confirmations,
      log,
      interfaces: options.interfaces ?? [],
    });
    const signer = new JournaledSigner({
      address: account.address,
      provider,
      manager,
      journal,
      job: "deploy",
      urgency: "normal",
      patienceMs,
      sleep,
    });
    const settle = async () => {
      for (;;) {
        await manager.tick();
        if (journal.intents("open").length === 0) break;
        await sleep(LOOK_MS);
      }
      const failed = journal.intents("all").filter(({ state }) => state === "reverted");
      for (const { key, note } of failed) log.warn({ key, note }, "a transaction reverted");
    };
    // what an earlier run began may be what the first step looks for
    await settleBegun(manager, journal, { sleep, patienceMs });
    return { signer, settle, close: () => journal.close() };
  } catch (error) {
    journal.close();
    throw error;
  }
}

async function settleBegun(
  manager: TxManager,
  journal: Journal,
  { sleep, patienceMs }: { sleep: (ms: number) => Promise<unknown>; patienceMs: number },
): Promise<void> {
  const until = journal.now() + patienceMs;
  const waits = () => journal.intents("open").filter(({ state }) => state !== "mined");
  while (waits().length > 0) {
    await manager.tick();
    if (waits().length === 0) break;
    if (journal.now() >= until) {
      const [{ key, state, note }] = waits() as [Intent];
      throw new RetryableError(
        `${key}, begun by an earlier run, is in no block yet (${state}${note ? `: ${note}` : ""})`,
      );
    }
    await sleep(LOOK_MS);
  }
}
