import { Option, type Command } from "commander";
import { ACCOUNT_NAMES } from "../lib/accountNames.ts";

/// Where a key may be given: never on the command line, which others can read.
export const KEY_VARIABLE = "KEDGE_PRIVATE_KEY";

export interface SessionOptions {
  network: string;
  rpcUrl: string;
  deployments?: string;
  account?: string;
  json: boolean;
}

/// The options of every command that looks at a deployment.
export function withSession(command: Command): Command {
  return command
    .addOption(new Option("--network <name>", "whose deployment").default("devnet"))
    .option("--rpc-url <url>", "JSON-RPC of the execution chain", "http://127.0.0.1:8545")
    .option("--deployments <folder>", "where it is recorded (default: deployments/<network>)")
    .option(
      "--account <who>",
      `who signs: an address that the node signs for, or on local chains ${ACCOUNT_NAMES.join(", ")}; or ${KEY_VARIABLE} in the environment`,
    )
    .option("--json", "print data as JSON", false);
}
