import { concat, type ContractTransactionReceipt, type Signer } from "ethers";
import type { KeyTree } from "../lib/keyTree.ts";
import { receiptOf } from "../lib/receipts.ts";
import { drawStake, type DrawnStake, type DrawSources } from "./drawStake.ts";
import type { Until } from "./reportFrame.ts";

/** Stake that each predeposit reserves, in ETH: `RESERVED_ETH` of contracts/operators/ValidatorRegistry.sol. */
export const RESERVED_ETH = 32n;

/**
 * Sends 1 ETH of the buffer to the deposit contract for each of these keys of a commitment, after as many draws as it takes
 * until the operator has 32 ETH allotted for each. Anyone may.
 */
export async function predeposit(
  sources: DrawSources,
  sender: Signer,
  {
    operatorId,
    tree,
    indices,
    until,
  }: { operatorId: bigint; tree: KeyTree; indices: readonly number[]; until: Until },
): Promise<{ receipt: ContractTransactionReceipt; drawn: DrawnStake }> {
  const eth = RESERVED_ETH * BigInt(indices.length);
  const drawn = await drawStake(sources, sender, { operatorId, eth, until });
  const shown = tree.multiProof(indices);
  const receipt = await receiptOf(
    sources.protocol.BeaconDepositor.connect(sender).predeposit(
      operatorId,
      tree.root,
      shown.gindices,
      concat(shown.keys.map(({ pubkey }) => pubkey)),
      concat(shown.keys.map(({ signature }) => signature)),
      shown.proof,
    ),
  );
  return { receipt, drawn };
}
