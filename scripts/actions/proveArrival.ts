import type { ContractTransactionReceipt, Signer } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import type { BlockAnswer } from "../lib/beaconSchemas.ts";
import { FatalError } from "../lib/errors.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import { pendingConsolidationProof } from "../lib/verifierProofs.ts";
import { recentBlock } from "./newestRoot.ts";
import { bookedState, parentState } from "./proveSlashing.ts";

/** Slots that may be missed in a row after a merge. */
const MAX_MISSED = 64;

/**
 * Proves what a validator brought to a slashed one when it was merged into it. Anyone may, after the merge, while the
 * execution chain knows the blocks of the slashing's epoch and of before the merge.
 *
 * @throws FatalError where no block has come since the merge
 */
export async function proveArrival(
  { protocol, beacon }: { protocol: Protocol; beacon: BeaconSource },
  sender: Signer,
  { source, target }: { source: number; target: number },
): Promise<ContractTransactionReceipt> {
  const { slotsPerEpoch } = await beacon.spec();
  const { slashingsVector } = await protocol.SlashingOracle.parameters();
  const epochOf = async (index: number) => {
    const [found] = await beacon.validators("head", [index]);
    if (found === undefined) throw new FatalError(`the beacon chain knows no validator ${index}`);
    return Number(found.withdrawableEpoch);
  };
  const slashedEpoch = (await epochOf(target)) - Number(slashingsVector);
  const slashed = await bookedState(beacon, (slashedEpoch + 1) * slotsPerEpoch - 1, target);

  const child = await blockFrom(beacon, (await epochOf(source)) * slotsPerEpoch);
  const merged = await parentState(beacon, child, source);
  const { pending, proof } = pendingConsolidationProof(merged.state, merged.header, source);
  return receiptOf(
    protocol.SlashingOracle.connect(sender).proveArrival(
      { b: recentBlock(slashed.timestamp), v: slashed.container, proof: slashed.proof },
      {
        b: recentBlock(merged.timestamp),
        entry: pending,
        entryProof: proof,
        v: merged.container,
        proof: merged.proof,
        chunk: merged.balance.chunk,
        balanceProof: merged.balance.proof,
      },
    ),
  );
}

/** The first block at a slot or after it. */
async function blockFrom(beacon: BeaconSource, slot: number): Promise<BlockAnswer> {
  for (let at = slot; at < slot + MAX_MISSED; at++) {
    const block = await beacon.blockV2(at);
    if (block !== undefined) return block;
  }
  throw new FatalError(`no block from slot ${slot} on`);
}
