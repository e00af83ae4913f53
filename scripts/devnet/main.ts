import "./preset.ts";
import { Command, InvalidArgumentError } from "commander";
import { relative } from "node:path";
import { getAddress } from "ethers";
import { deploymentFolder, Records } from "../lib/records.ts";
import { ACCOUNT_NAMES, LOCAL_ACCOUNTS } from "../lib/accountNames.ts";
import { LOCAL_MNEMONIC } from "../lib/localAccounts.ts";
import { CONTRACT_NAMES } from "../lib/protocol.ts";
import { formatTable } from "../lib/table.ts";
import { CHAIN_ID, DEPOSIT_CONTRACT_ADDRESS, SECONDS_PER_SLOT, SLOTS_PER_EPOCH } from "./config.ts";
import type { Devnet } from "./devnet.ts";
import { PortInUseError } from "./http/server.ts";
import { startLocalNetwork, type LocalNetwork } from "./localNetwork.ts";
import { call } from "./rpc.ts";

interface Options {
  rpcPort: number;
  beaconPort: number;
  validators: number;
  slotSeconds: number;
  deployments: string;
}

/// Slots that the deployment takes, and a few to spare.
const DEPLOYMENT_SLOTS = 40;

const program = new Command("devnet")
  .description("A local Ethereum: execution chain and beacon chain in one process, with Kedge deployed.")
  .option("--rpc-port <port>", "JSON-RPC of the execution chain", port, 8545)
  .option("--beacon-port <port>", "Beacon API, and the control API under /kedge/v1", port, 5052)
  .option("--validators <count>", "validators at genesis", number, 64)
  .option(
    "--slot-seconds <seconds>",
    "real seconds per slot; 0: slots pass with transactions and on command",
    number,
    0,
  )
  .option("--deployments <folder>", "where the contracts are recorded", deploymentFolder("devnet"));

async function run(options: Options): Promise<void> {
  const network = await startLocalNetwork({
    validators: options.validators,
    // Wallets and keepers compare the chain's time with the clock: both meet when the deployment is done.
    genesisTime: Math.floor(Date.now() / 1000) - DEPLOYMENT_SLOTS * SECONDS_PER_SLOT,
    records: new Records(options.deployments),
    rpcPort: options.rpcPort,
    beaconPort: options.beaconPort,
  });
  const { devnet } = network;
  await devnet.tickSlots(Math.max(0, DEPLOYMENT_SLOTS - devnet.slot));
  devnet.autoTick = options.slotSeconds === 0;
  const stopClock = startClock(devnet, options.slotSeconds);
  await announce(network, options);

  await interrupted();
  log("stopping");
  await stopClock();
  await network.close();
}

/// Lets a slot pass every so many real seconds; returns what ends that.
function startClock(devnet: Devnet, slotSeconds: number): () => Promise<void> {
  if (slotSeconds === 0) return async () => undefined;
  let ticking: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    ticking = devnet
      .tickSlots(1)
      .catch((error: unknown) => log(`slot failed: ${(error as Error).message}`))
      .finally(() => (busy = false));
  }, slotSeconds * 1000);
  return async () => {
    clearInterval(timer);
    await ticking;
  };
}

async function announce(
  { devnet, servers, protocol, members }: LocalNetwork,
  options: Options,
): Promise<void> {
  const accounts = await call<string[]>(devnet.provider, "eth_accounts");
  const nameOf = (index: number) => ACCOUNT_NAMES.find((name) => LOCAL_ACCOUNTS[name] === index);
  const contracts = CONTRACT_NAMES.map(async (name) => [name, await protocol[name].getAddress()]);
  const pace =
    options.slotSeconds === 0 ? "a slot passes with each transaction" : `${options.slotSeconds} s per slot`;
  console.log(
    [
      `JSON-RPC     ${servers.rpcUrl}`,
      `Beacon API   ${servers.beaconUrl}`,
      `Control API  ${servers.beaconUrl}/kedge/v1/status`,
      "",
      `Chain ${CHAIN_ID}, Fulu, minimal preset: ${SLOTS_PER_EPOCH} slots of ${SECONDS_PER_SLOT} s per epoch; ${pace}`,
      `${devnet.chain.state.validators.length} validators, genesis at ${new Date(devnet.chain.genesisTime * 1000).toISOString()}`,
      `Deposit contract ${DEPOSIT_CONTRACT_ADDRESS}`,
      "",
      formatTable(["Contract", "address"], await Promise.all(contracts)),
      `Recorded in ${relative(process.cwd(), options.deployments) || "."}`,
      "",
      `Accounts of the mnemonic "${LOCAL_MNEMONIC}"; after these, ${members.length} members of the oracle:`,
      formatTable(
        ["No.", "address", "name"],
        accounts.map((address, index) => [index, getAddress(address), nameOf(index)]),
      ),
    ].join("\n"),
  );
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

function log(message: string): void {
  console.error(`devnet: ${message}`);
}

function number(value: string): number {
  const parsed = Number(value);
  if (value.trim() === "" || !Number.isFinite(parsed) || parsed < 0)
    throw new InvalidArgumentError("not a number");
  return parsed;
}

function port(value: string): number {
  const parsed = number(value);
  if (!Number.isInteger(parsed) || parsed > 65_535) throw new InvalidArgumentError("not a port");
  return parsed;
}

/// By the convention of the other programs, bad usage has a code of its own.
const BAD_USAGE = 2;

try {
  program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE)).parse();
  await run(program.opts<Options>());
} catch (error) {
  if (!(error instanceof PortInUseError) && !(error instanceof RangeError)) throw error;
  log(error.message);
  process.exitCode = 1;
}
