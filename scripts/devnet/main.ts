import "./preset.ts";
import { Command, InvalidArgumentError } from "commander";
import { CHAIN_ID, DEPOSIT_CONTRACT_ADDRESS, SECONDS_PER_SLOT, SLOTS_PER_EPOCH } from "./config.ts";
import { startDevnet, type Devnet } from "./devnet.ts";
import { PortInUseError } from "./http/server.ts";
import { serveDevnet, type DevnetServers } from "./http/serve.ts";
import { call } from "./rpc.ts";

interface Options {
  rpcPort: number;
  beaconPort: number;
  validators: number;
  slotSeconds: number;
}

const WEI_PER_ETHER = 10n ** 18n;

const program = new Command("devnet")
  .description("A local Ethereum: execution chain and beacon chain in one process, for development.")
  .option("--rpc-port <port>", "JSON-RPC of the execution chain", port, 8545)
  .option("--beacon-port <port>", "Beacon API, and the control API under /kedge/v1", port, 5052)
  .option("--validators <count>", "validators at genesis", number, 64)
  .option(
    "--slot-seconds <seconds>",
    "real seconds per slot; 0: slots pass with transactions and on command",
    number,
    0,
  );

async function run(options: Options): Promise<void> {
  const devnet = await startDevnet({
    validators: options.validators,
    autoTick: options.slotSeconds === 0,
    // Wallets and keepers compare the chain's time with the clock, so both start together.
    genesisTime: Math.floor(Date.now() / 1000),
  });
  await populate(devnet);
  const servers = await serveDevnet(devnet, options).catch(async (error: unknown) => {
    await devnet.close();
    throw error;
  });
  const stopClock = startClock(devnet, options.slotSeconds);
  await announce(devnet, servers, options);

  await interrupted();
  log("stopping");
  await stopClock();
  await servers.close();
  await devnet.close();
}

/// What is on the chain before anyone connects. The first block opens the request queues of EIP-7002 and
/// EIP-7251, which refuse every call until then.
async function populate(devnet: Devnet): Promise<void> {
  await devnet.tickBlocks(1);
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

async function announce(devnet: Devnet, servers: DevnetServers, options: Options): Promise<void> {
  const accounts = await call<string[]>(devnet.provider, "eth_accounts");
  const balance =
    BigInt(await call<string>(devnet.provider, "eth_getBalance", accounts[0], "latest")) / WEI_PER_ETHER;
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
      `Accounts of the mnemonic "test test test test test test test test test test test junk", ${balance} ETH each:`,
      ...accounts.map((address, index) => `  ${String(index).padStart(2)}  ${address}`),
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
