import type { ContractTransactionReceipt, Provider, Signer } from "ethers";
import { FatalError } from "../lib/errors.ts";
import type { Protocol } from "../lib/protocol.ts";
import { eventIn, receiptOf } from "../lib/receipts.ts";

export interface OpenedDraw {
  drawId: bigint;
  /** The slot whose RANDAO mix is the seed. */
  round: number;
  receipt: ContractTransactionReceipt;
}

/** Whether enough time has passed since the last draw, by the newest block. */
export async function mayOpenDraw(protocol: Protocol, provider: Provider): Promise<boolean> {
  const [closedAt, gap, block] = await Promise.all([
    protocol.StakeAllocator.closedAt(),
    protocol.StakeAllocator.OPENING_GAP(),
    provider.getBlock("latest"),
  ]);
  if (block === null) throw new FatalError("the execution node has no block");
  return closedAt === 0n || BigInt(block.timestamp) >= closedAt + gap;
}

/** Opens a draw for one lot. Anyone may, where free ether covers it and no other is open. */
export async function openDraw(protocol: Protocol, sender: Signer): Promise<OpenedDraw> {
  const allocator = protocol.StakeAllocator.connect(sender);
  const receipt = await receiptOf(allocator.open());
  const { args } = eventIn(receipt, allocator, "DrawOpened");
  return { drawId: args.drawId as bigint, round: Number(args.round), receipt };
}
