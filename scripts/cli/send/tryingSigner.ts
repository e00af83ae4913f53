import {
  AbstractSigner,
  resolveAddress,
  type Signer,
  type TransactionRequest,
  type TypedDataDomain,
} from "ethers";
import type { TypedDataField, TransactionResponse } from "ethers";
import { FatalError } from "../../lib/errors.ts";
import type { Call } from "../../lib/proposals.ts";

/// What came of a transaction that was tried and not sent.
export interface Trial {
  from: string;
  call: Call;
  /// What the call returned, ABI-encoded.
  result: string;
  /// Units of gas.
  gas: bigint;
}

/// Thrown where a transaction would be sent: whoever sends learns nothing else, as nothing happened.
export class TriedError extends FatalError {
  readonly trial: Trial;

  constructor(trial: Trial) {
    super("tried, and not sent");
    this.trial = trial;
  }
}

/// Somebody whose transactions are tried on the newest block, and never sent. Permits are signed, so that what they allow
/// can be tried: they are good for the protocol's contract and for half an hour.
export class TryingSigner extends AbstractSigner {
  readonly #signer: Signer;

  constructor(signer: Signer) {
    super(signer.provider);
    this.#signer = signer;
  }

  override connect(): TryingSigner {
    return this;
  }

  override getAddress(): Promise<string> {
    return this.#signer.getAddress();
  }

  override async sendTransaction({ to, data, value }: TransactionRequest): Promise<TransactionResponse> {
    const { provider } = this;
    if (!provider || !to) throw new FatalError("a call needs a node, and somebody to be called");
    const from = await this.getAddress();
    const call = {
      target: await resolveAddress(to, provider),
      value: BigInt(value ?? 0n),
      data: data ?? "0x",
    };
    const request = { from, to: call.target, value: call.value, data: call.data };
    const result = await provider.call(request);
    throw new TriedError({ from, call, result, gas: await provider.estimateGas(request) });
  }

  override signTransaction(): Promise<string> {
    throw new FatalError("nothing is signed in a dry run");
  }

  override signMessage(): Promise<string> {
    throw new FatalError("nothing is signed in a dry run");
  }

  override signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    return this.#signer.signTypedData(domain, types, value);
  }
}
