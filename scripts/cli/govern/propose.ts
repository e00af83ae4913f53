import { readFile } from "node:fs/promises";
import { propose } from "../../actions/propose.ts";
import { simulateProposal, type Simulation } from "../../actions/simulateProposal.ts";
import { ConfigurationError, FatalError } from "../../lib/errors.ts";
import { readProposal, requireKnown } from "../../lib/proposals.ts";
import { confirm, iso, log, print } from "../output.ts";
import { inSession } from "../session.ts";
import type { SessionOptions } from "../sessionOptions.ts";
import { showCalls, type GovernOptions } from "./options.ts";

/// `kedge govern propose`.
export function bring(path: string, options: GovernOptions & { simulation: boolean }): Promise<void> {
  return inSession(options, async ({ provider, protocol, signer }) => {
    const proposer = await signer();
    const proposal = await readProposal(await textOf(path), protocol, await proposer.getAddress());
    requireKnown(await showCalls(protocol, proposal.calls));
    if (options.simulation) {
      const result = await simulateProposal(provider, protocol, proposal.calls);
      log(simulationText(result));
      requireGood(result);
    }
    if (!(await confirm("Propose this?", options.yes))) return;
    const { proposalId, voteStart, voteEnd, receipt } = await propose(protocol, proposer, proposal);
    print(
      { proposalId, voteStart, voteEnd, transaction: receipt.hash },
      {
        ...options,
        text: `proposal ${proposalId}: voted on from ${iso(voteStart)} to ${iso(voteEnd)}`,
      },
    );
  });
}

/// `kedge govern simulate`.
export function simulate(path: string, options: SessionOptions): Promise<void> {
  return inSession(options, async ({ provider, protocol, signer }) => {
    const { calls } = await readProposal(await textOf(path), protocol, await (await signer()).getAddress());
    await showCalls(protocol, calls);
    const result = await simulateProposal(provider, protocol, calls);
    print(result, { ...options, text: simulationText(result) });
    requireGood(result);
  });
}

function simulationText({ failure, events, changes, invariants, untried }: Simulation): string {
  if (failure !== undefined) return `it fails: ${failure}`;
  return [
    ...untried.map(
      ({ data }) => `not tried, as the governor obeys it in a decision alone: ${data.slice(0, 10)}`,
    ),
    ...changes.map(({ contract, figure, before, after }) => `${contract}.${figure}: ${before} -> ${after}`),
    ...events,
    ...invariants.map(({ name, holds }) => `${holds ? "holds" : "BROKEN"}: ${name}`),
  ].join("\n");
}

function requireGood({ failure, invariants }: Simulation): void {
  if (failure !== undefined) throw new FatalError(`the proposal fails: ${failure}`);
  const broken = invariants.filter(({ holds }) => !holds);
  if (broken.length > 0)
    throw new FatalError(`the proposal breaks ${broken.map(({ name }) => name).join("; ")}`);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ConfigurationError(
      { setting: "file", problem: "cannot be read", value: path, example: "proposal.json" },
      { cause: error },
    );
  }
}
