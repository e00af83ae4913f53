import type { AddressLike, ContractTransactionReceipt, Signer } from "ethers";
import { permitWhereNeeded } from "../lib/permit.ts";
import { eventIn, receiptOf } from "../lib/receipts.ts";
import type { Protocol } from "../lib/protocol.ts";

const BP = 10_000n;

export interface LeftAtOnce {
  receipt: ContractTransactionReceipt;
  /** What the shares were worth. */
  valueWei: bigint;
  paidWei: bigint;
}

/**
 * Leaves with `amountWei` of the holder's kETH at once, for a fee of `maxFeeBp` (1/10,000) at most; more is refused by the
 * contract. By a permit where that has no allowance. The ether goes to `recipient`, by default to the holder.
 */
export async function instantExit(
  protocol: Protocol,
  holder: Signer,
  {
    amountWei,
    maxFeeBp = 100n,
    recipient = holder,
  }: { amountWei: bigint; maxFeeBp?: bigint; recipient?: AddressLike },
): Promise<LeftAtOnce> {
  const exit = protocol.InstantExit;
  const minEtherWei = (amountWei * (BP - maxFeeBp)) / BP;
  const spender = await exit.getAddress();
  const permit = await permitWhereNeeded(protocol.StakedEther, holder, { spender, value: amountWei });
  const connected = exit.connect(holder);
  const receipt = await receiptOf(
    permit === undefined
      ? connected.exit(amountWei, minEtherWei, recipient)
      : connected.exitWithPermit(amountWei, minEtherWei, recipient, permit.deadline, permit.signature),
  );
  const { args } = eventIn(receipt, exit, "Exited");
  return { receipt, valueWei: args.value as bigint, paidWei: args.paid as bigint };
}
