import type { ContractTransactionReceipt, Signer } from "ethers";
import { eventIn, receiptOf } from "../lib/receipts.ts";
import type { Protocol } from "../lib/protocol.ts";

export interface Requested {
  receipt: ContractTransactionReceipt;
  ticketId: bigint;
  /** Shares of the ticket (18 decimals). */
  shares: bigint;
  /** End of its cooldown, seconds since 1970. */
  readyAt: number;
}

/** Asks to withdraw `amountWei` of the holder's kETH. The queue needs an allowance (`allow`). */
export async function requestWithdrawal(
  protocol: Protocol,
  holder: Signer,
  { amountWei }: { amountWei: bigint },
): Promise<Requested> {
  const queue = protocol.WithdrawalQueue;
  const receipt = await receiptOf(queue.connect(holder).request(amountWei, holder));
  const { args } = eventIn(receipt, queue, "Requested");
  return {
    receipt,
    ticketId: args.ticketId as bigint,
    shares: args.shares as bigint,
    readyAt: Number(args.readyAt),
  };
}
