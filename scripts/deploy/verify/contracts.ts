import { getCreateAddress, Interface } from "ethers";
import { Create3Factory__factory } from "../../../typechain-types/index.js";
import { CONTRACT_NAMES, type ContractName } from "../../lib/protocol.ts";
import type { Records } from "../../lib/records.ts";
import { readArtifact } from "../artifacts.ts";
import { proxyAddressOf } from "../deterministicProxy.ts";

/// A contract of ours on a chain, and what it was constructed with.
export interface DeployedContract {
  name: string;
  address: string;
  constructorArguments: readonly unknown[];
}

/// Contracts that one of ours deployed in its constructor, which of its deployments they were, and with whose addresses.
const MADE: { name: string; maker: ContractName; nonce: number; constructedWith: ContractName[] }[] = [
  { name: "Unwrapper", maker: "WithdrawalQueue", nonce: 1, constructedWith: ["StakedEther"] },
];

/// The factory, what is recorded, and what recorded contracts deployed themselves; nothing where nothing is recorded.
export function deployedContracts(records: Records): DeployedContract[] {
  const recorded = CONTRACT_NAMES.flatMap((name) => {
    const record = records.get(name);
    if (record === undefined) return [];
    // ether that was sent along stands behind the arguments
    const count = new Interface(readArtifact(name).abi).deploy.inputs.length;
    return [
      {
        name,
        address: record.address,
        constructorArguments: record.constructorArguments.slice(0, count),
      },
    ];
  });
  if (recorded.length === 0) return [];

  const made = MADE.flatMap(({ name, maker, nonce, constructedWith }) => {
    const from = records.get(maker)?.address;
    if (from === undefined) return [];
    const constructorArguments = constructedWith.map((other) => records.get(other)?.address);
    return [{ name, address: getCreateAddress({ from, nonce }), constructorArguments }];
  });
  const factory = {
    name: "Create3Factory",
    address: proxyAddressOf(Create3Factory__factory.bytecode),
    constructorArguments: [],
  };
  return [factory, ...recorded, ...made];
}

/// Constructor arguments as explorers want them: encoded, without 0x.
export function encodedArguments({ name, constructorArguments }: DeployedContract): string {
  return new Interface(readArtifact(name).abi).encodeDeploy(constructorArguments).slice(2);
}
