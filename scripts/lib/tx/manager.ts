/**
 * Transactions of one account, from the wish to the confirmed block: each action once, whatever happens on the way.
 * Actions are independent of each other: each is tried on the newest block, not on top of those that wait.
 */
import { setTimeout as delay } from "node:timers/promises";
import { isAddress, isHexString, keccak256, type Interface } from "ethers";
import { ConfigurationError, explain, FatalError, isRetryable, KedgeError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { Account, Round, TxSigner } from "./account.ts";
import { Chain } from "./chain.ts";
import { DEFAULT_CAP_PERCENT, DEFAULT_POLICIES, type FeePolicies } from "./fees.ts";
import { confirm, follow } from "./follower.ts";
import type { Journal } from "./journal.ts";
import { neverTaken } from "./limits.ts";
import { nonces } from "./nonces.ts";
import { fillGaps, signFirst, simulate } from "./planner.ts";
import type { Rpc } from "./rpc.ts";
import { isEnd, type Intent, type IntentRequest, type Urgency } from "./types.ts";
import { obeyWishes } from "./wishes.ts";

export interface TxManagerOptions {
  /** Open for writing; closed by whoever opened it. Its clock is the manager's. */
  journal: Journal;
  signer: TxSigner;
  node: Rpc;
  /** Where signed bytes go, where that is not `node`: a private relay, say. */
  sender?: Rpc;
  /** Each node alone, where `node` is several: two of them must agree on a nonce that the journal cannot explain. */
  witnesses?: readonly Rpc[];
  chainId: bigint;
  /** The most that may be spent in any 24 hours, value included. */
  dailyCapWei: bigint;
  log: Logger;
  policies?: FeePolicies;
  /** How much of the cap each urgency may use, with all that is spent already: a part is left for what is urgent. */
  capPercent?: Readonly<Record<Urgency, number>>;
  /** Blocks, the transaction's own among them, after which it counts. Default: 12. */
  confirmations?: number;
  /** Default: 20 percent more than estimated. */
  gasMarginPercent?: bigint;
  /** Contracts whose errors can be named when a call would revert. */
  interfaces?: readonly Interface[];
  /**
   * Asked before anything is signed, and while it waits for a block. A `RetryableError` means that nobody can tell.
   * Default: always. It is told the whole intent, so it works for those of an earlier process too.
   */
  isNeeded?: (intent: Intent) => Promise<boolean>;
  /** Between two ticks of `run`, in milliseconds. Default: 4,000. */
  tickMs?: number;
  sleep?: (ms: number, signal?: AbortSignal) => Promise<unknown>;
  /** 0 up to 1. */
  random?: () => number;
}

/** Longest pause of `run` while no node answers. */
const MAX_PAUSE_MS = 60_000;

export class TxManager {
  readonly #account: Account;
  readonly #tickMs: number;
  readonly #sleep: (ms: number, signal?: AbortSignal) => Promise<unknown>;
  readonly #random: () => number;
  #ticking: Promise<void> | undefined;

  private constructor(options: TxManagerOptions) {
    const { node, sender = node, witnesses = [node], journal, signer, chainId, dailyCapWei, log } = options;
    this.#account = {
      journal,
      signer,
      chain: new Chain(node),
      witnesses: witnesses.map((each) => new Chain(each)),
      sender,
      chainId,
      dailyCapWei,
      log,
      policies: options.policies ?? DEFAULT_POLICIES,
      capPercent: options.capPercent ?? DEFAULT_CAP_PERCENT,
      confirmations: options.confirmations ?? 12,
      gasMarginPercent: options.gasMarginPercent ?? 20n,
      interfaces: options.interfaces ?? [],
      isNeeded: options.isNeeded ?? (async () => true),
    };
    this.#tickMs = options.tickMs ?? 4000;
    this.#sleep = options.sleep ?? ((ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined));
    this.#random = options.random ?? Math.random;
  }

  /**
   * Goes on with whatever the journal says.
   * @throws ConfigurationError where the node is of another chain, or the journal of another account
   * @throws RetryableError where the node does not answer
   */
  static async resume(options: TxManagerOptions): Promise<TxManager> {
    const manager = new TxManager(options);
    const { chain, journal, signer, log } = manager.#account;
    const chainId = await chain.chainId();
    if (chainId !== options.chainId) {
      throw new ConfigurationError({
        setting: "node",
        problem: `${options.node.name} is not on chain ${options.chainId}`,
        value: chainId,
        example: `a node of chain ${options.chainId}`,
      });
    }
    journal.bind(signer.address, chainId);
    journal.see((await chain.head()).timeMs);
    for (const { key, state, nonce } of journal.intents("open")) log.info({ key, state, nonce }, "resumed");
    return manager;
  }

  /**
   * Wants something done, once: an intent that is there already, ended or not, is returned as it is, with its first
   * urgency and deadline.
   * @throws FatalError where the key stands for something else, the request is none, or no node would ever take it
   */
  submit(request: IntentRequest): Intent {
    const { journal } = this.#account;
    const { key, to, data, valueWei } = request;
    if (key === "" || !isAddress(to) || !isHexString(data) || data.length % 2 !== 0 || valueWei < 0n) {
      throw new FatalError(
        `no transaction: key "${key}", to ${to}, value ${valueWei} wei, data ${data.slice(0, 10)}`,
      );
    }
    const known = journal.get(key);
    if (known === undefined) {
      const problem = neverTaken(request);
      if (problem !== undefined) throw new FatalError(`${key} can be in no block: ${problem}`);
      journal.plan(request);
      return journal.get(key)!;
    }
    const wanted = known.dataHash === undefined ? request : { ...request, data: known.data };
    const changed = (["job", "to", "data", "valueWei"] as const).filter(
      (field) => String(known[field]).toLowerCase() !== String(wanted[field]).toLowerCase(),
    );
    if (known.dataHash !== undefined && keccak256(data) !== known.dataHash) changed.push("data");
    if (changed.length > 0) throw new FatalError(`the key ${key} stands for another ${changed.join(", ")}`);
    return known;
  }

  /** How far it is; undefined where nobody has submitted it. */
  get(key: string): Intent | undefined {
    return this.#account.journal.get(key);
  }

  /**
   * Moves everything one step further. Two calls at once are one.
   * @throws RetryableError where the node does not answer; nothing is lost
   */
  tick(): Promise<void> {
    this.#ticking ??= this.#tick().finally(() => (this.#ticking = undefined));
    return this.#ticking;
  }

  /** Ticks until it is told to stop. While no node answers it waits longer each time, up to a minute. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.#account;
    let pauseMs = this.#tickMs;
    while (!signal.aborted) {
      try {
        await this.tick();
        pauseMs = this.#tickMs;
      } catch (error) {
        if (!isRetryable(error)) throw error;
        pauseMs = Math.min(MAX_PAUSE_MS, Math.max(pauseMs * 2, error.retryAfterMs ?? 0));
        log.warn({ err: error, pauseMs }, "no progress");
      }
      await this.#sleep(pauseMs * (0.75 + this.#random() / 2), signal);
    }
  }

  async #tick(): Promise<void> {
    const { journal } = this.#account;
    obeyWishes(this.#account);
    if (journal.intents("open").length === 0) return;
    const round = await this.#look();
    for (const intent of journal.intents("open")) await this.#step(intent, round);
    fillGaps(this.#account, round);
  }

  async #look(): Promise<Round> {
    const { journal, chain, policies, log } = this.#account;
    const head = await chain.head();
    journal.see(head.timeMs);
    const known = await nonces(this.#account, head.number);
    if (known.doubt !== undefined) log.warn(known.doubt);
    return { head: head.number, ...known, market: await chain.market(policies) };
  }

  /** What a node refuses for one intent holds up no other. */
  async #step(intent: Intent, round: Round): Promise<void> {
    const account = this.#account;
    try {
      if (intent.state === "planned") await simulate(account, intent);
      else if (intent.state === "simulated") await signFirst(account, intent, round);
      else if (intent.state === "mined") await confirm(account, intent, round);
      else if (!isEnd(intent.state)) await follow(account, intent, round);
    } catch (error) {
      // a signer that refuses one holds up no other either
      if (!(error instanceof KedgeError) || isRetryable(error)) throw error;
      account.log.warn({ key: intent.key, err: error }, "refused");
      account.journal.note(intent, explain(error));
    }
  }
}
