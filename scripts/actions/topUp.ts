import type { ContractTransactionReceipt, Signer } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import { PAY_GAS } from "../lib/keeperPay.ts";
import type { KeyTree } from "../lib/keyTree.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import { keyProof, proveValidators } from "./proveValidators.ts";

/**
 * Proves that predeposited keys became validators with our credentials, and tops each up by `amountGwei`, in one
 * transaction. Anyone may.
 *
 * @param isPaid whether to ask for pay, which takes some more gas. Default: no
 * @throws FatalError where the beacon chain does not know one of the keys yet
 */
export async function proveAndTopUp(
  { protocol, beacon }: { protocol: Protocol; beacon: BeaconSource },
  sender: Signer,
  {
    operatorId,
    tree,
    indices,
    amountGwei,
  }: { operatorId: bigint; tree: KeyTree; indices: readonly number[]; amountGwei: bigint },
  isPaid = false,
): Promise<ContractTransactionReceipt> {
  const { keys } = tree.multiProof(indices);
  const validators = await proveValidators(
    beacon,
    keys.map(({ pubkey }) => pubkey),
  );
  const places = keyProof(tree, operatorId, validators.validators);
  const amounts = validators.validators.map(() => amountGwei);
  if (!isPaid) {
    return receiptOf(protocol.BeaconDepositor.connect(sender).proveAndTopUp(validators, places, amounts));
  }
  const { prove } = protocol.KeeperJobs.connect(sender);
  const gasLimit = (await prove.estimateGas(validators, places, amounts)) + PAY_GAS;
  return receiptOf(prove(validators, places, amounts, { gasLimit }));
}
