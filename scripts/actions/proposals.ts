import {
  AbiCoder,
  isError,
  keccak256,
  toUtf8String,
  Utf8ErrorFuncs,
  type BlockTag,
  type ContractTransactionReceipt,
  type Signer,
} from "ethers";
import { FatalError } from "../lib/errors.ts";
import { logsOf } from "../lib/logs.ts";
import type { Call } from "../lib/proposals.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";

/** By the numbers of OpenZeppelin's governor. */
const STATES = [
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
  /** As far as it is a text. */
  description: string;
  /** Of the description's bytes. */
  hash: string;
  calls: Call[];
  state: ProposalState;
  voteStart: number;
  voteEnd: number;
  votes: { against: bigint; for: bigint; abstain: bigint };
  /** What it needs for and abstaining; 0 before the first vote. */
  quorum: bigint;
}

/** All proposals that were made up to a block (default: the newest), in their order. */
export async function listProposals(protocol: Protocol, blockTag?: number): Promise<KnownProposal[]> {
  const made = await proposalsMade(protocol, blockTag);
  return Promise.all(made.map((each) => withState(protocol, each, blockTag)));
}

/**
 * @throws FatalError where there is no such proposal, or what the node tells of it is not what its id stands for
 */
export async function findProposal(protocol: Protocol, proposalId: bigint): Promise<KnownProposal> {
  const made = (await proposalsMade(protocol)).find((each) => each.proposalId === proposalId);
  if (made === undefined) throw new FatalError(`there is no proposal ${proposalId}`);
  return withState(protocol, made);
}

type Made = Omit<KnownProposal, "state" | "voteEnd" | "votes" | "quorum">;

/**
 * From the events' bytes. Texts are read as bytes: one that is no UTF-8 is shown as far as it goes, and stands in nobody's
 * way.
 */
async function proposalsMade(protocol: Protocol, toBlock?: number): Promise<Made[]> {
  const governor = protocol.StakerGovernor;
  const event = governor.interface.getEvent("ProposalCreated");
  const provider = governor.runner?.provider;
  if (!provider) throw new FatalError("nobody to ask for proposals");
  const address = await governor.getAddress();
  const logs = await logsOf(provider, { address, topics: [event.topicHash] }, { toBlock });
  const types = event.inputs.map(({ type }) => type.replace("string", "bytes"));
  return logs.map(({ data }) => {
    const [proposalId, proposer, targets, values, , datas, voteStart, , bytes] = AbiCoder.defaultAbiCoder()
      .decode(types, data)
      .toArray(true) as [bigint, string, string[], bigint[], string[], string[], bigint, bigint, string];
    const calls = targets.map((target, i) => ({ target, value: values[i]!, data: datas[i]! }));
    const description = toUtf8String(bytes, Utf8ErrorFuncs.replace);
    const hash = keccak256(bytes);
    const id = AbiCoder.defaultAbiCoder().encode(
      ["address[]", "uint256[]", "bytes[]", "bytes32"],
      [targets, values, datas, hash],
    );
    if (BigInt(keccak256(id)) !== proposalId) {
      throw new FatalError(`the node tells other calls of proposal ${proposalId} than it was made of`);
    }
    return { proposalId, proposer, description, hash, calls, voteStart: Number(voteStart) };
  });
}

async function withState(protocol: Protocol, made: Made, blockTag?: number): Promise<KnownProposal> {
  const at = { blockTag: blockTag ?? "latest" };
  const governor = protocol.StakerGovernor;
  const { proposalId } = made;
  const [state, voteEnd, votes, quorum] = await Promise.all([
    governor.state(proposalId, at),
    governor.proposalDeadline(proposalId, at),
    governor.proposalVotes(proposalId, at),
    governor.proposalQuorum(proposalId, at),
  ]);
  const told = STATES[Number(state)]!;
  return {
    ...made,
    state: told === "cancelled" && (await hasExpired(protocol, made, at)) ? "expired" : told,
    voteEnd: Number(voteEnd),
    votes: { against: votes[0], for: votes[1], abstain: votes[2] },
    quorum,
  };
}

/** The governor takes what expired in the timelock for cancelled; what was cancelled there is forgotten. */
async function hasExpired(protocol: Protocol, made: Made, at: { blockTag: BlockTag }): Promise<boolean> {
  const id = await operationIdOf(protocol, made);
  return (await protocol.ExitWindowTimelock.getTimestamp(id, at)) !== 0n;
}

/** What governor and timelock know a proposal by. */
function parts({ calls, hash }: Pick<KnownProposal, "calls" | "hash">) {
  return [
    calls.map(({ target }) => target),
    calls.map(({ value }) => value),
    calls.map(({ data }) => data),
    hash,
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

/** Whether the calls of a decision that is ready would succeed now. Calls that take ether are for whoever brings it. */
export async function mayExecute(protocol: Protocol, proposalId: bigint): Promise<boolean> {
  const proposal = await findProposal(protocol, proposalId);
  if (proposal.calls.some(({ value }) => value > 0n)) return false;
  try {
    await protocol.StakerGovernor.execute.staticCall(...parts(proposal));
    return true;
  } catch (error) {
    if (isError(error, "CALL_EXCEPTION")) return false;
    throw error;
  }
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

/** Notes that a decision is ready, so that it expires if nobody executes it. Anyone may. */
export async function noteReady(
  protocol: Protocol,
  sender: Signer,
  proposalId: bigint,
): Promise<ContractTransactionReceipt> {
  const id = await operationOf(protocol, proposalId);
  return receiptOf(protocol.ExitWindowTimelock.connect(sender).noteReady(id));
}

/** What a queued proposal waits for: `IExitWindowTimelock.Readiness`. */
export async function readinessOf(protocol: Protocol, proposalId: bigint) {
  return protocol.ExitWindowTimelock.readiness(await operationOf(protocol, proposalId));
}

async function operationOf(protocol: Protocol, proposalId: bigint): Promise<string> {
  return operationIdOf(protocol, await findProposal(protocol, proposalId));
}

/** The timelock's id of a proposal: its salt is the governor's address and the hash of the description. */
async function operationIdOf(
  { ExitWindowTimelock: timelock, StakerGovernor: governor }: Protocol,
  proposal: Pick<KnownProposal, "calls" | "hash">,
): Promise<string> {
  const [targets, values, payloads, hash] = parts(proposal);
  const salt = (BigInt(await governor.getAddress()) << 96n) ^ BigInt(hash);
  const none = `0x${"00".repeat(32)}`;
  return timelock.hashOperationBatch(
    [...targets],
    [...values],
    [...payloads],
    none,
    `0x${salt.toString(16).padStart(64, "0")}`,
  );
}
