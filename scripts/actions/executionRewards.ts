import type { Provider } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import type { BlockAnswer } from "../lib/beaconSchemas.ts";
import { FatalError } from "../lib/errors.ts";

/** Headers asked for at once. */
const AT_ONCE = 16;

/**
 * Execution rewards that our proposers' blocks did not pay to the rewards vault, by operator, in wei: over the slots from
 * `fromSlot` to `toSlot`, both included.
 *
 * A block pays if its fee recipient is the vault, or if its last transaction is a payment from the fee recipient to the vault
 * of at least half of the block's priority fees (as builders pay). Otherwise it withholds its priority fees, less what
 * that payment brought. What a builder pays elsewhere, or inside a contract's call, is not seen.
 */
export async function withheldRewards(
  { beacon, provider }: { beacon: BeaconSource; provider: Provider },
  {
    fromSlot,
    toSlot,
    vault,
    operatorOf,
  }: { fromSlot: number; toSlot: number; vault: string; operatorOf: ReadonlyMap<number, bigint> },
): Promise<Map<bigint, bigint>> {
  const withheld = new Map<bigint, bigint>();
  if (operatorOf.size === 0) return withheld;
  for (let first = fromSlot; first <= toSlot; first += AT_ONCE) {
    const slots = Array.from({ length: Math.min(AT_ONCE, toSlot - first + 1) }, (_, i) => first + i);
    const headers = await Promise.all(slots.map((slot) => beacon.header(slot)));
    for (const answer of headers) {
      const operatorId = answer && operatorOf.get(answer.header.proposerIndex);
      if (operatorId === undefined) continue;
      const block = await beacon.blockV2(answer!.root as `0x${string}`);
      if (block === undefined) throw new FatalError(`the beacon node has no block ${answer!.root}`);
      const wei = await withheldByBlock(provider, block, vault.toLowerCase());
      if (wei > 0n) withheld.set(operatorId, (withheld.get(operatorId) ?? 0n) + wei);
    }
  }
  return withheld;
}

async function withheldByBlock(
  provider: Provider,
  { execution }: BlockAnswer,
  vault: string,
): Promise<bigint> {
  const { blockHash, blockNumber, feeRecipient } = execution;
  if (feeRecipient === vault) return 0n;
  const block = await provider.getBlock(blockNumber);
  if (block?.hash !== blockHash) {
    throw new FatalError(
      `execution block ${blockNumber} is ${block?.hash ?? "unknown"}, the beacon chain says ${blockHash}`,
    );
  }
  let fees = 0n;
  for (const hash of block.transactions) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt === null) throw new FatalError(`the node has no receipt of ${hash}`);
    fees += (receipt.gasPrice - (block.baseFeePerGas ?? 0n)) * receipt.gasUsed;
  }
  const lastHash = block.transactions.at(-1);
  const last = lastHash === undefined ? null : await provider.getTransaction(lastHash);
  const isPayment = last?.from.toLowerCase() === feeRecipient && last.to?.toLowerCase() === vault;
  const paid = isPayment ? last.value : 0n;
  return 2n * paid >= fees ? 0n : fees - paid;
}
