import "../devnet/preset.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BrowserProvider, Contract, Interface, Result, type InterfaceAbi, type Provider } from "ethers";
import { filesBelow } from "../check/files.ts";
import { deploy } from "../deploy/deploy.ts";
import { localParameters } from "../deploy/parameters/devnet.ts";
import type { Parameters } from "../deploy/parameters/schema.ts";
import { Records, type DeploymentRecord } from "../lib/records.ts";
import { SECONDS_PER_SLOT, SLOTS_PER_EPOCH } from "../devnet/config.ts";
import { startDevnet } from "../devnet/devnet.ts";
import { LOCAL_ACCOUNTS } from "../lib/accountNames.ts";
import { readGrants, type Grant } from "../deploy/grants.ts";
import type { Subject } from "./subjects.ts";

/** What a fresh deployment on the embedded chain is. */
export interface Deployment {
  parameters: Parameters;
  subjects: Map<string, Subject>;
  addresses: Record<string, string>;
  deployer: string;
  grants: Grant[];
}

interface Compiled {
  abi: InterfaceAbi;
  bytecode: string;
}

/** Deploys with the parameters of local chains, governed by the stakers, and hands over what is there for as long as `use` runs. */
export async function withDeployment<T>(
  root: string,
  roles: readonly string[],
  use: (deployment: Deployment) => Promise<T>,
): Promise<T> {
  const devnet = await startDevnet({ autoTick: true, verifySignatures: false });
  const provider = new BrowserProvider(devnet.provider, undefined, { cacheTimeout: -1 });
  try {
    await devnet.tickBlocks(1);
    const deployer = await provider.getSigner(LOCAL_ACCOUNTS.deployer);
    const time = {
      genesisTime: devnet.chain.genesisTime,
      secondsPerSlot: SECONDS_PER_SLOT,
      slotsPerEpoch: SLOTS_PER_EPOCH,
    };
    const parameters = localParameters(time, undefined, true);
    const records = new Records();
    const { addresses } = await deploy({ deployer, parameters, records });
    const compiled = artifactsByName(root);
    const subjects = new Map(
      Object.keys(addresses).map((name) => [
        name,
        subject(compiled.get(name)!, records.get(name)!, provider, deployer.address),
      ]),
    );
    const contracts = Object.entries(addresses).map(([name, address]) => ({
      name,
      contract: new Contract(address, compiled.get(name)!.abi, provider),
    }));
    const grants = await readGrants(contracts, roles);
    return await use({ parameters, subjects, addresses, deployer: deployer.address, grants });
  } finally {
    provider.destroy();
    await devnet.close();
  }
}

function artifactsByName(root: string): Map<string, Compiled> {
  const files = filesBelow(root, "artifacts/contracts").filter((path) => path.endsWith(".json"));
  return new Map(
    files.map((path) => {
      const artifact = JSON.parse(readFileSync(join(root, path), "utf8")) as Compiled & {
        contractName: string;
      };
      return [artifact.contractName, artifact];
    }),
  );
}

function subject(compiled: Compiled, record: DeploymentRecord, provider: Provider, from: string): Subject {
  const abi = new Interface(compiled.abi);
  const contract = new Contract(record.address, abi, provider);
  const count = abi.deploy.inputs.length;
  // what was sent along is recorded behind the arguments
  const overrides = (record.constructorArguments[count] ?? {}) as { value?: string };
  return {
    abi,
    firstArguments: record.constructorArguments.slice(0, count),
    read: async (view, args = []) => {
      const answer: unknown = await contract.getFunction(view).staticCall(...args);
      return answer instanceof Result ? answer.toObject(true) : answer;
    },
    refuses: async (args) => {
      const data = compiled.bytecode + abi.encodeDeploy(args).slice(2);
      const sent = { from, data, value: overrides.value ?? 0n };
      return provider.call(sent).then(
        () => false,
        () => true,
      );
    },
  };
}
