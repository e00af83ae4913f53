import type { ContractTransactionReceipt, Signer } from "ethers";
import { permitWhereNeeded, type Permit } from "../lib/permit.ts";
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

/**
 * Asks to withdraw `amountWei` of the holder's kETH, or as many shares of its wkETH; by a permit where the queue has no
 * allowance.
 */
export async function requestWithdrawal(
  protocol: Protocol,
  holder: Signer,
  { amountWei, isWrapped = false }: { amountWei: bigint; isWrapped?: boolean },
): Promise<Requested> {
  const queue = protocol.WithdrawalQueue;
  const token = isWrapped ? protocol.WrappedStakedEther : protocol.StakedEther;
  const spender = await queue.getAddress();
  const permit = await permitWhereNeeded(token, holder, { spender, value: amountWei });
  const receipt = await receiptOf(send(queue.connect(holder), holder, { amountWei, isWrapped, permit }));
  const { args } = eventIn(receipt, queue, "Requested");
  return {
    receipt,
    ticketId: args.ticketId as bigint,
    shares: args.shares as bigint,
    readyAt: Number(args.readyAt),
  };
}

async function send(
  queue: Protocol["WithdrawalQueue"],
  owner: Signer,
  { amountWei, isWrapped, permit }: { amountWei: bigint; isWrapped: boolean; permit: Permit | undefined },
) {
  if (permit === undefined) {
    return isWrapped ? queue.requestWrapped([amountWei], owner) : queue.request(amountWei, owner);
  }
  return isWrapped
    ? queue.requestWrappedWithPermit([amountWei], owner, permit)
    : queue.requestBatchWithPermit([amountWei], owner, permit);
}
