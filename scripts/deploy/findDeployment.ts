import type { ContractTransactionReceipt } from "ethers";
import type { Create3Factory } from "../../typechain-types/index.js";
import { FatalError } from "../lib/errors.ts";
import { eventsOf } from "../lib/logs.ts";

/// The transaction that deployed what is there and not recorded: a run was stopped between its block and the record.
///
/// @throws FatalError where it is not found, or deployed something else
export async function findDeployment(
  factory: Create3Factory,
  wanted: { name: string; salt: string; initCode: string; deployer: string },
): Promise<ContractTransactionReceipt> {
  const { name, salt, initCode, deployer } = wanted;
  const [event] = await eventsOf(factory, factory.filters.ContractDeployed(deployer, salt));
  const transaction = await event?.getTransaction();
  const receipt = await event?.getTransactionReceipt();
  if (transaction === undefined || receipt === undefined) {
    throw new FatalError(
      `${name} is there, and the transaction that deployed it is not found: is the node synced?`,
    );
  }
  const call = factory.interface.parseTransaction(transaction);
  if (call?.args[1] !== initCode) {
    throw new FatalError(
      `${name} was deployed in ${receipt.hash} by other code, or with other arguments, than now: restore the parameters ` +
        "and the version that it was begun with, or give the deployment another label",
    );
  }
  return receipt as ContractTransactionReceipt;
}
