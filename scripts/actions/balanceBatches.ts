/** Balances of many validators in batches, each of which fits into a transaction. */
import type { Signer } from "ethers";
import type { BalancesProof } from "../lib/checkpointProofs.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import { isTooLarge, MAX_CALLDATA } from "../lib/tooLarge.ts";

/** Gas that a batch may use by `balancesGas`: a transaction of EIP-7825 has 16,777,216. */
const BATCH_GAS = 12_000_000;
/** Selector, id, and place and length of each of the three lists. */
const HEAD_BYTES = 4 + 32 * 7;

/** Proves the balances of some validators. */
export type Prove = (indices: readonly number[]) => BalancesProof;

/** Halves what would cost too much, or have too many bytes. */
export function batches(
  indices: readonly number[],
  prove: Prove,
  most: { gas?: number; bytes?: number } = {},
): BalancesProof[] {
  if (indices.length === 0) return [];
  const { gas = BATCH_GAS, bytes = MAX_CALLDATA } = most;
  const whole = prove(indices);
  const fits = balancesGas(whole) <= gas && balancesBytes(whole) <= bytes;
  if (indices.length === 1 || fits) return [whole];
  return halves(indices).flatMap((part) => batches(part, prove, most));
}

/** Rather too much: the bytes of hashes, what is done with them, and a slot of the registry for each index. */
export function balancesGas({ indices, chunks, proof }: BalancesProof): number {
  return 60_000 + 4_500 * indices.length + 1_300 * chunks.length + 1_300 * proof.length;
}

/** Of the calldata of `showBalances`. */
export function balancesBytes({ indices, chunks, proof }: BalancesProof): number {
  return HEAD_BYTES + 32 * (indices.length + chunks.length + proof.length);
}

/**
 * Shows a batch, or halves of it, and of these again, where it is refused for its size.
 *
 * @returns how many transactions that took
 */
export async function showBatch(
  protocol: Protocol,
  sender: Signer,
  id: bigint,
  batch: BalancesProof,
  prove: Prove,
): Promise<number> {
  const { indices, chunks, proof } = batch;
  if ((await shownParts(protocol, id, indices)) !== undefined) return 0;
  try {
    await receiptOf(protocol.BalanceCheckpoint.connect(sender).showBalances(id, indices, chunks, proof));
    return 1;
  } catch (error) {
    if (indices.length === 1 || !isTooLarge(error)) throw error;
  }
  let sent = 0;
  for (const half of halves(indices)) sent += await showBatch(protocol, sender, id, prove(half), prove);
  return sent;
}

/** In which parts a batch was shown: whole, or halved as often as somebody had to; undefined where some of it was not. */
export async function shownParts(
  protocol: Protocol,
  id: bigint,
  indices: readonly number[],
): Promise<(readonly number[])[] | undefined> {
  if ((await protocol.BalanceCheckpoint.batchOf(id, [...indices])).isShown) return [indices];
  if (indices.length === 1) return undefined;
  const parts: (readonly number[])[] = [];
  for (const half of halves(indices)) {
    const shown = await shownParts(protocol, id, half);
    if (shown === undefined) return undefined;
    parts.push(...shown);
  }
  return parts;
}

function halves(indices: readonly number[]): [readonly number[], readonly number[]] {
  const half = Math.ceil(indices.length / 2);
  return [indices.slice(0, half), indices.slice(half)];
}
