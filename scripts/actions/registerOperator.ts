import type { ContractTransactionReceipt, Signer } from "ethers";
import type { Protocol } from "../lib/protocol.ts";
import { eventIn, receiptOf } from "../lib/receipts.ts";

/** Registers an operator with `manager` as its manager. Its bond is another step: see `depositBond`. */
export async function registerOperator(
  protocol: Protocol,
  manager: Signer,
  { rewardAddress, commissionBp }: { rewardAddress: string; commissionBp: bigint },
): Promise<{ operatorId: bigint; receipt: ContractTransactionReceipt }> {
  const registry = protocol.OperatorRegistry.connect(manager);
  const receipt = await receiptOf(registry.register(rewardAddress, commissionBp));
  const operatorId = eventIn(receipt, registry, "OperatorRegistered").args.operatorId as bigint;
  return { operatorId, receipt };
}

/** Stakes ether for the bond of an operator. Anyone may. */
export async function depositBond(
  protocol: Protocol,
  sender: Signer,
  { operatorId, amountWei }: { operatorId: bigint; amountWei: bigint },
): Promise<ContractTransactionReceipt> {
  return receiptOf(protocol.BondVault.connect(sender).deposit(operatorId, { value: amountWei }));
}

/** Retires an operator for ever: no stake any more, and anyone may have its validators exit. Sender: its manager. */
export async function retireOperator(
  protocol: Protocol,
  manager: Signer,
  { operatorId }: { operatorId: bigint },
): Promise<{ receipt: ContractTransactionReceipt }> {
  return { receipt: await receiptOf(protocol.OperatorRegistry.connect(manager).retire(operatorId)) };
}
