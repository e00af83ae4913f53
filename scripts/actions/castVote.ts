import type { ContractTransactionReceipt, Signer } from "ethers";
import type { Protocol } from "../lib/protocol.ts";
import { eventIn, receiptOf } from "../lib/receipts.ts";

/** By the numbers of the governor. */
const SUPPORT = { against: 0n, for: 1n, abstain: 2n } as const;
export type Support = keyof typeof SUPPORT;

export interface Voted {
  receipt: ContractTransactionReceipt;
  /** Shares that count (18 decimals). */
  weight: bigint;
}

export interface Vote {
  proposalId: bigint;
  support: Support;
  /** Told, and not kept. */
  reason?: string;
}

/** Votes with what was delegated to the voter at the proposal's snapshot, by others or by itself. */
export async function castVote(
  protocol: Protocol,
  voter: Signer,
  { proposalId, support, reason = "" }: Vote,
): Promise<Voted> {
  const governor = protocol.StakerGovernor;
  const receipt = await receiptOf(
    governor.connect(voter).castVoteWithReason(proposalId, SUPPORT[support], reason),
  );
  return { receipt, weight: eventIn(receipt, governor, "VoteCast").args.weight as bigint };
}

/** Votes with what the owner had delegated to others at the snapshot: theirs no longer counts for that much. */
export async function overrideVote(
  protocol: Protocol,
  owner: Signer,
  { proposalId, support, reason = "" }: Vote,
): Promise<Voted> {
  const governor = protocol.StakerGovernor;
  const receipt = await receiptOf(
    governor.connect(owner).castOverrideVoteWithReason(proposalId, SUPPORT[support], reason),
  );
  return { receipt, weight: eventIn(receipt, governor, "OverrideVoteCast").args.weight as bigint };
}
