import { Result, type BaseContract, type EventFragment, type LogDescription } from "ethers";
import type { ContractName } from "../../lib/protocol.ts";
import { logsOf } from "../../lib/logs.ts";
import type { Setting } from "../tables/tables.ts";
import { isSame, type Ground } from "./check.ts";

/// What tells that a setting moved, by its setter.
export const CHANGED: Record<string, string> = {
  setBondRatio: "BondRatioSet",
  updateDelay: "MinDelayChange",
  setParameters: "ParametersSet",
  setBounds: "BoundsSet",
  setJobBudget: "JobBudgetSet",
  setFee: "FeeSet",
  setLimits: "LimitsSet",
  setParts: "PartsSet",
  setTreasury: "TreasurySet",
  setCooldown: "CooldownSet",
  setWithdrawalTarget: "WithdrawalTargetSet",
  setConsolidationTarget: "ConsolidationTargetSet",
};

/// Who moved a setting to `value`: the newest event about it since the deployment must tell that value. None where it does
/// not.
export async function governedChange(
  row: Setting,
  value: unknown,
  { protocol, provider, records }: Ground,
): Promise<string | undefined> {
  const contract = protocol[row.contract as ContractName] as BaseContract;
  const event = contract.interface.getEvent(CHANGED[row.setter]!)!;
  const filter = { address: await contract.getAddress(), topics: [event.topicHash] };
  const deployedIn = records.get(row.contract)?.transactionHash;
  const logs = (await logsOf(provider, filter)).filter(
    ({ transactionHash }) => transactionHash !== deployedIn,
  );
  const newest = logs
    .map((log) => ({ ...contract.interface.parseLog(log)!, log }))
    .filter((told) => isAbout(row, told))
    .at(-1);
  if (newest === undefined || !isSame(toldBy(newest, event, row), value)) return undefined;
  return `changed by governance in block ${newest.log.blockNumber}, ${newest.log.transactionHash}`;
}

/// Where a setter sets one of several values, the event says which, as the view is asked for it.
function isAbout({ keys = [], value }: Setting, { args }: Pick<LogDescription, "args">): boolean {
  return keys.every((key, i) => isSame(args.getValue(key), value.args?.[i]));
}

/// The new value: a field of a struct, what is called new, or what has the setting's name.
function toldBy({ args }: Pick<LogDescription, "args">, event: EventFragment, row: Setting): unknown {
  const names = event.inputs.map(({ name }) => name);
  const told: unknown = args.getValue(names.find((name) => name.startsWith("new")) ?? row.name);
  return told instanceof Result ? told.getValue(row.name) : told;
}
