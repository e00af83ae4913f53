/** A keeper for tests: an account with ether, a journal of its own, a clock that stands still until it is moved. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wallet } from "ethers";
import { createLogger } from "../../../../scripts/lib/logger.ts";
import { gweiToWei } from "../../../../scripts/lib/units.ts";
import type { Clock } from "../../../../scripts/lib/tx/clock.ts";
import type { FeePolicies, FeePolicy } from "../../../../scripts/lib/tx/fees.ts";
import { Journal } from "../../../../scripts/lib/tx/journal.ts";
import { TxManager, type TxManagerOptions } from "../../../../scripts/lib/tx/manager.ts";
import type { Rpc } from "../../../../scripts/lib/tx/rpc.ts";
import type { IntentRequest } from "../../../../scripts/lib/tx/types.ts";
import { COUNTER, fund, mine } from "./chainCalls.ts";

export const CONFIRMATIONS = 2;
export const STUCK_MS = 60_000;
export const ETHER = 10n ** 18n;

export const POLICY: FeePolicy = {
  baseFeePercent: 150n,
  tipPercentile: 50,
  minPriorityFeeWei: gweiToWei(1n),
  maxFeeWei: gweiToWei(50n),
  replaceAfterMs: STUCK_MS,
};
export const POLICIES: FeePolicies = { idle: POLICY, normal: POLICY, urgent: POLICY };

/** A node of which single methods answer otherwise. */
export class Tampered implements Rpc {
  readonly name: string;
  readonly sent: string[] = [];
  readonly #node: Rpc;
  #rules = new Map<string, (params: readonly unknown[], pass: () => Promise<unknown>) => unknown>();

  constructor(node: Rpc, name = node.name) {
    this.name = name;
    this.#node = node;
  }

  on(method: string, answer: (params: readonly unknown[], pass: () => Promise<unknown>) => unknown): void {
    this.#rules.set(method, answer);
  }

  heal(): void {
    this.#rules.clear();
  }

  async send(method: string, params: readonly unknown[]): Promise<unknown> {
    if (method === "eth_sendRawTransaction") this.sent.push(params[0] as string);
    const rule = this.#rules.get(method) ?? this.#rules.get("*");
    const pass = () => this.#node.send(method, params);
    return rule === undefined ? pass() : rule(params, pass);
  }
}

export class Keeper {
  readonly wallet = Wallet.createRandom() as unknown as Wallet;
  readonly folder = mkdtempSync(join(tmpdir(), "kedge-tx-"));
  readonly path = join(this.folder, "keeper.sqlite");
  readonly node: Tampered;
  readonly chain: Rpc;
  readonly log: string[] = [];
  nowMs = 1_800_000_000_000;
  /** Instead of the one that stands still, from the next start on. */
  clock: Clock | undefined;
  options: Partial<TxManagerOptions> = {};
  journal: Journal;
  manager!: TxManager;
  #isOpen = true;

  private constructor(chain: Rpc) {
    this.chain = chain;
    this.node = new Tampered(chain);
    this.journal = this.#open();
  }

  static async start(chain: Rpc, options: Partial<TxManagerOptions> = {}): Promise<Keeper> {
    const keeper = new Keeper(chain);
    await fund(chain, keeper.wallet);
    await keeper.restart(options);
    return keeper;
  }

  /** Another process on the same journal, as far as anybody can tell. */
  async restart(options: Partial<TxManagerOptions> = {}): Promise<void> {
    this.stop();
    this.options = { ...this.options, ...options };
    this.journal = this.#open();
    this.#isOpen = true;
    this.manager = await TxManager.resume({
      journal: this.journal,
      signer: this.wallet,
      node: this.node,
      chainId: 31337n,
      dailyCapWei: ETHER,
      policies: POLICIES,
      confirmations: CONFIRMATIONS,
      log: createLogger({ level: "debug", stream: { write: (line) => this.log.push(line) } }),
      ...this.options,
    });
  }

  /** As if its process had ended. */
  stop(): void {
    if (this.#isOpen) this.journal.close();
    this.#isOpen = false;
  }

  close(): void {
    this.stop();
    rmSync(this.folder, { recursive: true });
  }

  count(key: string, change: Partial<IntentRequest> = {}): void {
    this.manager.submit(counting(key, change));
  }

  async ticks(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.manager.tick();
  }

  /** Ticks and mines until everything has ended. */
  async finish(): Promise<void> {
    for (let i = 0; this.journal.intents("open").length > 0; i++) {
      if (i === 60) {
        const open = this.journal.intents("open").map(({ key, state, note }) => `${key} ${state} ${note}`);
        throw new Error(`no end in sight: ${open.join("; ")}`);
      }
      await this.manager.tick();
      await mine(this.chain);
      this.nowMs += 12_000;
    }
  }

  state(key: string): string {
    return this.manager.get(key)!.state;
  }

  #open(): Journal {
    return Journal.open(this.path, { clock: this.clock ?? { now: () => this.nowMs } });
  }
}

export function counting(key: string, change: Partial<IntentRequest> = {}): IntentRequest {
  return { key, job: "count", to: COUNTER, data: "0x", valueWei: 0n, urgency: "normal", ...change };
}
