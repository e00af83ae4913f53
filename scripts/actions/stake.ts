import type { ContractTransactionReceipt, Signer } from "ethers";
import { ZeroAddress } from "ethers";
import { eventIn, receiptOf } from "../lib/receipts.ts";
import type { Protocol } from "../lib/protocol.ts";

/**
 * How ether becomes stake: by a plain transfer to the ledger, by a call of it, or straight into the wrapper.
 */
export type StakeRoute = "transfer" | "call" | "wrapped";

export interface Staked {
  receipt: ContractTransactionReceipt;
  /** Minted shares (18 decimals), rounded down. */
  shares: bigint;
}

/** Stakes `amountWei` of the staker's ether for itself. */
export async function stake(
  protocol: Protocol,
  staker: Signer,
  { amountWei, route = "call" }: { amountWei: bigint; route?: StakeRoute },
): Promise<Staked> {
  const receipt = await receiptOf(send(protocol, staker, amountWei, route));
  const { args } = eventIn(receipt, protocol.StakedEther, "Staked");
  return { receipt, shares: args.shares as bigint };
}

async function send(protocol: Protocol, staker: Signer, value: bigint, route: StakeRoute) {
  switch (route) {
    case "transfer":
      return staker.sendTransaction({ to: protocol.StakedEther, value });
    case "call":
      return protocol.StakedEther.connect(staker).stake(ZeroAddress, { value });
    case "wrapped":
      return protocol.WrappedStakedEther.connect(staker).depositEther(staker, 0n, ZeroAddress, { value });
  }
}
