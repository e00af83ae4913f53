import type { ContractTransactionReceipt, Signer } from "ethers";
import { eventIn, receiptOf } from "../lib/receipts.ts";
import type { Protocol } from "../lib/protocol.ts";

/** Turns `amountWei` of the holder's kETH into wkETH. The wrapper needs an allowance (`allow`). */
export async function wrap(
  protocol: Protocol,
  holder: Signer,
  { amountWei }: { amountWei: bigint },
): Promise<{ receipt: ContractTransactionReceipt; shares: bigint }> {
  const wrapper = protocol.WrappedStakedEther;
  const receipt = await receiptOf(wrapper.connect(holder).deposit(amountWei, holder));
  const { args } = eventIn(receipt, wrapper, "Deposit");
  return { receipt, shares: args.shares as bigint };
}
