import type { Command } from "commander";
import { confirm, print } from "../output.ts";

interface Options {
  beaconUrl: string;
  dryRun: boolean;
  yes: boolean;
  json: boolean;
}

/// `kedge operator exit`: verified against the validator's key first.
export function declareExit(command: Command): void {
  command
    .argument("<file>", "what `kedge keys exit-sign` printed")
    .option("--beacon-url <url>", "Beacon API of a consensus node", "http://127.0.0.1:5052")
    .option("--dry-run", "hand nothing over: verify it alone", false)
    .option("--yes", "hand it over without asking", false)
    .option("--json", "print data as JSON", false)
    .action(handOver);
}

async function handOver(path: string, options: Options): Promise<void> {
  const [{ checkExit, readExit }, { BeaconClient }, { UnansweredError }] = await Promise.all([
    import("../../actions/checkExit.ts"),
    import("../../lib/beaconClient.ts"),
    import("../terminal.ts"),
  ]);
  const exit = await readExit(path);
  const beacon = new BeaconClient(options.beaconUrl);
  const { pubkey } = await checkExit(beacon, exit);
  const { validatorIndex, epoch } = exit;
  const who = `validator ${validatorIndex} (${pubkey})`;
  if (!options.dryRun) {
    const question = `Have ${who} leave from epoch ${epoch} on? It cannot be taken back.`;
    if (!(await confirm(question, options.yes))) throw new UnansweredError("nothing was handed over");
    await beacon.submitVoluntaryExit(exit);
  }
  const text = options.dryRun
    ? `the signature of ${who} is right: it would leave from epoch ${epoch} on; nothing was handed over`
    : `${who} leaves from epoch ${epoch} on`;
  print({ dryRun: options.dryRun, validatorIndex, pubkey, epoch }, { ...options, text });
}
