import {
  AbstractSigner,
  resolveAddress,
  type Provider,
  type Signer,
  type TransactionRequest,
  type TransactionResponse,
} from "ethers";
import { FatalError, RetryableError } from "../../lib/errors.ts";
import type { Tape } from "./tape.ts";

/**
 * Who sends a job's transactions while its cycle is recorded, or played again. What is wanted is taken down; the
 * transaction itself is whatever became of it, and is read from the chain by its hash.
 */
export class TapedSigner extends AbstractSigner {
  readonly #tape: Tape;
  readonly #sender: Pick<Signer, "getAddress" | "sendTransaction">;

  constructor(
    provider: Provider,
    { tape, sender }: { tape: Tape; sender: Pick<Signer, "getAddress" | "sendTransaction"> },
  ) {
    super(provider);
    this.#tape = tape;
    this.#sender = sender;
  }

  override async getAddress(): Promise<string> {
    return this.#sender.getAddress();
  }

  override connect(provider: Provider): TapedSigner {
    return new TapedSigner(provider, { tape: this.#tape, sender: this.#sender });
  }

  override async sendTransaction(transaction: TransactionRequest): Promise<TransactionResponse> {
    const provider = this.provider!;
    const { to, data, value, gasLimit } = transaction;
    const wanted = { to: to && (await resolveAddress(to, provider)), data, value, gasLimit };
    const hash = await this.#tape.ask("transaction", wanted, async () => {
      const sent = await this.#sender.sendTransaction(transaction);
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
