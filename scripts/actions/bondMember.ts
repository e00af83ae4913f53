import type { Signer } from "ethers";
import type { Protocol } from "../lib/protocol.ts";
import { eventIn, receiptOf } from "../lib/receipts.ts";

/** Registers a member of the committee with a bond, which the payer brings. Governance alone gives it weight. */
export async function bondMember(
  protocol: Protocol,
  payer: Signer,
  { owner, bondWei }: { owner: string; bondWei: bigint },
): Promise<{ memberId: bigint }> {
  const bonds = protocol.CommitteeBonds.connect(payer);
  const receipt = await receiptOf(bonds.register(owner));
  const memberId = eventIn(receipt, protocol.CommitteeBonds, "MemberRegistered").args.memberId as bigint;
  await receiptOf(bonds.deposit(memberId, { value: bondWei }));
  return { memberId };
}
