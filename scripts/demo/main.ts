import "../devnet/preset.ts";
import { Command } from "commander";
import { explain } from "../lib/errors.ts";
import { Progress } from "../lib/progress.ts";
import { runDemo } from "./runDemo.ts";
import { complaints, summaryJson, summaryText } from "./summary.ts";

/** By the convention of the other programs. */
const FAILED = 1;
const BAD_USAGE = 2;

const program = new Command("demo")
  .description(
    "A walk through the protocol on a local chain, from a stake to a claim, that checks its own sums.",
  )
  .option("--json", "print the result as JSON; progress goes to stderr either way", false)
  .allowExcessArguments(false)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE))
  .parse();

try {
  const result = await runDemo(new Progress());
  process.stdout.write(
    program.opts<{ json: boolean }>().json ? summaryJson(result) : `\n${summaryText(result)}`,
  );
  if (!result.ok) {
    for (const line of complaints(result.checks)) console.error(`demo: ${line}`);
    process.exitCode = FAILED;
  }
} catch (error) {
  console.error(`demo: ${explain(error)}`);
  process.exitCode = FAILED;
}
