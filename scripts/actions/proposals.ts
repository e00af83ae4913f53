import type { ContractTransactionReceipt, Provider, Signer } from "ethers";
import { FatalError } from "../lib/errors.ts";
import { descriptionHash, type Call } from "../lib/proposals.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";

/** By the numbers of OpenZeppelin's governor. */
export const STATES = [
  "pending",
  "active",
  "cancelled",
  "defeated",
  "succeeded",
  "queued",
  "expired",
  "executed",
] as const;
export type ProposalState = (typeof STATES)[number];

/** A proposal as the chain tells it. Votes are shares (18 decimals), times are seconds since 1970. */
export interface KnownProposal {
  proposalId: bigint;
  proposer: string;
  description: string;
  calls: Call[];
  state: ProposalState;
  voteStart: number;
  voteEnd: number;
  votes: { against: bigint; for: bigint; abstain: bigint };
  /** What it needs for and abstaining; 0 before the first vote. */
  quorum: bigint;
}

/** All proposals that were ever made, in their order. */
export async function listProposals(protocol: Protocol): Promise<KnownProposal[]> {
  const governor = protocol.StakerGovernor;
  const made = await governor.queryFilter(governor.filters.ProposalCreated());
  return Promise.all(
    made.map(async ({ args }) => {
      const { proposalId, proposer, description, targets, calldatas, voteStart } = args;
      // an array of an event answers `values` with its iterator: by its place it is the event's own
      const values = args[3];
      const [state, voteEnd, votes, quorum] = await Promise.all([
        governor.state(proposalId),
        governor.proposalDeadline(proposalId),
        governor.proposalVotes(proposalId),
        governor.proposalQuorum(proposalId),
      ]);
      return {
        proposalId,
        proposer,
        description,
        calls: targets.map((target, i) => ({ target, value: values[i]!, data: calldatas[i]! })),
        state: STATES[Number(state)]!,
        voteStart: Number(voteStart),
        voteEnd: Number(voteEnd),
        votes: { against: votes[0], for: votes[1], abstain: votes[2] },
        quorum,
      };
    }),
  );
}

/** @throws FatalError where there is no such proposal */
export async function findProposal(protocol: Protocol, proposalId: bigint): Promise<KnownProposal> {
  const found = (await listProposals(protocol)).find((proposal) => proposal.proposalId === proposalId);
  if (found === undefined) throw new FatalError(`there is no proposal ${proposalId}`);
  return found;
}

/** What governor and timelock know a proposal by. */
function parts({ calls, description }: Pick<KnownProposal, "calls" | "description">) {
  return [
    calls.map(({ target }) => target),
    calls.map(({ value }) => value),
    calls.map(({ data }) => data),
    descriptionHash(description),
  ] as const;
}

/** Gives a proposal that passed to the timelock. Anyone may. */
export async function queueProposal(
  protocol: Protocol,
  sender: Signer,
  proposalId: bigint,
): Promise<ContractTransactionReceipt> {
  const proposal = await findProposal(protocol, proposalId);
  return receiptOf(protocol.StakerGovernor.connect(sender).queue(...parts(proposal)));
}

/** Has the timelock do what was decided, when nobody who asked to leave before is waiting any more. Anyone may. */
export async function executeProposal(
  protocol: Protocol,
  sender: Signer,
  proposalId: bigint,
): Promise<ContractTransactionReceipt> {
  const proposal = await findProposal(protocol, proposalId);
  const value = proposal.calls.reduce((sum, call) => sum + call.value, 0n);
  return receiptOf(protocol.StakerGovernor.connect(sender).execute(...parts(proposal), { value }));
}

/** Tickets that were asked for so far are waited for, and none that come later. Anyone may, when the window is over. */
export async function closeWindow(
  protocol: Protocol,
  sender: Signer,
  proposalId: bigint,
): Promise<ContractTransactionReceipt> {
  const id = await operationOf(protocol, proposalId);
  return receiptOf(protocol.ExitWindowTimelock.connect(sender).closeWindow(id));
}

/** What a queued proposal waits for: `IExitWindowTimelock.Readiness`. */
export async function readinessOf(protocol: Protocol, proposalId: bigint) {
  return protocol.ExitWindowTimelock.readiness(await operationOf(protocol, proposalId));
}

/** The timelock's id of a proposal: its salt is the governor's address and the hash of the description. */
async function operationOf(protocol: Protocol, proposalId: bigint): Promise<string> {
  const [targets, values, payloads, hash] = parts(await findProposal(protocol, proposalId));
  const governor = BigInt(await protocol.StakerGovernor.getAddress()) << 96n;
  const salt = `0x${(governor ^ BigInt(hash)).toString(16).padStart(64, "0")}`;
  const none = `0x${"00".repeat(32)}`;
  return protocol.ExitWindowTimelock.hashOperationBatch([...targets], [...values], [...payloads], none, salt);
}

/** The time of the newest block. */
export async function chainTime(provider: Provider): Promise<number> {
  const block = await provider.getBlock("latest");
  if (block === null) throw new FatalError("the chain has no block");
  return block.timestamp;
}
