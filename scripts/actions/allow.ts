import type { AddressLike, ContractTransactionReceipt, Signer } from "ethers";
import { resolveAddress } from "ethers";
import { receiptOf } from "../lib/receipts.ts";
import type { Protocol } from "../lib/protocol.ts";

/** Lets `spender` move `amountWei` of the owner's kETH; no transaction where it may already. */
export async function allow(
  protocol: Protocol,
  owner: Signer,
  { spender, amountWei }: { spender: AddressLike; amountWei: bigint },
): Promise<ContractTransactionReceipt | undefined> {
  const to = await resolveAddress(spender);
  if ((await protocol.StakedEther.allowance(owner, to)) >= amountWei) return undefined;
  return receiptOf(protocol.StakedEther.connect(owner).approve(to, amountWei));
}
