import type { ContractTransactionReceipt, Signer } from "ethers";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";

/** Computes an operator's weight in draws anew. Anyone may, while no draw is open. */
export async function refreshWeight(
  protocol: Protocol,
  sender: Signer,
  { operatorId }: { operatorId: bigint },
): Promise<ContractTransactionReceipt> {
  return receiptOf(protocol.StakeAllocator.connect(sender).refresh(operatorId));
}
