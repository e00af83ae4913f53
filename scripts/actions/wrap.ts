import type { ContractTransactionReceipt, Signer } from "ethers";
import { permitWhereNeeded } from "../lib/permit.ts";
import { eventIn, receiptOf } from "../lib/receipts.ts";
import type { Protocol } from "../lib/protocol.ts";

/** Turns `amountWei` of the holder's kETH into wkETH; by a permit where the wrapper has no allowance. */
export async function wrap(
  protocol: Protocol,
  holder: Signer,
  { amountWei }: { amountWei: bigint },
): Promise<{ receipt: ContractTransactionReceipt; shares: bigint }> {
  const wrapper = protocol.WrappedStakedEther;
  const spender = await wrapper.getAddress();
  const permit = await permitWhereNeeded(protocol.StakedEther, holder, { spender, value: amountWei });
  const connected = wrapper.connect(holder);
  const receipt = await receiptOf(
    permit === undefined
      ? connected.deposit(amountWei, holder)
      : connected.depositWithPermit(amountWei, holder, permit.deadline, permit.signature),
  );
  const { args } = eventIn(receipt, wrapper, "Deposit");
  return { receipt, shares: args.shares as bigint };
}

/** Turns `shares` (18 decimals) of the holder's wkETH back into kETH. */
export async function unwrap(
  protocol: Protocol,
  holder: Signer,
  { shares }: { shares: bigint },
): Promise<{ receipt: ContractTransactionReceipt; amountWei: bigint }> {
  const wrapper = protocol.WrappedStakedEther;
  const receipt = await receiptOf(wrapper.connect(holder).redeem(shares, holder, holder));
  const { args } = eventIn(receipt, wrapper, "Withdraw");
  return { receipt, amountWei: args.assets as bigint };
}
