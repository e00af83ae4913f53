import hre from "hardhat";
import { BrowserProvider, type Provider } from "ethers";
import { Records } from "../lib/records.ts";
import { deploy } from "./deploy.ts";
import { DETERMINISTIC_PROXY } from "./deterministicProxy.ts";
import type { Parameters } from "./parameters/schema.ts";

/// A transaction that a deployment takes.
export interface PlannedTransaction {
  /// What is so after it: a contract and its address, or a sentence.
  what: string;
  /// What is there after it, where it makes a contract.
  address?: string;
  to: string;
  gas: bigint;
  /// Ether that it sends, in wei.
  valueWei: bigint;
  data: string;
}

export interface Plan {
  transactions: PlannedTransaction[];
  addresses: Record<string, string>;
  gas: bigint;
  valueWei: bigint;
}

/// Contracts that are there before us, as far as constructors look at them.
export const THERE_BEFORE = [
  "0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02",
  "0x00000961Ef480Eb55e80D19ad83579A64c007002",
  "0x0000BBdDc7CE488642fb579F8B00f3a590007251",
];

/// What a deployment from nothing sends, by doing it on a chain in memory that begins with the network's own contracts.
/// Addresses are those that it will have; gas is what was used there.
export async function planDeployment(
  network: Pick<Provider, "getCode">,
  { deployer, parameters }: { deployer: string; parameters: Parameters },
): Promise<Plan> {
  const connection = await hre.network.create({
    network: "devnet",
    override: { chainId: Number(parameters.chainId.value), mining: { auto: true } },
  });
  const provider = new BrowserProvider(connection.provider, undefined, { cacheTimeout: -1 });
  try {
    for (const address of [...THERE_BEFORE, DETERMINISTIC_PROXY, parameters.depositContract.value]) {
      const code = await network.getCode(address);
      if (code !== "0x") await provider.send("hardhat_setCode", [address, code]);
    }
    await provider.send("hardhat_impersonateAccount", [deployer]);
    await provider.send("hardhat_setBalance", [deployer, `0x${(10n ** 24n).toString(16)}`]);
    const from = await provider.getBlockNumber();
    const said: string[] = [];
    const { addresses } = await deploy({
      deployer: await provider.getSigner(deployer),
      parameters,
      records: new Records(),
      say: (line) => said.push(line),
    });
    const transactions = await sentSince(provider, from);
    // a line is said after each transaction
    if (transactions.length !== said.length) throw new Error("a transaction of the deployment has no name");
    const planned = transactions.map((each, i) => ({ ...named(said[i]!), ...each }));
    const sum = (part: "gas" | "valueWei") => planned.reduce((total, each) => total + each[part], 0n);
    return { transactions: planned, addresses, gas: sum("gas"), valueWei: sum("valueWei") };
  } finally {
    provider.destroy();
    await connection.close();
  }
}

/// One a block.
async function sentSince(provider: Provider, block: number): Promise<Omit<PlannedTransaction, "what">[]> {
  const sent: Omit<PlannedTransaction, "what">[] = [];
  const last = await provider.getBlockNumber();
  for (let number = block + 1; number <= last; number++) {
    const mined = (await provider.getBlock(number, true))!;
    for (const { hash, to, value, data } of mined.prefetchedTransactions) {
      const { gasUsed } = (await provider.getTransactionReceipt(hash))!;
      sent.push({ to: to!, gas: gasUsed, valueWei: value, data });
    }
  }
  return sent;
}

/// A contract is said with its address and its gas.
function named(line: string): Pick<PlannedTransaction, "what" | "address"> {
  const what = line.replace(/ \(\d+ gas.*\)$/, "");
  const address = /^\w+ (0x[0-9a-fA-F]{40})$/.exec(what)?.[1];
  return address === undefined ? { what } : { what, address };
}
