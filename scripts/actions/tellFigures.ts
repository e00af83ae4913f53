import type { ContractTransactionReceipt, Signer } from "ethers";
import { figuresProof, type OperatorFigures } from "../lib/operatorFigures.ts";
import { FatalError } from "../lib/errors.ts";
import { receiptOf } from "../lib/receipts.ts";
import { figuresUnder, type FiguresSources } from "./operatorFigures.ts";

/** One operator's figures under the root that stands now, with their proof. */
export async function provenFigures(
  sources: FiguresSources,
  operatorId: bigint,
): Promise<{ figures: OperatorFigures; proof: string[] }> {
  const blockTag = await sources.provider.getBlockNumber();
  const root = await sources.protocol.RewardDistributor.root({ blockTag });
  const all = await figuresUnder(sources, root, blockTag);
  const figures = all.find((own) => own.operatorId === operatorId);
  if (figures === undefined) throw new FatalError(`the root tells nothing of operator ${operatorId}`);
  return { figures, proof: figuresProof(all, operatorId) };
}

/** Sends an operator its commission, or burns what was forfeited, for operator 0. Anyone may. */
export async function pullCommission(
  sources: FiguresSources,
  sender: Signer,
  operatorId: bigint,
): Promise<ContractTransactionReceipt> {
  const { figures, proof } = await provenFigures(sources, operatorId);
  return receiptOf(sources.protocol.RewardDistributor.connect(sender).pull(figures, proof));
}

/** Hands an operator's frame to the judge of duties. Anyone may. */
export async function judgeDuties(
  sources: FiguresSources,
  sender: Signer,
  operatorId: bigint,
): Promise<ContractTransactionReceipt> {
  const { figures, proof } = await provenFigures(sources, operatorId);
  return receiptOf(sources.protocol.DutyJudge.connect(sender).judge(figures, proof));
}

/** Has bond held for what an operator withheld. Anyone may. */
export async function lockWithheld(
  sources: FiguresSources,
  sender: Signer,
  operatorId: bigint,
): Promise<ContractTransactionReceipt> {
  const { figures, proof } = await provenFigures(sources, operatorId);
  return receiptOf(sources.protocol.WithheldRewards.connect(sender).lockWithheld(figures, proof));
}

/** Frees what a later root says less of. Anyone may. */
export async function contestWithheld(
  sources: FiguresSources,
  sender: Signer,
  { holdId, operatorId }: { holdId: bigint; operatorId: bigint },
): Promise<ContractTransactionReceipt> {
  const { figures, proof } = await provenFigures(sources, operatorId);
  return receiptOf(sources.protocol.WithheldRewards.connect(sender).contest(holdId, figures, proof));
}
