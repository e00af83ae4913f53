import { Command, InvalidArgumentError, Option } from "commander";
import { connectRpc } from "../../lib/connect.ts";
import { explain, FatalError, KedgeError } from "../../lib/errors.ts";
import { deploymentFolder, Records } from "../../lib/records.ts";
import { Secret } from "../../lib/secret.ts";
import { formatTable } from "../../lib/table.ts";
import { openHardhat, PUBLIC_NETWORKS, reading, type PublicNetwork } from "../hardhat.ts";
import { etherscanKey, rpcUrlOf } from "../secrets.ts";
import { deployedContracts, type DeployedContract } from "./contracts.ts";
import { EXPLORERS, verifyOn, type ExplorerName } from "./explorer.ts";
import { exitCodeOf, verify, type Verdict } from "./verify.ts";

interface Options {
  network: "devnet" | PublicNetwork;
  on: ExplorerName;
  offline: boolean;
  rpcUrl?: Secret;
  deployments?: string;
  json: boolean;
}

const DEVNET_RPC = "http://127.0.0.1:8545";
/// By the convention of the other programs.
const BAD_USAGE = 2;
const NOTHING_TO_DO = 3;

const program = new Command("verify")
  .description("Compares the code of a deployment with these sources, and publishes them on an explorer.")
  .addOption(
    new Option("--network <name>", "which deployment")
      .choices(["devnet", ...PUBLIC_NETWORKS])
      .makeOptionMandatory(),
  )
  .addOption(
    new Option("--on <explorer>", "where sources are published").choices(EXPLORERS).default("etherscan"),
  )
  .option("--offline", "compare code alone, and ask no explorer", false)
  .option("--rpc-url <url>", "JSON-RPC of the execution chain (default: <NETWORK>_RPC_URL)", url)
  .option("--deployments <folder>", "where it is recorded (default: deployments/<network>)")
  .option("--json", "print what came of each contract as JSON", false);

async function run(options: Options): Promise<Verdict[]> {
  const { network, deployments } = options;
  const contracts = deployedContracts(new Records(deployments ?? deploymentFolder(network)));
  if (contracts.length === 0) return [];
  const rpcUrl = options.rpcUrl ?? (network === "devnet" ? new Secret(DEVNET_RPC) : await rpcUrlOf(network));
  const isAsking = network !== "devnet" && !options.offline;
  const key = isAsking && options.on === "etherscan" ? await etherscanKey() : undefined;
  const hre =
    network === "devnet"
      ? undefined
      : await openHardhat(network, reading(network, rpcUrl.reveal(), key?.reveal()));
  const secrets = key === undefined ? [rpcUrl] : [rpcUrl, key];
  const ask = (contract: DeployedContract) => verifyOn({ name: options.on, hre: hre!, secrets }, contract);
  const provider = await connectRpc(rpcUrl.reveal());
  try {
    const expected = hre?.config.networks[network]?.chainId;
    const { chainId } = await provider.getNetwork();
    if (expected !== undefined && chainId !== BigInt(expected)) {
      throw new FatalError(`the node is of chain ${chainId}, and ${network} is chain ${expected}`);
    }
    return await verify({ contracts, provider, ask: isAsking ? ask : undefined, say: log });
  } finally {
    provider.destroy();
  }
}

function print(verdicts: readonly Verdict[], { network, json }: Options): void {
  const rows = verdicts.map(({ name, address, outcome }) => [name, address, outcome]);
  const text = json
    ? JSON.stringify({ network, contracts: verdicts }, null, 2)
    : formatTable(["contract", "address", "outcome"], rows);
  // an explorer that was given up is still asked
  process.stdout.write(`${text}\n`, () => process.exit());
}

function url(value: string): Secret {
  if (!URL.canParse(value) || !["http:", "https:"].includes(new URL(value).protocol)) {
    throw new InvalidArgumentError("Not an http or https URL.");
  }
  return new Secret(value);
}

function log(message: string): void {
  console.error(`verify: ${message}`);
}

// what Hardhat says is no data, whenever it says it
console.log = console.error;
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE)).parse();
const options = program.opts<Options>();
const isAsked = program.getOptionValueSource("on") === "cli";
if (isAsked && (options.network === "devnet" || options.offline)) {
  program.error(
    `error: option '--on ${options.on}' asks an explorer: not with --offline or --network devnet`,
  );
}
try {
  const verdicts = await run(options);
  process.exitCode = exitCodeOf(verdicts);
  if (process.exitCode === NOTHING_TO_DO) log(`nothing is recorded of ${options.network}`);
  print(verdicts, options);
} catch (error) {
  if (!(error instanceof KedgeError)) throw error;
  log(explain(error));
  process.exitCode = error.kind === "configuration" ? BAD_USAGE : 1;
}
