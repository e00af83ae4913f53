/** One account at work: what the steps of a transaction's life share. */
import type { Interface, TransactionRequest } from "ethers";
import { isRetryable } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { Effect } from "./boundaries.ts";
import type { Chain } from "./chain.ts";
import { urgencyAt, type FeePolicies, type FeePolicy, type Market } from "./fees.ts";
import type { Journal } from "./journal.ts";
import type { Rpc } from "./rpc.ts";
import type { Intent, Urgency } from "./types.ts";

/** Who signs; any wallet of ethers fits. */
export interface TxSigner {
  readonly address: string;
  signTransaction(transaction: TransactionRequest): Promise<string>;
}

export interface Account {
  readonly journal: Journal;
  readonly signer: TxSigner;
  readonly chain: Chain;
  /** Each node alone, at least one: what only several can show. */
  readonly witnesses: readonly Chain[];
  readonly sender: Rpc;
  readonly chainId: bigint;
  readonly policies: FeePolicies;
  /** Blocks, the transaction's own among them, after which it is held to be there for good. */
  readonly confirmations: number;
  /** The most that may be spent in any 24 hours, value included. */
  readonly dailyCapWei: bigint;
  /** Of that cap, in percent. */
  readonly capPercent: Readonly<Record<Urgency, number>>;
  /** How much more gas than estimated is allowed, in percent. */
  readonly gasMarginPercent: bigint;
  /** Contracts whose errors can be named. */
  readonly interfaces: readonly Interface[];
  readonly isNeeded: (intent: Intent) => Promise<boolean>;
  readonly log: Logger;
}

export interface Nonces {
  /** Transactions of the account in blocks: the lowest nonce that is free. */
  latestNonce: number;
  /** As `latestNonce`, with those that wait in the nodes' pools. */
  pendingNonce: number;
  /** Which node says more than is explained; undefined where none does, or others outvote it. */
  doubt: string | undefined;
}

/** What the chain says as a tick begins. */
export interface Round extends Nonces {
  head: number;
  market: Market;
}

export function policyOf({ policies, journal }: Account, intent: Intent): FeePolicy {
  return policies[urgencyAt(intent, journal.now())];
}

/** Runs something that the outside sees, between its two boundaries. */
export async function effect<T>({ journal }: Account, name: Effect, run: () => Promise<T>): Promise<T> {
  journal.at(`before: ${name}`);
  const result = await run();
  journal.at(`after: ${name}`);
  return result;
}

/** Why an intent is of no more use; undefined while it is, or while nobody can tell. */
export async function uselessSince(account: Account, intent: Intent): Promise<string | undefined> {
  if (intent.isNoop) return undefined;
  if (intent.deadlineMs !== undefined && account.journal.now() >= intent.deadlineMs) {
    return "its deadline has passed";
  }
  try {
    return (await account.isNeeded(intent)) ? undefined : "no longer needed";
  } catch (error) {
    if (!isRetryable(error)) throw error;
    account.log.debug({ key: intent.key, err: error }, "cannot tell whether it is needed");
    return undefined;
  }
}
