import type { ContractTransactionReceipt, Signer } from "ethers";
import type { Proposal } from "../lib/proposals.ts";
import type { Protocol } from "../lib/protocol.ts";
import { eventIn, receiptOf } from "../lib/receipts.ts";

export interface Proposed {
  receipt: ContractTransactionReceipt;
  proposalId: bigint;
  /** From when on it is voted on, and until when, seconds since 1970. */
  voteStart: number;
  voteEnd: number;
}

/** Brings a proposal to the stakers. The proposer needs votes above the threshold. */
export async function propose(
  protocol: Protocol,
  proposer: Signer,
  { calls, description }: Proposal,
): Promise<Proposed> {
  const governor = protocol.StakerGovernor;
  const receipt = await receiptOf(
    governor.connect(proposer).propose(
      calls.map(({ target }) => target),
      calls.map(({ value }) => value),
      calls.map(({ data }) => data),
      description,
    ),
  );
  const { args } = eventIn(receipt, governor, "ProposalCreated");
  return {
    receipt,
    proposalId: args.proposalId as bigint,
    voteStart: Number(args.voteStart),
    voteEnd: Number(args.voteEnd),
  };
}
