import { resolveAddress, type AddressLike, type ContractTransactionReceipt, type Signer } from "ethers";
import { receiptOf } from "../lib/receipts.ts";
import type { Protocol } from "../lib/protocol.ts";

/**
 * Gives the votes of a holder's kETH and wkETH to `delegate`; to itself, so that it votes on its own. No transaction for
 * a token whose votes it has already.
 */
export async function delegate(
  protocol: Protocol,
  holder: Signer,
  { delegate: to }: { delegate: AddressLike },
): Promise<ContractTransactionReceipt[]> {
  const [account, target] = await Promise.all([holder.getAddress(), resolveAddress(to)]);
  const receipts: ContractTransactionReceipt[] = [];
  for (const token of [protocol.StakedEther, protocol.WrappedStakedEther]) {
    if ((await token.delegates(account)).toLowerCase() === target.toLowerCase()) continue;
    receipts.push(await receiptOf(token.connect(holder).delegate(target)));
  }
  return receipts;
}
