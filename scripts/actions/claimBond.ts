import type { ContractTransactionReceipt, Signer } from "ethers";
import type { Protocol } from "../lib/protocol.ts";
import { eventIn, receiptOf } from "../lib/receipts.ts";

export interface BondClaim {
  receipt: ContractTransactionReceipt;
  /** Shares (18 decimals). */
  shares: bigint;
}

/** Asks for shares of a bond, which back nothing from now on. Sender: the operator's manager. */
export async function askForBond(
  { BondVault: vault }: Protocol,
  manager: Signer,
  { operatorId, shares }: { operatorId: bigint; shares: bigint },
): Promise<BondClaim & { claimableFrom: number }> {
  const receipt = await receiptOf(vault.connect(manager).requestClaim(operatorId, shares));
  const { args } = eventIn(receipt, vault, "ClaimRequested");
  return { receipt, shares: args.shares as bigint, claimableFrom: Number(args.claimableFrom) };
}

/** Takes what was asked for, as far as nothing needs it, when its time has come. Sender: the operator's manager. */
export async function claimBond(
  { BondVault: vault }: Protocol,
  manager: Signer,
  { operatorId }: { operatorId: bigint },
): Promise<BondClaim> {
  const receipt = await receiptOf(vault.connect(manager).claim(operatorId, manager));
  return { receipt, shares: eventIn(receipt, vault, "BondClaimed").args.shares as bigint };
}

/** Gives up what was asked for. Sender: the operator's manager. */
export async function cancelBondClaim(
  { BondVault: vault }: Protocol,
  manager: Signer,
  { operatorId }: { operatorId: bigint },
): Promise<BondClaim> {
  const receipt = await receiptOf(vault.connect(manager).cancelClaim(operatorId));
  return { receipt, shares: eventIn(receipt, vault, "ClaimCancelled").args.shares as bigint };
}
