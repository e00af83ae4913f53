import {
  AbstractSigner,
  resolveAddress,
  type Provider,
  type Signer,
  type TransactionRequest,
  type TransactionResponse,
} from "ethers";
import { FatalError, RetryableError } from "../../lib/errors.ts";
import type { Urgency } from "../../lib/tx/types.ts";
import type { PunctualSigner } from "../../lib/tx/journaledSigner.ts";
import type { Tape } from "./tape.ts";

/** Who sends in fact. One that knows of no deadlines is told of none. */
export type Sender = Pick<Signer, "getAddress" | "sendTransaction"> & Partial<Pick<PunctualSigner, "by">>;

export interface TapedSignerOptions {
  tape: Tape;
  sender: Sender;
  urgency: Urgency;
  /** For how long what is sent is of use; none where it is for ever. */
  secondsLeft?: number | undefined;
}

/**
 * Who sends a job's transactions while its cycle is recorded, or played again. What is wanted, and until when, is taken
 * down; the transaction itself is whatever became of it, and is read from the chain by its hash.
 */
export class TapedSigner extends AbstractSigner implements PunctualSigner {
  readonly #options: TapedSignerOptions;

  constructor(provider: Provider, options: TapedSignerOptions) {
    super(provider);
    this.#options = options;
  }

  override async getAddress(): Promise<string> {
    return this.#options.sender.getAddress();
  }

  override connect(provider: Provider): TapedSigner {
    return new TapedSigner(provider, this.#options);
  }

  by(urgencyOf: (least: Urgency) => Urgency, secondsLeft: number | undefined): TapedSigner {
    const { tape, sender } = this.#options;
    const urgency = urgencyOf(this.#options.urgency);
    const punctual = sender.by?.(urgencyOf, secondsLeft) ?? sender;
    return new TapedSigner(this.provider!, { tape, sender: punctual, urgency, secondsLeft });
  }

  override async sendTransaction(transaction: TransactionRequest): Promise<TransactionResponse> {
    const provider = this.provider!;
    const { tape, sender, urgency, secondsLeft } = this.#options;
    const { to, data, value, gasLimit } = transaction;
    const call = { to: to && (await resolveAddress(to, provider)), data, value, gasLimit };
    const hash = await tape.ask("transaction", { ...call, urgency, secondsLeft }, async () => {
      const sent = await sender.sendTransaction(transaction);
      return sent.hash;
    });
    const response = await provider.getTransaction(hash);
    if (response === null) throw new RetryableError(`no node has the transaction ${hash} yet`);
    return response;
  }

  override async signTransaction(): Promise<string> {
    throw new FatalError("transactions are signed by who sends them");
  }

  override async signMessage(): Promise<string> {
    throw new FatalError("a keeper's account signs no messages");
  }

  override async signTypedData(): Promise<string> {
    throw new FatalError("a keeper's account signs no data");
  }
}
