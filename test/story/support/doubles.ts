import hre from "hardhat";
import { Contract, ContractFactory } from "ethers";
import type { World } from "./world.ts";

/// Deploys a contract of test/mocks/.
export async function deployDouble(
  { accounts }: World,
  name: string,
  args: unknown[] = [],
): Promise<Contract> {
  const { abi, bytecode } = await hre.artifacts.readArtifact(name);
  const deployed = await new ContractFactory(abi, bytecode, accounts.keeper).deploy(...args);
  await deployed.waitForDeployment();
  return new Contract(await deployed.getAddress(), abi, accounts.keeper);
}
