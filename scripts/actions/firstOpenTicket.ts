import type { BlockTag } from "ethers";
import type { Protocol } from "../lib/protocol.ts";

/** The first ticket that is not finalised; one after `last`, the last ticket, where there is none. */
export async function firstOpenTicket(
  { WithdrawalQueue: queue }: Protocol,
  last: bigint,
  blockTag: BlockTag = "latest",
): Promise<bigint> {
  // they are finalised in their order: it is found by halving
  let [done, open] = [0n, last + 1n];
  while (open - done > 1n) {
    const middle = (done + open) / 2n;
    if ((await queue.ticket(middle, { blockTag })).finalized) done = middle;
    else open = middle;
  }
  return open;
}
