/** Compiles a harness against the project's own contracts and puts it on a fresh chain. */
import { ContractFactory, type BaseContract, type InterfaceAbi } from "ethers";
import { network } from "hardhat";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const ROOT = new URL("../../", import.meta.url);

interface Compiled {
  abi: InterfaceAbi;
  evm: { bytecode: { object: string } };
}

/**
 * @param source Solidity; imports "contracts/…" from the project and anything else from npm
 * @returns a function that deploys contract `name` of it (or of what it imports), all on one chain
 */
export async function compileHarness(source: string) {
  const solc = require("solc") as { compile(input: string, callbacks: object): string };
  const input = {
    language: "Solidity",
    sources: { "Harness.sol": { content: source } },
    settings: {
      evmVersion: "osaka",
      viaIR: true,
      optimizer: { enabled: true },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  const importer = (path: string) => {
    const file = path.startsWith("contracts/") ? new URL(path, ROOT) : require.resolve(path);
    return { contents: readFileSync(file, "utf8") };
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: importer })) as {
    contracts: Record<string, Record<string, Compiled>>;
    errors?: { severity: string; formattedMessage: string }[];
  };
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));

  const contracts = Object.assign({}, ...Object.values(output.contracts)) as Record<string, Compiled>;
  const { ethers } = await network.create();
  const [signer] = await ethers.getSigners();
  return async (name: string, ...args: unknown[]): Promise<BaseContract> => {
    const { abi, evm } = contracts[name]!;
    const contract = await new ContractFactory(abi, evm.bytecode.object, signer).deploy(...args);
    return contract.waitForDeployment();
  };
}

/** Calls `name` without sending: "ok", or the name of the custom error with which it reverts. */
export async function outcomeOf(contract: BaseContract, name: string, ...args: unknown[]): Promise<string> {
  try {
    await contract.getFunction(name).staticCall(...args);
    return "ok";
  } catch (error) {
    const data = /0x[0-9a-f]{8,}/.exec(String((error as Error).message))?.[0];
    const parsed = data === undefined ? null : contract.interface.parseError(data);
    if (parsed === null) throw error;
    return parsed.name;
  }
}
