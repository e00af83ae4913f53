/** Who signs for an account, wherever its key is kept. */
import { Transaction, type TransactionRequest, type TypedDataDomain, type TypedDataField } from "ethers";
import { FatalError } from "../errors.ts";

/** EIP-712: what is signed, and in whose name. */
export interface TypedData {
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly message: Record<string, unknown>;
}

export interface AccountSigner {
  /** Checksummed. */
  readonly address: string;
  /**
   * Signs a whole transaction of type 2: nothing is filled in.
   * @returns the raw transaction, 0x-hex, as nodes take it
   */
  signTransaction(request: TransactionRequest): Promise<string>;
  /** @returns r, s and v: 65 bytes, 0x-hex */
  signTypedData(data: TypedData): Promise<string>;
}

const NEEDED = ["nonce", "gasLimit", "maxFeePerGas", "maxPriorityFeePerGas"] as const;

/**
 * The transaction as it is to be signed.
 * @throws FatalError where something is missing (without a chain it could be sent on any), or it is another account's
 */
export function unsignedTransaction(request: TransactionRequest, signer: string): Transaction {
  const { from, to, type, chainId, nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas } = request;
  if (type !== 2) throw new FatalError("a transaction is signed only where it is of type 2");
  if (!chainId) throw new FatalError("a transaction without a chain is not signed: it would be good on any");
  for (const name of NEEDED) {
    if (request[name] === undefined || request[name] === null)
      throw new FatalError(`a transaction without ${name} is not signed`);
  }
  if (!isText(from) || !isText(to)) throw new FatalError("accounts of a transaction are given as addresses");
  if (from && from.toLowerCase() !== signer.toLowerCase())
    throw new FatalError(`a transaction of ${from} is not signed by ${signer}`);
  const { data, value, accessList } = request;
  return Transaction.from({
    type: 2,
    to,
    chainId,
    nonce,
    gasLimit,
    maxFeePerGas,
    maxPriorityFeePerGas,
    data,
    value,
    accessList,
  });
}

function isText(account: TransactionRequest["to"]): account is string | null | undefined {
  return typeof account === "string" || account === null || account === undefined;
}
