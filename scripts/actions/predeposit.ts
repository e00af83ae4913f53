import { concat, type ContractTransactionReceipt, type Signer } from "ethers";
import { yCoordinates } from "../lib/depositPoints.ts";
import type { KeyTree } from "../lib/keyTree.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import { drawStake, type DrawnStake, type DrawSources } from "./drawStake.ts";
import type { Until } from "./reportFrame.ts";

/** Stake that each predeposit reserves, in ETH: `RESERVED_ETH` of contracts/operators/ValidatorRegistry.sol. */
export const RESERVED_ETH = 32n;

/** Keys of an operator's commitment. */
export interface KeysOfOperator {
  operatorId: bigint;
  tree: KeyTree;
  indices: readonly number[];
}

/**
 * Sends 1 ETH of the buffer to the deposit contract for each of these keys, after as many draws as it takes until the
 * operator has 32 ETH allotted for each. Anyone may.
 */
export async function predeposit(
  sources: DrawSources,
  sender: Signer,
  { until, ...keys }: KeysOfOperator & { until: Until },
): Promise<{ receipt: ContractTransactionReceipt; drawn: DrawnStake }> {
  const eth = RESERVED_ETH * BigInt(keys.indices.length);
  const drawn = await drawStake(sources, sender, { operatorId: keys.operatorId, eth, until });
  return { receipt: await sendPredeposits(sources.protocol, sender, keys), drawn };
}

/**
 * The predeposits alone, for what is allotted already. Where the operator's class is checked, the contract is shown that
 * each signature is good.
 *
 * @throws FatalError where a class is checked, and a key or signature is no point that could be shown
 */
export async function sendPredeposits(
  { BeaconDepositor }: Protocol,
  sender: Signer,
  { operatorId, tree, indices }: KeysOfOperator,
): Promise<ContractTransactionReceipt> {
  const depositor = BeaconDepositor.connect(sender);
  const { gindices, keys, proof } = tree.multiProof(indices);
  const pubkeys = concat(keys.map(({ pubkey }) => pubkey));
  const signatures = concat(keys.map(({ signature }) => signature));
  const shown = [operatorId, tree.root, gindices, pubkeys, signatures, proof] as const;
  if (!(await depositor.isChecked(operatorId))) return receiptOf(depositor.predeposit(...shown));
  return receiptOf(depositor.predepositChecked(...shown, keys.map(yCoordinates)));
}
