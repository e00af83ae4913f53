/** The questions that the manager asks a node, with their answers checked. */
import { z } from "zod";
import { RetryableError } from "../errors.ts";
import { marketOf, percentilesOf, type FeePolicies, type Market } from "./fees.ts";
import type { Rpc } from "./rpc.ts";

const quantity = z.string().regex(/^0x[0-9a-f]+$/i);
const headSchema = z.object({ number: quantity, timestamp: quantity });
const receiptSchema = z.object({
  transactionHash: z.string(),
  status: quantity,
  blockNumber: quantity,
  blockHash: z.string(),
  gasUsed: quantity,
  effectiveGasPrice: quantity,
});
const blockSchema = z.object({
  transactions: z.array(z.object({ hash: z.string(), from: z.string(), nonce: quantity })),
});
const historySchema = z.object({
  baseFeePerGas: z.array(quantity),
  gasUsedRatio: z.array(z.number()),
  reward: z.array(z.array(quantity)).nullish(),
});

/** Blocks whose fees are looked at. */
const HISTORY_BLOCKS = 10;

export interface Call {
  from: string;
  to: string;
  data: string;
  valueWei: bigint;
}

export interface Receipt {
  succeeded: boolean;
  hash: string;
  blockNumber: number;
  blockHash: string;
  /** For gas alone. */
  feeWei: bigint;
}

export class Chain {
  /** Fit for logs. */
  readonly name: string;
  readonly #node: Rpc;

  constructor(node: Rpc) {
    this.name = node.name;
    this.#node = node;
  }

  async chainId(): Promise<bigint> {
    return BigInt(await this.#ask(quantity, "eth_chainId"));
  }

  /** The newest block; its time in milliseconds since 1970. */
  async head(): Promise<{ number: number; timeMs: number }> {
    const { number, timestamp } = await this.#ask(headSchema, "eth_getBlockByNumber", "latest", false);
    return { number: Number(number), timeMs: Number(timestamp) * 1000 };
  }

  /** How many transactions of the account are in blocks, or with "pending" also wait for one without a gap. */
  async nonceOf(address: string, at: "latest" | "pending" | number): Promise<number> {
    const block = typeof at === "number" ? hex(at) : at;
    return Number(await this.#ask(quantity, "eth_getTransactionCount", address, block));
  }

  /** Undefined while it is in no block. */
  async receiptOf(hash: string): Promise<Receipt | undefined> {
    const receipt = await this.#ask(receiptSchema.nullable(), "eth_getTransactionReceipt", hash);
    if (receipt === null) return undefined;
    return {
      succeeded: BigInt(receipt.status) === 1n,
      hash,
      blockNumber: Number(receipt.blockNumber),
      blockHash: receipt.blockHash,
      feeWei: BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice),
    };
  }

  /** Whether the node has it, in its pool or in a block. */
  async knows(hash: string): Promise<boolean> {
    return (await this.#ask(z.unknown(), "eth_getTransactionByHash", hash)) !== null;
  }

  async market(policies: FeePolicies): Promise<Market> {
    const percentiles = percentilesOf(policies);
    const params = [hex(HISTORY_BLOCKS), "latest", percentiles];
    const history = await this.#ask(historySchema, "eth_feeHistory", ...params);
    return marketOf({ ...history, reward: history.reward ?? [] }, percentiles);
  }

  /**
   * What the call needs, tried on the newest block.
   * @throws RpcRefusal where it reverts
   */
  async gasFor(call: Call): Promise<bigint> {
    const { valueWei, ...rest } = call;
    const transaction = { ...rest, value: hex(valueWei) };
    // First the call: its refusal carries the reason, while some nodes give an estimate's without one.
    await this.#ask(z.unknown(), "eth_call", transaction, "latest");
    return BigInt(await this.#ask(quantity, "eth_estimateGas", transaction, "latest"));
  }

  /**
   * The transaction that used a nonce, by halving between a block at which it was free and one at which it was used.
   * Undefined where that block has none of the account: an authorization (EIP-7702) used it.
   * @throws RpcRefusal where the node no longer has that state
   */
  async whoUsed(address: string, nonce: number, freeAt: number, usedAt: number): Promise<string | undefined> {
    let [free, used] = [freeAt, usedAt];
    while (used - free > 1) {
      const middle = Math.floor((free + used) / 2);
      if ((await this.nonceOf(address, middle)) > nonce) used = middle;
      else free = middle;
    }
    const block = await this.#ask(blockSchema.nullable(), "eth_getBlockByNumber", hex(used), true);
    return block?.transactions.find(
      (each) => each.from.toLowerCase() === address.toLowerCase() && Number(each.nonce) === nonce,
    )?.hash;
  }

  async #ask<T>(schema: z.ZodType<T>, method: string, ...params: unknown[]): Promise<T> {
    const answer = schema.safeParse(await this.#node.send(method, params));
    if (answer.success) return answer.data;
    const problem = z.prettifyError(answer.error).replaceAll(/\s+/g, " ");
    throw new RetryableError(`${method} ${this.#node.name}: an answer that cannot be: ${problem}`);
  }
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
