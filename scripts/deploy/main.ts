import { Command, InvalidArgumentError, Option } from "commander";
import { BeaconClient } from "../lib/beaconClient.ts";
import { connectRpc } from "../lib/connect.ts";
import { explain, KedgeError } from "../lib/errors.ts";
import { LOCAL_ACCOUNTS } from "../lib/accountNames.ts";
import { CONTRACT_NAMES } from "../lib/protocol.ts";
import { formatTable } from "../lib/table.ts";
import { deploy, type Deployed } from "./deploy.ts";
import { localParameters } from "./parameters/devnet.ts";
import { deploymentFolder, Records } from "../lib/records.ts";

interface Options {
  network: "devnet";
  rpcUrl: string;
  beaconUrl: string;
  deployments?: string;
  fresh: boolean;
  stakersGovern: boolean;
  json: boolean;
}

const program = new Command("deploy")
  .description("Deploys what is not there yet, and records it. Running it again sends nothing.")
  .addOption(new Option("--network <name>", "where to deploy").choices(["devnet"]).makeOptionMandatory())
  .option("--rpc-url <url>", "JSON-RPC of the execution chain", url, "http://127.0.0.1:8545")
  .option("--beacon-url <url>", "Beacon API, which tells the genesis time", url, "http://127.0.0.1:5052")
  .option("--deployments <folder>", "where it is recorded (default: deployments/<network>)")
  .option("--fresh", "forget what was recorded: the chain is another one", false)
  .option("--stakers-govern", "the vote of stakers is the admin, for ever; else the account admin is", false)
  .option("--json", "print the addresses as JSON", false);

async function run(options: Options): Promise<Deployed> {
  const folder = options.deployments ?? deploymentFolder(options.network);
  const beacon = new BeaconClient(options.beaconUrl);
  const [genesis, spec] = await Promise.all([beacon.genesis(), beacon.spec()]);
  const { secondsPerSlot, slotsPerEpoch } = spec;
  const time = { genesisTime: genesis.genesisTime, secondsPerSlot, slotsPerEpoch };
  const parameters = localParameters(time, undefined, options.stakersGovern);
  const provider = await connectRpc(options.rpcUrl);
  try {
    const records = new Records(folder);
    if (options.fresh) records.clear();
    return await deploy({
      deployer: await provider.getSigner(LOCAL_ACCOUNTS.deployer),
      parameters,
      records,
      say: log,
    });
  } finally {
    provider.destroy();
  }
}

function print({ addresses, sent }: Deployed, { network, json }: Options): void {
  if (json) console.log(JSON.stringify({ network, sent, addresses }, null, 2));
  else
    console.log(
      formatTable(
        ["contract", "address"],
        CONTRACT_NAMES.map((name) => [name, addresses[name]]),
      ),
    );
}

function url(value: string): string {
  if (!URL.canParse(value) || !["http:", "https:"].includes(new URL(value).protocol)) {
    throw new InvalidArgumentError("Not an http or https URL.");
  }
  return value;
}

function log(message: string): void {
  console.error(`deploy: ${message}`);
}

/// By the convention of the other programs, bad usage has a code of its own.
const BAD_USAGE = 2;

program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE)).parse();
try {
  const options = program.opts<Options>();
  const deployed = await run(options);
  log(
    deployed.sent === 0 ? "everything was there: 0 transactions sent" : `${deployed.sent} transactions sent`,
  );
  print(deployed, options);
} catch (error) {
  if (!(error instanceof KedgeError)) throw error;
  log(explain(error));
  process.exitCode = 1;
}
