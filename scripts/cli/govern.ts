import { readFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { isAddress, type Result } from "ethers";
import { castVote, overrideVote, type Support } from "../actions/castVote.ts";
import { delegate } from "../actions/delegate.ts";
import {
  closeWindow,
  executeProposal,
  findProposal,
  listProposals,
  noteReady,
  queueProposal,
  readinessOf,
  type KnownProposal,
} from "../actions/proposals.ts";
import { propose } from "../actions/propose.ts";
import { simulateProposal, type Simulation } from "../actions/simulateProposal.ts";
import { ConfigurationError, FatalError } from "../lib/errors.ts";
import {
  callText,
  decodeCalls,
  printable,
  readProposal,
  requireKnown,
  type Call,
  type DecodedCall,
} from "../lib/proposals.ts";
import type { Protocol } from "../lib/protocol.ts";
import { refusalOf } from "../lib/reverts.ts";
import { formatTable } from "../lib/table.ts";
import { formatEther } from "../lib/units.ts";
import { confirm, log, print } from "./output.ts";
import { openSession, withSession, type Session, type SessionOptions } from "./session.ts";

type Options = SessionOptions & { yes: boolean; reason: string };

/// `kedge govern <verb>`: the vote of stakers.
export function governCommand(): Command {
  const govern = new Command("govern").description("Delegate, propose, vote, and see decisions done.");
  const verb = (name: string, description: string) => {
    const command = withSession(new Command(name).description(description));
    govern.addCommand(command);
    return command;
  };
  const proposal = (command: Command) => command.argument("<proposal>", "its id", wholeNumber);
  const signed = (command: Command) => command.option("--yes", "sign without asking", false);
  const support = new Option("--support <how>").choices(["for", "against", "abstain"]).makeOptionMandatory();

  verb("list", "all proposals, and what became of them").action((options: Options) =>
    inSession(options, ({ protocol }) => list(protocol, options)),
  );
  proposal(verb("show", "a proposal: its calls, its votes, and what it waits for")).action(
    (id: bigint, options: Options) => inSession(options, ({ protocol }) => show(protocol, id, options)),
  );
  signed(verb("delegate", "give your votes to somebody, or to yourself"))
    .argument("<address>", "to whom", address)
    .action((to: string, options: Options) =>
      inSession(options, async ({ protocol, signer }) => {
        if (!(await confirm(`Give all votes to ${to}?`, options.yes))) return;
        const receipts = await delegate(protocol, await signer(), { delegate: to });
        const transactions = receipts.map(({ hash }) => hash);
        print(
          { delegate: to, transactions },
          { ...options, text: `${to} votes; ${receipts.length} transactions` },
        );
      }),
    );
  signed(
    verb("propose", "bring a proposal from its file to the stakers; its calls are shown and tried first"),
  )
    .argument("<file>", "JSON: title, text, calls")
    .option("--no-simulation", "do not try it before (only a node of one's own can)")
    .action((path: string, options: Options & { simulation: boolean }) =>
      inSession(options, (session) => bring(session, path, options)),
    );
  verb("simulate", "what a proposal in a file would change, on a snapshot of a local node")
    .argument("<file>", "JSON: title, text, calls")
    .action((path: string, options: Options) =>
      inSession(options, async ({ provider, protocol, signer }) => {
        const { calls } = await readProposal(
          await textOf(path),
          protocol,
          await (await signer()).getAddress(),
        );
        await showCalls(protocol, calls);
        const result = await simulateProposal(provider, protocol, calls);
        print(result, { ...options, text: simulationText(result) });
        requireGood(result);
      }),
    );
  for (const [name, description, vote] of [
    ["vote", "vote with what was delegated to you, by others or by yourself", castVote],
    ["override", "vote with what you had delegated to others, in their place", overrideVote],
  ] as const) {
    signed(proposal(verb(name, description)))
      .addOption(support)
      .option("--reason <text>", "told, and not kept", "")
      .action((proposalId: bigint, options: Options & { support: Support }) =>
        inSession(options, async ({ protocol, signer }) => {
          const { calls } = await findProposal(protocol, proposalId);
          await showCalls(protocol, calls);
          if (!(await confirm(`Vote ${options.support} this?`, options.yes))) return;
          const { receipt, weight } = await vote(protocol, await signer(), { proposalId, ...options });
          print(
            { proposalId, support: options.support, weight, transaction: receipt.hash },
            { ...options, text: `${formatEther(weight)} shares ${options.support}` },
          );
        }),
      );
  }
  for (const [name, description, send] of [
    ["queue", "give what passed to the timelock", queueProposal],
    ["close-window", "wait for nobody who asks to leave from now on", closeWindow],
    ["note-ready", "have a decision expire if nobody executes it from now on", noteReady],
    ["execute", "do what was decided, when all who asked to leave are out", executeProposal],
  ] as const) {
    signed(proposal(verb(name, description))).action((proposalId: bigint, options: Options) =>
      inSession(options, async ({ protocol, signer }) => {
        const { calls } = await findProposal(protocol, proposalId);
        await showCalls(protocol, calls);
        if (!(await confirm(`${name} this?`, options.yes))) return;
        const { hash } = await send(protocol, await signer(), proposalId);
        print({ proposalId, transaction: hash }, { ...options, text: `${name}: ${hash}` });
      }),
    );
  }
  return govern;
}

async function inSession(options: Options, act: (session: Session) => Promise<void>): Promise<void> {
  const session = await openSession(options);
  try {
    await act(session);
  } catch (error) {
    throw refusalOf(session.protocol, error) ?? error;
  } finally {
    session.close();
  }
}

async function list(protocol: Protocol, options: Options): Promise<void> {
  const proposals = await listProposals(protocol);
  const rows = proposals.map((each) => [
    String(each.proposalId),
    each.state,
    formatEther(each.votes.for, 2),
    formatEther(each.votes.against, 2),
    formatEther(each.votes.abstain, 2),
    titleOf(each),
  ]);
  const text =
    rows.length === 0 ? "none yet" : formatTable(["id", "state", "for", "against", "abstain", "title"], rows);
  print(proposals, { ...options, text });
}

async function show(protocol: Protocol, id: bigint, options: Options): Promise<void> {
  const proposal = await findProposal(protocol, id);
  const calls = await decodeCalls(protocol, proposal.calls);
  const readiness =
    proposal.state === "queued"
      ? ((await readinessOf(protocol, id)) as unknown as Result).toObject()
      : undefined;
  const { for: yes, against, abstain } = proposal.votes;
  const text = [
    printable(proposal.description),
    "",
    ...calls.map((call) => `  ${callText(call)}`),
    "",
    `${proposal.state}: ${formatEther(yes)} for, ${formatEther(against)} against, ${formatEther(abstain)} abstain`,
    `quorum ${formatEther(proposal.quorum)}; the vote ends ${new Date(proposal.voteEnd * 1000).toISOString()}`,
    ...Object.entries(readiness ?? {}).map(([name, value]) => `  ${name}: ${String(value)}`),
  ].join("\n");
  print({ ...proposal, decoded: calls, readiness }, { ...options, text });
}

async function bring(
  { provider, protocol, signer }: Session,
  path: string,
  options: Options & { simulation: boolean },
): Promise<void> {
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
}

/// What the chain would do, from the bytes that are signed.
async function showCalls(protocol: Protocol, calls: readonly Call[]): Promise<DecodedCall[]> {
  const decoded = await decodeCalls(protocol, calls);
  for (const call of decoded) log(callText(call));
  return decoded;
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

function titleOf({ description }: KnownProposal): string {
  return printable(description.split("\n", 1)[0]!.replace(/^# /, ""));
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function wholeNumber(value: string): bigint {
  if (!/^[0-9]+$/.test(value)) throw new InvalidArgumentError("Not a whole number.");
  return BigInt(value);
}

function address(value: string): string {
  if (!isAddress(value)) throw new InvalidArgumentError("Not an address.");
  return value;
}
