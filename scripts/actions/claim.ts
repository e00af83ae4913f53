import type { ContractTransactionReceipt, Signer } from "ethers";
import { eventIn, eventsIn, receiptOf } from "../lib/receipts.ts";
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

/** Claims several finalised tickets of their owner in one payment. */
export async function claimAll(
  protocol: Protocol,
  owner: Signer,
  { ticketIds }: { ticketIds: readonly bigint[] },
): Promise<{ receipt: ContractTransactionReceipt; amountWei: bigint }> {
  const queue = protocol.WithdrawalQueue;
  const hints = await Promise.all(ticketIds.map((ticketId) => queue.findCheckpoint(ticketId)));
  const receipt = await receiptOf(queue.connect(owner).claimBatch([...ticketIds], hints, owner));
  const amounts = eventsIn(receipt, queue, "Claimed").map(({ args }) => args.amount as bigint);
  return { receipt, amountWei: amounts.reduce((sum, amount) => sum + amount, 0n) };
}
