import type { ContractTransactionReceipt, Signer } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import type { BlockAnswer } from "../lib/beaconSchemas.ts";
import { decodeState } from "../lib/beaconState.ts";
import { FatalError } from "../lib/errors.ts";
import type { Protocol } from "../lib/protocol.ts";
import { eventsIn, receiptOf } from "../lib/receipts.ts";
import { encodeSeedProof, mixProof } from "../lib/verifierProofs.ts";

export interface SettledDraw {
  drawId: bigint;
  /** The winner, and what its allotment is now; undefined where no result was eligible. */
  winner: { operatorId: bigint; allotmentEth: bigint } | undefined;
  receipt: ContractTransactionReceipt;
}

/** Whether the chain has a block after the round, which makes its seed known. */
export async function isSeedKnown(beacon: BeaconSource, round: number): Promise<boolean> {
  return ((await beacon.blockV2("head"))?.slot ?? 0) > round;
}

/**
 * The argument `proof` of `IRandomnessSource.seed`: the newest mix after the last block at or before the round.
 *
 * @throws FatalError where there is no block after the round yet
 */
export async function proveSeed(beacon: BeaconSource, round: number): Promise<string> {
  const child = await firstBlockAfter(beacon, round);
  const parent = await beacon.header(child.parentRoot as `0x${string}`);
  if (parent === undefined) throw new FatalError(`the beacon node has no block ${child.parentRoot}`);
  const { bytes, fork } = await beacon.stateSsz(parent.header.stateRoot as `0x${string}`);
  const { slotsPerEpoch } = await beacon.spec();
  const proof = mixProof(await decodeState(bytes, fork), parent.header, slotsPerEpoch);
  return encodeSeedProof(child.execution.timestamp, proof);
}

/**
 * Settles the open draw. Anyone may.
 *
 * @throws FatalError where no draw is open, or its seed is not known yet
 */
export async function settleDraw(
  { protocol, beacon }: { protocol: Protocol; beacon: BeaconSource },
  sender: Signer,
): Promise<SettledDraw> {
  const draw = await protocol.StakeAllocator.draw();
  if (!draw.isOpen) throw new FatalError("no draw is open");
  const allocator = protocol.StakeAllocator.connect(sender);
  const receipt = await receiptOf(allocator.settle(await proveSeed(beacon, Number(draw.round))));
  const [won] = eventsIn(receipt, allocator, "DrawWon");
  const winner = won && {
    operatorId: won.args.operatorId as bigint,
    allotmentEth: won.args.allotmentEth as bigint,
  };
  return { drawId: draw.id, winner, receipt };
}

async function firstBlockAfter(beacon: BeaconSource, slot: number): Promise<BlockAnswer> {
  const head = await beacon.blockV2("head");
  for (let at = slot + 1; at <= (head?.slot ?? 0); at++) {
    const block = await beacon.blockV2(at);
    if (block !== undefined) return block;
  }
  throw new FatalError(`there is no block after slot ${slot} yet`);
}
