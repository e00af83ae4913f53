import { Command, InvalidArgumentError } from "commander";
import { ConfigurationError, explain, FatalError, KedgeError } from "../lib/errors.ts";
import { createLogger } from "../lib/logger.ts";
import { CONTRACT_NAMES } from "../lib/protocol.ts";
import { LocalSigner } from "../lib/signing/localSigner.ts";
import { RemoteSigner } from "../lib/signing/remoteSigner.ts";
import type { AccountSigner } from "../lib/signing/accountSigner.ts";
import { formatTable } from "../lib/table.ts";
import { formatEther, gweiToWei } from "../lib/units.ts";
import type { PlannedTransaction } from "./plan.ts";
import type { Check } from "./preflight/check.ts";
import { forget, localDeployer, lookAhead, runDeployment, type Prospect, type RunOptions } from "./run.ts";
import { peopleExample } from "./people.ts";
import { deployerKeyOf } from "./secrets.ts";
import { targetOf, url, withTarget, type TargetOptions } from "./target.ts";
import { finish, type Finished } from "./finish.ts";

interface Options extends TargetOptions {
  maxFee: bigint;
  signerUrl?: string;
  signerAddress?: string;
  plan: boolean;
  mainnet: boolean;
  fresh: boolean;
  json: boolean;
}

/// Blocks after which a transaction counts; a local chain makes blocks for transactions alone.
const CONFIRMATIONS = 12;

const program = withTarget(
  new Command("deploy").description(
    "Deploys what is not there yet, and records it. Running it again sends nothing.",
  ),
)
  .option("--max-fee <gwei>", "most that a unit of gas may cost", gwei, gweiToWei(100n))
  .option(
    "--signer-url <url>",
    "remote signer of the deployer (default: the key HOODI_DEPLOYER_KEY and so on)",
    url,
  )
  .option("--signer-address <address>", "the account that the remote signer signs for")
  .option("--plan", "print every transaction, and send none", false)
  .option("--mainnet", "mainnet is meant", false)
  .option("--fresh", "forget what was recorded: the chain is another one", false)
  .option("--json", "print what is there, or the plan, as JSON", false);

async function run(options: Options): Promise<void> {
  requireMeant(options);
  const given = await runOptions(options);
  if (options.fresh) forget(given.folder);
  const prospect = await lookAhead(given);
  for (const check of prospect.checks.filter(({ ok }) => !ok)) log(complaint(check));
  if (options.plan) return printPlan(prospect, options.json);
  if (prospect.checks.some(({ ok }) => !ok)) throw new FatalError("nothing was sent");
  log(
    `${prospect.left.length} of ${prospect.plan.transactions.length} transactions are left, ` +
      `for ${formatEther(prospect.costWei, 4)} ether at most`,
  );
  const { sent, addresses } = await runDeployment(given, prospect);
  log(sent === 0 ? "everything was there: 0 transactions sent" : `${sent} transactions sent`);
  const finished = await finish(given, options.network !== "devnet");
  for (const check of finished.checks.filter(({ ok }) => !ok)) log(`not accepted: ${complaint(check)}`);
  print(options, { sent, addresses, finished });
  if (finished.checks.some(({ ok }) => !ok)) process.exitCode = 1;
}

async function runOptions(options: Options): Promise<RunOptions> {
  return {
    ...(await targetOf(options, log)),
    account: await accountOf(options),
    maxFeeWei: options.maxFee,
    confirmations: options.network === "devnet" ? 1 : CONFIRMATIONS,
    log: createLogger({ level: "warn" }),
    say: log,
  };
}

async function accountOf({ network, signerUrl, signerAddress }: Options): Promise<AccountSigner> {
  if (signerUrl !== undefined && signerAddress !== undefined)
    return new RemoteSigner(signerUrl, signerAddress);
  if (signerUrl !== undefined || signerAddress !== undefined) {
    throw new ConfigurationError({
      setting: signerUrl === undefined ? "--signer-url" : "--signer-address",
      problem: "is needed with the other",
      example:
        "--signer-url http://127.0.0.1:9000 --signer-address 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    });
  }
  return network === "devnet" ? localDeployer() : new LocalSigner(await deployerKeyOf(network), "deployer");
}

function requireMeant({ network, mainnet }: Options): void {
  if (network !== "mainnet" || mainnet) return;
  throw new ConfigurationError({
    setting: "--network",
    problem: "mainnet takes --mainnet, too",
    example: "--network hoodi",
  });
}

function complaint({ name, got, wanted, fix }: Omit<Check, "fix"> & { fix?: string }): string {
  return `${name}: ${got}, wanted ${wanted}${fix === undefined ? "" : `; ${fix}`}`;
}

function printPlan({ plan, left, costWei }: Prospect, json: boolean): void {
  if (json) {
    const plain = ({ what, address, to, gas, valueWei }: PlannedTransaction) => ({
      ...{ what, address, to, gas: gas.toString(), valueWei: valueWei.toString() },
    });
    const { addresses, gas, valueWei } = plan;
    const sums = { gas: gas.toString(), valueWei: valueWei.toString(), costWei: costWei.toString() };
    return console.log(
      JSON.stringify(
        {
          addresses,
          ...sums,
          transactions: plan.transactions.map(plain),
          left: left.map(({ what }) => what),
        },
        null,
        2,
      ),
    );
  }
  const isLeft = new Set(left);
  const rows = plan.transactions.map((each, i) => [
    i + 1,
    each.what,
    each.gas,
    formatEther(each.valueWei, 4),
    isLeft.has(each) ? "" : "there",
  ]);
  console.log(formatTable(["", "what", "gas", "ether", ""], rows));
  log(`${left.length} left, for ${formatEther(costWei, 4)} ether at most`);
}

function print(
  { network, json }: Options,
  { sent, addresses, finished }: { sent: number; addresses: Record<string, string>; finished: Finished },
): void {
  if (json)
    return console.log(JSON.stringify({ network, sent, addresses, checks: finished.checks }, null, 2));
  console.log(
    formatTable(
      ["contract", "address"],
      CONTRACT_NAMES.map((name) => [name, addresses[name]!]),
    ),
  );
}

function gwei(value: string): bigint {
  if (!/^[1-9]\d{0,5}$/.test(value))
    throw new InvalidArgumentError("Not a whole number of gwei, 1 to 999999.");
  return gweiToWei(BigInt(value));
}

function log(message: string): void {
  console.error(`deploy: ${message}`);
}

/// By the convention of the other programs, bad usage has a code of its own.
const BAD_USAGE = 2;

program
  .addHelpText("after", `\nThe file of people:\n${peopleExample()}`)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE))
  .parse();
try {
  await run(program.opts<Options>());
} catch (error) {
  if (!(error instanceof KedgeError)) throw error;
  log(explain(error));
  process.exitCode = error instanceof ConfigurationError ? BAD_USAGE : 1;
}
