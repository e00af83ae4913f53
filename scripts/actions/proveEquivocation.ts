import type { ContractTransactionReceipt, Signer } from "ethers";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";

/** `ReportVote` of contracts/types/ReportVote.sol, with its signature: 64 bytes (EIP-2098). */
export interface SignedVote {
  vote: { oracle: string; refSlot: bigint; blockRoot: string; reportHash: string };
  signature: string;
}

/**
 * Shows two votes of one member that exclude each other. Whoever sees this transaction before it is in a block can take the
 * bounty: send it privately.
 */
export async function proveEquivocation(
  protocol: Protocol,
  prover: Signer,
  first: SignedVote,
  second: SignedVote,
): Promise<ContractTransactionReceipt> {
  const committee = protocol.OracleCommittee.connect(prover);
  return receiptOf(committee.proveEquivocation(first.vote, first.signature, second.vote, second.signature));
}
