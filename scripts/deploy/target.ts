import { InvalidArgumentError, Option, type Command } from "commander";
import { BeaconClient } from "../lib/beaconClient.ts";
import { deploymentFolder } from "../lib/records.ts";
import { PUBLIC_NETWORKS, type PublicNetwork } from "./parameters/chains.ts";
import { localParameters } from "./parameters/devnet.ts";
import { publicParameters } from "./parameters/networks.ts";
import type { Parameters } from "./parameters/schema.ts";
import { peopleFile, readPeople } from "./people.ts";
import { rpcUrlOf } from "./secrets.ts";

/// Which deployment is meant, as it is given on the command line.
export interface TargetOptions {
  network: "devnet" | PublicNetwork;
  rpcUrl?: string;
  beaconUrl?: string;
  deployments?: string;
  people?: string;
  label?: string;
  stakersGovern: boolean;
}

/// A deployment: what it is to be, how its network is reached, and where it is recorded.
export interface Target {
  parameters: Parameters;
  rpcUrl: string;
  beaconUrl: string;
  folder: string;
}

const LOCAL_RPC = "http://127.0.0.1:8545";
const LOCAL_BEACON = "http://127.0.0.1:5052";

export function withTarget(command: Command): Command {
  return command
    .addOption(
      new Option("--network <name>", "which network")
        .choices(["devnet", ...PUBLIC_NETWORKS])
        .makeOptionMandatory(),
    )
    .option("--rpc-url <url>", "JSON-RPC of the execution chain (default: HOODI_RPC_URL and so on)", url)
    .option("--beacon-url <url>", `Beacon API of the network (default: ${LOCAL_BEACON})`, url)
    .option("--deployments <folder>", "where it is recorded (default: deployments/<network>)")
    .option("--people <file>", "treasury, guardian, committee (default: people.json beside the records)")
    .option("--label <text>", "names it among the deployments of the same account (default: 1)")
    .option(
      "--stakers-govern",
      "on the devnet: the vote of stakers is the admin, for ever; else the account admin is",
      false,
    );
}

/// @throws ConfigurationError where people or the node's address are not set, or wrong; RetryableError where a local beacon
/// node does not answer
export async function targetOf(options: TargetOptions, warn: (line: string) => void): Promise<Target> {
  const { network, beaconUrl = LOCAL_BEACON } = options;
  const folder = options.deployments ?? deploymentFolder(network);
  if (network === "devnet") {
    const parameters = await parametersOfDevnet(beaconUrl, options.stakersGovern);
    return { parameters, rpcUrl: options.rpcUrl ?? LOCAL_RPC, beaconUrl, folder };
  }
  const { people, warnings } = readPeople(network, options.people ?? peopleFile(network));
  for (const warning of warnings) warn(warning);
  const parameters = await publicParameters(network, people, options.label);
  return { parameters, rpcUrl: options.rpcUrl ?? (await rpcUrlOf(network)).reveal(), beaconUrl, folder };
}

async function parametersOfDevnet(beaconUrl: string, stakersGovern: boolean): Promise<Parameters> {
  const beacon = new BeaconClient(beaconUrl);
  const [{ genesisTime }, { secondsPerSlot, slotsPerEpoch }] = await Promise.all([
    beacon.genesis(),
    beacon.spec(),
  ]);
  return localParameters({ genesisTime, secondsPerSlot, slotsPerEpoch }, undefined, stakersGovern);
}

export function url(value: string): string {
  if (!URL.canParse(value) || !["http:", "https:"].includes(new URL(value).protocol)) {
    throw new InvalidArgumentError("Not an http or https URL.");
  }
  return value;
}
