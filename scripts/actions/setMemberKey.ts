import { computeAddress, type ContractTransactionReceipt, type Signer, type SigningKey } from "ethers";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import { compactSignature } from "../lib/signatures.ts";

/**
 * Sets the key of a member, from the next frame boundary on; it signs that it is the member's. The owner should destroy the
 * old key as soon as no report of a frame before needs it: it answers for those frames for ever.
 */
export async function setMemberKey(
  protocol: Protocol,
  owner: Signer,
  { memberId, key }: { memberId: bigint; key: SigningKey },
): Promise<ContractTransactionReceipt> {
  const consent = compactSignature(key.sign(await protocol.OracleCommittee.consentDigest(memberId)));
  const committee = protocol.OracleCommittee.connect(owner);
  return receiptOf(committee.setKey(memberId, computeAddress(key.publicKey), consent));
}
