/**
 * A key that another process holds, asked by JSON-RPC (Web3Signer, Clef behind a proxy, a node that keeps keys). It is not
 * trusted: what comes back counts only where it is what was asked for, signed by the account.
 */
import {
  getAddress,
  toQuantity,
  Transaction,
  TypedDataEncoder,
  verifyTypedData,
  type TransactionRequest,
} from "ethers";
import { z } from "zod";
import { FatalError } from "../errors.ts";
import { HttpClient, type HttpOptions } from "../http.ts";
import { unsignedTransaction, type AccountSigner, type TypedData } from "./accountSigner.ts";

const NO_SUCH_METHOD = -32_601;

const answerSchema = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).nullish(),
});
/** Some answer with the raw bytes alone, some with the decoded transaction beside them. */
const signedSchema = z.union([z.string(), z.object({ raw: z.string() }).transform(({ raw }) => raw)]);

const FIELDS = [
  "type",
  "chainId",
  "nonce",
  "to",
  "value",
  "data",
  "gasLimit",
  "maxFeePerGas",
  "maxPriorityFeePerGas",
  "accessList",
] as const;

export class RemoteSigner implements AccountSigner {
  readonly address: string;
  readonly #http: HttpClient;

  /** @throws ConfigurationError where `url` is none; `setting` names it */
  constructor(url: string, address: string, options: HttpOptions = {}, setting = "signerUrl") {
    this.address = getAddress(address);
    this.#http = new HttpClient(url, options, setting);
  }

  /**
   * @throws FatalError where the signer refuses, or signs something else or with another key
   * @throws RetryableError where it does not answer
   */
  async signTransaction(request: TransactionRequest): Promise<string> {
    const wanted = unsignedTransaction(request, this.address);
    const { result } = await this.#call("eth_signTransaction", [this.#rpcForm(wanted)]);
    const signed = this.#decode(result);
    const other = FIELDS.find((name) => textOf(signed[name]) !== textOf(wanted[name]));
    if (other !== undefined || signed.unsignedHash !== wanted.unsignedHash) {
      const what =
        other === undefined ? "" : `: ${other} ${textOf(signed[other])}, not ${textOf(wanted[other])}`;
      throw new FatalError(`${this.#name} signed another transaction than it was asked to${what}`);
    }
    this.#requireOwn(signed.from);
    return signed.serialized;
  }

  /** The same errors as `signTransaction`. */
  async signTypedData(data: TypedData): Promise<string> {
    const { domain, types, message } = data;
    const params = [this.address, JSON.stringify(TypedDataEncoder.getPayload(domain, types, message))];
    let answer = await this.#call("eth_signTypedData_v4", params, [NO_SUCH_METHOD]);
    if (answer.error) answer = await this.#call("eth_signTypedData", params);
    const signature = z.string().safeParse(answer.result).data ?? "";
    let signer: string;
    try {
      signer = verifyTypedData(domain, types, message, signature);
    } catch {
      throw new FatalError(`${this.#name} answered with what is no signature`);
    }
    this.#requireOwn(signer);
    return signature;
  }

  get #name(): string {
    return `the signer at ${this.#http.name}`;
  }

  #requireOwn(signer: string | null): void {
    if (signer !== this.address)
      throw new FatalError(
        `${this.#name} signed with the key of ${signer ?? "nobody"}, not of ${this.address}`,
      );
  }

  #decode(result: unknown): Transaction {
    try {
      return Transaction.from(signedSchema.parse(result));
    } catch {
      throw new FatalError(`${this.#name} answered with what is no signed transaction`);
    }
  }

  #rpcForm(transaction: Transaction): Record<string, unknown> {
    const { to, data, accessList } = transaction;
    return {
      from: this.address,
      ...(to === null ? {} : { to }),
      data,
      value: toQuantity(transaction.value),
      nonce: toQuantity(transaction.nonce),
      gas: toQuantity(transaction.gasLimit),
      maxFeePerGas: toQuantity(transaction.maxFeePerGas ?? 0n),
      maxPriorityFeePerGas: toQuantity(transaction.maxPriorityFeePerGas ?? 0n),
      chainId: toQuantity(transaction.chainId),
      ...(accessList?.length ? { accessList } : {}),
    };
  }

  /** Errors of the codes in `allowed` are answers. */
  async #call(method: string, params: unknown[], allowed: readonly number[] = []) {
    const { status, body } = await this.#http.request("", {
      method: "POST",
      json: { jsonrpc: "2.0", id: 1, method, params },
    });
    const answer = answerSchema.safeParse(parsed(body)).data;
    if (status === 404 || answer === undefined) throw new FatalError(`${this.#name} does not speak JSON-RPC`);
    const { error } = answer;
    if (error && !allowed.includes(error.code))
      throw new FatalError(`${this.#name} refused ${method}: ${oneLine(error.message)} (${error.code})`);
    return answer;
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, 200);
}

function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
