import { castVote } from "../../../scripts/actions/castVote.ts";
import { delegate } from "../../../scripts/actions/delegate.ts";
import {
  closeWindow,
  executeProposal,
  findProposal,
  queueProposal,
  readinessOf,
} from "../../../scripts/actions/proposals.ts";
import { propose } from "../../../scripts/actions/propose.ts";
import type { AccountName } from "../../../scripts/devnet/localNetwork.ts";
import { readProposal } from "../../../scripts/lib/proposals.ts";
import type { ContractName } from "../../../scripts/lib/protocol.ts";
import type { World } from "./world.ts";

/// A call of a proposal, as its file has it.
export interface WrittenCall {
  contract: ContractName;
  function: string;
  arguments: unknown[];
}

/// Each of them votes for itself from the next second on.
export async function register({ accounts, protocol, devnet }: World, names: AccountName[]): Promise<void> {
  for (const name of names) await delegate(protocol, accounts[name], { delegate: accounts[name] });
  await devnet.tickBlocks(1);
}

/// Lets slots pass until a time (seconds since 1970) is over.
export async function untilAfter({ devnet }: World, time: bigint | number): Promise<void> {
  await devnet.tickUntil(() => BigInt(devnet.chain.timeAtSlot(devnet.slot)) > BigInt(time));
}

/// Brings a proposal of these calls; returns its id while it is voted on.
export async function bring(world: World, by: AccountName, calls: WrittenCall[]): Promise<bigint> {
  const { accounts, protocol } = world;
  const proposer = accounts[by];
  // whoever proposes the same again proposes something new
  const title = `Block ${await world.provider.getBlockNumber()}`;
  const file = JSON.stringify({ title, text: "A story.", calls });
  const { proposalId, voteStart } = await propose(
    protocol,
    proposer,
    await readProposal(file, protocol, await proposer.getAddress()),
  );
  await untilAfter(world, voteStart);
  return proposalId;
}

/// Ends a vote and queues what passed.
export async function queue(world: World, proposalId: bigint): Promise<void> {
  const { accounts, protocol } = world;
  await untilAfter(world, (await findProposal(protocol, proposalId)).voteEnd);
  await queueProposal(protocol, accounts.keeper, proposalId);
}

/// Brings calls, votes for them, and queues them.
export async function decide(world: World, by: AccountName, calls: WrittenCall[]): Promise<bigint> {
  const proposalId = await bring(world, by, calls);
  await castVote(world.protocol, world.accounts[by], { proposalId, support: "for" });
  await queue(world, proposalId);
  return proposalId;
}

/// Closes the window of a queued proposal as soon as it can be, if it has one, and waits for the end of its delay.
export async function untilDue(world: World, proposalId: bigint): Promise<void> {
  const { accounts, protocol } = world;
  const { windowEndsAt, delayEndsAt } = await readinessOf(protocol, proposalId);
  if (windowEndsAt > 0n) {
    await untilAfter(world, windowEndsAt);
    await closeWindow(protocol, accounts.keeper, proposalId);
  }
  await untilAfter(world, delayEndsAt);
}

/// Everything from a proposal to its effect, where nobody waits for ether.
export async function enact(world: World, by: AccountName, calls: WrittenCall[]): Promise<bigint> {
  const proposalId = await decide(world, by, calls);
  await untilDue(world, proposalId);
  await executeProposal(world.protocol, world.accounts.keeper, proposalId);
  return proposalId;
}
