import type { JsonRpcApiProvider } from "ethers";
import type { BeaconClient } from "../lib/beaconClient.ts";
import type { Parameters } from "./parameters/schema.ts";
import { beaconLooks } from "./preflight/beacon.ts";
import { lookAt, type Check } from "./preflight/check.ts";
import { chainId, executionLooks } from "./preflight/execution.ts";

export interface PreflightOptions {
  provider: JsonRpcApiProvider;
  beacon: BeaconClient;
  parameters: Parameters;
  /// Address of the account that will send.
  deployer: string;
  /// What it will spend, with gas; where that is not known, what stays in the contracts.
  planWei?: bigint;
}

/// Looks at all that must be right before a deployment sends anything. It sends nothing, and what cannot be read is not ok.
export async function preflight(options: PreflightOptions): Promise<Check[]> {
  const { provider, beacon, parameters, deployer, planWei } = options;
  return lookAt([
    chainId(provider, parameters),
    ...beaconLooks(beacon, provider, parameters),
    ...executionLooks(provider, parameters, deployer, planWei),
  ]);
}
