import type { ContractTransactionReceipt, Signer } from "ethers";
import { eventIn, receiptOf } from "../lib/receipts.ts";
import type { Protocol } from "../lib/protocol.ts";

/** Claims a finalised ticket for its owner, with the hint that saves the contract its search. */
export async function claim(
  protocol: Protocol,
  owner: Signer,
  { ticketId }: { ticketId: bigint },
): Promise<{ receipt: ContractTransactionReceipt; amountWei: bigint }> {
  const queue = protocol.WithdrawalQueue;
  const hint = await queue.findCheckpoint(ticketId);
  const receipt = await receiptOf(queue.connect(owner).claimTo(ticketId, owner, hint));
  const { args } = eventIn(receipt, queue, "Claimed");
  return { receipt, amountWei: args.amount as bigint };
}
