import type { ContractTransactionReceipt } from "ethers";
import { FatalError } from "../lib/errors.ts";

/** Who acts in the demo. */
export const STAKERS = ["alice", "bob", "carol"] as const;
export const ACTORS = [...STAKERS, "manager", "keeper", "admin", "trader"] as const;
export type Staker = (typeof STAKERS)[number];
export type Actor = (typeof ACTORS)[number];

/** One transaction, and the ether that it moved between its sender and the protocol besides its gas. */
export interface Entry {
  step: string;
  actor: Actor;
  hash: string;
  blockNumber: number;
  gasUsed: bigint;
  feeWei: bigint;
  putInWei: bigint;
  gotOutWei: bigint;
}

/** Every transaction of the demo: what the sums are checked against. */
export class Journal {
  readonly entries: Entry[] = [];

  record(
    step: string,
    actor: Actor,
    receipt: ContractTransactionReceipt,
    { putInWei = 0n, gotOutWei = 0n }: { putInWei?: bigint; gotOutWei?: bigint } = {},
  ): void {
    if (receipt.status !== 1) throw new FatalError(`${step}: the transaction ${receipt.hash} failed`);
    const { hash, blockNumber, gasUsed, fee: feeWei } = receipt;
    this.entries.push({ step, actor, hash, blockNumber, gasUsed, feeWei, putInWei, gotOutWei });
  }

  /** The sum of a figure over an actor's transactions. */
  sum(figure: "feeWei" | "putInWei" | "gotOutWei", actor: Actor): bigint {
    return this.entries
      .filter((entry) => entry.actor === actor)
      .reduce((total, entry) => total + entry[figure], 0n);
  }
}
