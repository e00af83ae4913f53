import type { ContractTransactionReceipt, Provider, Signer } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import { RetryableError } from "../lib/errors.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import { mayOpenDraw, openDraw } from "./openDraw.ts";
import { refreshWeight } from "./refreshWeight.ts";
import type { Until } from "./reportFrame.ts";
import { isSeedKnown, settleDraw } from "./settleDraw.ts";

/** Draws in a row that may go to others, or to nobody, before it is given up. */
const MAX_DRAWS = 16;

export interface DrawSources {
  protocol: Protocol;
  beacon: BeaconSource;
  provider: Provider;
}

export interface DrawnStake {
  /** What the operator may spend now. */
  leftEth: bigint;
  /** What was sent for it, with what each was for; none where the operator had enough. */
  transactions: { step: string; receipt: ContractTransactionReceipt }[];
}

/**
 * Opens and settles draws until the operator may spend `eth`. A draw that somebody has left open is settled first, and an
 * allotment of the operator that has ended is lapsed, as it would keep it from being drawn. What others win on the way is
 * theirs.
 *
 * @throws RetryableError where the operator has too little after many draws; ethers' own error where no draw can be opened
 */
export async function drawStake(
  { protocol, beacon, provider }: DrawSources,
  sender: Signer,
  { operatorId, eth, until }: { operatorId: bigint; eth: bigint; until: Until },
): Promise<DrawnStake> {
  const allocator = protocol.StakeAllocator;
  const transactions: DrawnStake["transactions"] = [];
  const settle = async () => {
    const { round } = await allocator.draw();
    await until(() => isSeedKnown(beacon, Number(round)));
    const { drawId, receipt } = await settleDraw({ protocol, beacon }, sender);
    transactions.push({ step: `settle draw ${drawId}`, receipt });
  };

  if ((await allocator.draw()).isOpen) await settle();
  for (let draws = 0; ; draws++) {
    const leftEth = await spendableEth({ protocol, provider }, operatorId);
    if (leftEth >= eth) return { leftEth, transactions };
    if (draws === MAX_DRAWS) {
      throw new RetryableError(`operator ${operatorId} has ${leftEth} of ${eth} ETH after ${draws} draws`);
    }
    if (leftEth === 0n && (await allocator.position(operatorId)).leftEth > 0n) {
      const receipt = await receiptOf(allocator.connect(sender).lapse(operatorId));
      transactions.push({ step: "lapse an allotment", receipt });
    }
    await until(() => mayOpenDraw(protocol, provider));
    const refreshed = await refreshWeight(protocol, sender, { operatorId });
    transactions.push({ step: "refresh a weight", receipt: refreshed });
    const opened = await openDraw(protocol, sender);
    transactions.push({ step: `open draw ${opened.drawId}`, receipt: opened.receipt });
    await settle();
  }
}

/** What is left of the operator's allotment in whole ETH, 0 where it has ended. */
export async function spendableEth(
  { protocol, provider }: Pick<DrawSources, "protocol" | "provider">,
  operatorId: bigint,
): Promise<bigint> {
  const { leftEth, endsAt } = await protocol.StakeAllocator.position(operatorId);
  const block = await provider.getBlock("latest");
  return block !== null && BigInt(block.timestamp) < endsAt ? leftEth : 0n;
}
