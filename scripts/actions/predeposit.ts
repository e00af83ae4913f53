import { concat, type ContractTransactionReceipt, type Signer } from "ethers";
import type { KeyTree } from "../lib/keyTree.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";

/** Sends 1 ETH of the buffer to the deposit contract for each of these keys of a commitment. Anyone may. */
export async function predeposit(
  protocol: Protocol,
  sender: Signer,
  { operatorId, tree, indices }: { operatorId: bigint; tree: KeyTree; indices: readonly number[] },
): Promise<ContractTransactionReceipt> {
  const shown = tree.multiProof(indices);
  return receiptOf(
    protocol.BeaconDepositor.connect(sender).predeposit(
      operatorId,
      tree.root,
      shown.gindices,
      concat(shown.keys.map(({ pubkey }) => pubkey)),
      concat(shown.keys.map(({ signature }) => signature)),
      shown.proof,
    ),
  );
}
