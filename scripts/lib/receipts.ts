import type { BaseContract, ContractTransactionReceipt, LogDescription, TransactionResponse } from "ethers";
import { FatalError } from "./errors.ts";

/**
 * The receipt of a transaction that is being sent, when it is in a block.
 *
 * @throws FatalError where there is none; ethers' own error where it reverted
 */
export async function receiptOf(sending: Promise<TransactionResponse>): Promise<ContractTransactionReceipt> {
  const response = await sending;
  const receipt = await response.wait();
  if (receipt === null) throw new FatalError(`the transaction ${response.hash} has no receipt`);
  return receipt as ContractTransactionReceipt;
}

/** The events of that name which the contract emitted in a transaction, in order. */
export function eventsIn(
  receipt: Pick<ContractTransactionReceipt, "logs">,
  contract: BaseContract,
  name: string,
): LogDescription[] {
  const { target } = contract;
  if (typeof target !== "string") throw new FatalError("the contract is known by a name, not by its address");
  return receipt.logs
    .filter(({ address }) => address.toLowerCase() === target.toLowerCase())
    .map((log) => contract.interface.parseLog(log))
    .filter((event) => event?.name === name) as LogDescription[];
}

/**
 * The only event of that name.
 *
 * @throws FatalError where there is none, or more than one
 */
export function eventIn(
  receipt: Pick<ContractTransactionReceipt, "logs" | "hash">,
  contract: BaseContract,
  name: string,
): LogDescription {
  const [event, ...others] = eventsIn(receipt, contract, name);
  if (event === undefined || others.length > 0) {
    throw new FatalError(
      `the transaction ${receipt.hash} has ${event ? 1 + others.length : 0} events ${name}`,
    );
  }
  return event;
}
