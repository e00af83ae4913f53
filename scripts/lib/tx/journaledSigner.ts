import {
  AbstractSigner,
  keccak256,
  resolveAddress,
  toUtf8Bytes,
  type Provider,
  type Signer,
  type TransactionRequest,
  type TransactionResponse,
} from "ethers";
import { FatalError, RetryableError } from "../errors.ts";
import type { JournalView } from "./view.ts";
import type { TxManager } from "./manager.ts";
import { isEnd, type Intent, type IntentRequest, type Urgency } from "./types.ts";

/** Sends transactions that are given up after a deadline, and for which more is paid as it comes near. */
export interface PunctualSigner extends Signer {
  /** @param secondsLeft none where there is no deadline, or it has passed */
  by(urgency: (least: Urgency) => Urgency, secondsLeft: number | undefined): Signer;
}

export interface JournaledSignerOptions {
  address: string;
  provider: Provider;
  manager: TxManager;
  journal: Pick<JournalView, "intents" | "now">;
  job: string;
  urgency: Urgency;
  /** For how long what is sent is of use; none where it is for ever. */
  secondsLeft?: number | undefined;
  /** How long a cycle waits for a block; what is not in one by then goes on by itself. */
  patienceMs: number;
  /** Between two looks, in milliseconds. */
  sleep: (ms: number) => Promise<unknown>;
}

/** Between two looks at a transaction that waits for a block. */
const LOOK_MS = 1_000;

/**
 * A signer whose transactions go through the journal: what a job sends is written down before it leaves, tried, paid for by
 * its urgency and replaced when it is stuck. The same call of a job that is still on its way is not sent again: a job that
 * was killed, or lost its patience, finds it there.
 *
 * Comes back when the transaction is in a block. Errors: `RetryableError` where it is not sent, since it would revert or is
 * of no more use, or not in a block in time.
 */
export class JournaledSigner extends AbstractSigner implements PunctualSigner {
  readonly #options: JournaledSignerOptions;

  constructor(options: JournaledSignerOptions) {
    super(options.provider);
    this.#options = options;
  }

  override async getAddress(): Promise<string> {
    return this.#options.address;
  }

  override connect(provider: Provider): JournaledSigner {
    return new JournaledSigner({ ...this.#options, provider });
  }

  by(urgency: (least: Urgency) => Urgency, secondsLeft: number | undefined): JournaledSigner {
    return new JournaledSigner({ ...this.#options, urgency: urgency(this.#options.urgency), secondsLeft });
  }

  override async sendTransaction(transaction: TransactionRequest): Promise<TransactionResponse> {
    const { provider, job, urgency, secondsLeft, journal } = this.#options;
    if (!transaction.to) throw new FatalError("a keeper makes no contracts");
    const to = await resolveAddress(transaction.to, provider);
    const data = transaction.data ?? "0x";
    const valueWei = BigInt(transaction.value ?? 0n);
    const gas = transaction.gasLimit ?? undefined;
    const leastGas = gas === undefined ? undefined : BigInt(gas);
    const deadlineMs = secondsLeft === undefined ? undefined : journal.now() + secondsLeft * 1_000;
    const request = { job, to, data, valueWei, urgency, deadlineMs, leastGas };
    const { key } = this.#underWay(request) ?? this.#submit(request);
    return this.#inBlock(key);
  }

  override async signTransaction(): Promise<string> {
    throw new FatalError("transactions are signed by the journal's manager alone");
  }

  override async signMessage(): Promise<string> {
    throw new FatalError("a keeper's account signs no messages");
  }

  override async signTypedData(): Promise<string> {
    throw new FatalError("a keeper's account signs no data");
  }

  /**
   * The same call, where it is on its way.
   *
   * @throws RetryableError where another call of the kind is: proofs change with each block, and what waits for fees must
   * not pile up
   */
  #underWay(request: Pick<Intent, "job" | "to" | "data" | "valueWei">): Intent | undefined {
    const kind = ({ job, to, data }: Pick<Intent, "job" | "to" | "data">) =>
      `${job} ${to} ${data.slice(0, 10)}`.toLowerCase();
    const isSame = ({ data, valueWei }: Intent) =>
      data.toLowerCase() === request.data.toLowerCase() && valueWei === request.valueWei;
    const open = this.#options.journal.intents("open").filter((intent) => kind(intent) === kind(request));
    const same = open.find(isSame);
    if (same !== undefined && same.cancelling === undefined) return same;
    // what is taken back may be faster than what takes its nonce
    const other = open.find(({ state, cancelling }) => state !== "mined" || cancelling !== undefined);
    if (other !== undefined) throw new RetryableError(`${other.key} is on its way (${other.state})`);
    return undefined;
  }

  #submit(request: Omit<IntentRequest, "key">): Intent {
    const { manager, journal } = this.#options;
    const digest = keccak256(toUtf8Bytes(`${request.to}:${request.data}:${request.valueWei}`)).slice(2, 10);
    const key = `${request.job}:${digest}:${journal.now()}`;
    return manager.submit({ ...request, key });
  }

  /** With its receipt: ethers would look for one again, and wait without end where a node lost it. */
  async #inBlock(key: string): Promise<TransactionResponse> {
    const { manager, journal, provider, patienceMs, sleep } = this.#options;
    const until = journal.now() + patienceMs;
    for (;;) {
      await manager.tick();
      const intent = manager.get(key);
      const hash = intent?.cancelling === undefined ? intent?.mined?.hash : undefined;
      if (hash !== undefined) {
        const [response, receipt] = await Promise.all([
          provider.getTransaction(hash),
          provider.getTransactionReceipt(hash),
        ]);
        if (response !== null && receipt !== null) return response;
      }
      if (intent === undefined || (isEnd(intent.state) && hash === undefined)) {
        throw new RetryableError(`${key} was not sent: ${intent?.note ?? "it is not in the journal"}`);
      }
      if (journal.now() >= until) {
        const why = intent.note === undefined ? "" : `: ${intent.note}`;
        throw new RetryableError(`${key} is not in a block yet (${intent.state}${why})`);
      }
      await sleep(LOOK_MS);
    }
  }
}
