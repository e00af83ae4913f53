import type { AccountName } from "../../../scripts/devnet/localNetwork.ts";
import { mined, NOBODY, type World } from "./world.ts";

export async function stake(
  { accounts, protocol }: World,
  name: AccountName,
  amountWei: bigint,
): Promise<void> {
  await mined(protocol.StakedEther.connect(accounts[name]).stake(NOBODY, { value: amountWei }));
}

/// Asks to withdraw kETH; the ticket belongs to `owner`, by default the same person. Returns its id.
export async function request(
  { accounts, protocol }: World,
  name: AccountName,
  amountWei: bigint,
  owner?: string,
): Promise<bigint> {
  const queue = protocol.WithdrawalQueue;
  await mined(protocol.StakedEther.connect(accounts[name]).approve(queue, amountWei));
  await mined(queue.connect(accounts[name]).request(amountWei, owner ?? accounts[name]));
  return queue.lastTicketId();
}

/// Lets slots pass until the cooldown of the ticket has ended.
export async function cooldown({ devnet, protocol }: World, ticketId: bigint): Promise<void> {
  const { readyAt } = await protocol.WithdrawalQueue.ticket(ticketId);
  await devnet.tickUntil(() => BigInt(devnet.chain.timeAtSlot(devnet.slot)) > readyAt);
}

/// Claims a ticket for its owner; returns what arrived, in wei.
export async function claim(
  { accounts, protocol, provider }: World,
  name: AccountName,
  ticketId: bigint,
): Promise<bigint> {
  const receipt = await mined(protocol.WithdrawalQueue.connect(accounts[name]).claim(ticketId));
  const balanceAt = (block: number) => provider.getBalance(accounts[name], block);
  const [before, after] = await Promise.all([receipt.blockNumber - 1, receipt.blockNumber].map(balanceAt));
  return after! - before! + receipt.fee;
}
