// Asks a deployment whether it is what was meant, and sends nothing. Usage: main.ts --network <name> [--live] [--json]

import { Command } from "commander";
import { connectRpc } from "../../lib/connect.ts";
import { ConfigurationError, explain, FatalError, KedgeError } from "../../lib/errors.ts";
import { beginLogsAt } from "../../lib/logs.ts";
import { connectProtocol, CONTRACT_NAMES, type Addresses } from "../../lib/protocol.ts";
import { deploymentFolder, Records } from "../../lib/records.ts";
import { targetOf, withTarget, type TargetOptions } from "../target.ts";
import { accept } from "./accept.ts";
import type { Check } from "./check.ts";
import { readRoles, recordedRoles, rolesOf, writeRoles } from "./rolesFile.ts";

interface Options extends TargetOptions {
  live: boolean;
  record: boolean;
  json: boolean;
}

const program = withTarget(
  new Command("accept").description(
    "Asks a deployment whether it is what was meant, check by check. It sends nothing.",
  ),
)
  .option("--live", "it may have been governed since: hold roles against roles.json alone", false)
  .option("--record", "write roles.json: who holds a role now is right, where all else is ok", false)
  .option("--json", "print the checks as JSON", false);

async function run(options: Options): Promise<Check[]> {
  const { live, record } = options;
  const folder = options.deployments ?? deploymentFolder(options.network);
  const records = new Records(folder);
  const missing = CONTRACT_NAMES.filter((name) => records.get(name) === undefined);
  if (missing.length > 0) {
    throw new FatalError(`${folder} records no ${missing.join(", ")}: deploy first, or name its folder`);
  }
  const former = recordedRoles(folder);
  if (live && !record && former === undefined) throw noRoles(folder);
  const { parameters, rpcUrl } = await targetOf(options, log);
  const provider = await connectRpc(rpcUrl);
  try {
    beginLogsAt(provider, records.firstBlock());
    const protocol = connectProtocol(records.addresses() as Addresses, provider);
    const deployer = String(records.get("Authority")!.constructorArguments[0]);
    const recorded = record ? rolesOf(await readRoles(protocol)) : former;
    const checks = await accept({
      protocol,
      provider,
      parameters,
      records,
      deployer,
      recorded,
      live,
      say: log,
    });
    if (record && checks.every(({ ok }) => ok)) await writeRoles(folder, protocol);
    return checks;
  } finally {
    provider.destroy();
  }
}

function noRoles(folder: string): ConfigurationError {
  return new ConfigurationError({
    setting: "--live",
    problem: "nothing is recorded in roles.json to hold the roles against",
    value: folder,
    example: "--live --record, which writes it",
  });
}

function print(checks: readonly Check[], { network, live, json }: Options): void {
  const ok = checks.every((check) => check.ok);
  if (json) console.log(JSON.stringify({ network, live, ok, checks }, null, 2));
  else for (const check of checks) console.log(line(check));
}

function line({ name, ok, got, wanted, note }: Check): string {
  if (!ok) return `FAIL ${name}: ${got}\n     wanted: ${wanted}`;
  return `ok   ${name}: ${got}${note === undefined ? "" : ` (${note}; at first ${wanted})`}`;
}

function log(message: string): void {
  console.error(`accept: ${message}`);
}

/// By the convention of the other programs, bad usage has a code of its own.
const BAD_USAGE = 2;

program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE)).parse();
try {
  const options = program.opts<Options>();
  const checks = await run(options);
  const failed = checks.filter(({ ok }) => !ok);
  log(failed.length === 0 ? `all ${checks.length} checks are ok` : `${failed.length} checks are not ok`);
  print(checks, options);
  if (failed.length > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof KedgeError)) throw error;
  log(explain(error));
  process.exitCode = 1;
}
