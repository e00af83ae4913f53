import type { SecretKey } from "@chainsafe/blst";
import { concat, type ContractTransactionReceipt, type Signer } from "ethers";
import { signPredepositsOf } from "../lib/keystores/predeposits.ts";
import { KeyTree } from "../lib/keyTree.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";

/** A tree of keys, each with the signature of its predeposit to our credentials. */
export async function signPredeposits(
  protocol: Protocol,
  { secretKeys, genesisForkVersion }: { secretKeys: readonly SecretKey[]; genesisForkVersion: string },
): Promise<KeyTree> {
  const withdrawalCredentials = await protocol.BeaconDepositor.withdrawalCredentials();
  return new KeyTree(signPredepositsOf(secretKeys, { withdrawalCredentials, genesisForkVersion }));
}

/** Commits the tree's root, and publishes its keys and signatures as event data. Sender: the operator's manager. */
export async function commitKeys(
  protocol: Protocol,
  manager: Signer,
  { operatorId, tree }: { operatorId: bigint; tree: KeyTree },
): Promise<ContractTransactionReceipt> {
  const data = concat(tree.keys.flatMap(({ pubkey, signature }) => [pubkey, signature]));
  const registry = protocol.ValidatorRegistry.connect(manager);
  return receiptOf(registry.commit(operatorId, tree.root, tree.count, data));
}
