import type { Result } from "ethers";
import { findProposal, listProposals, readinessOf, type KnownProposal } from "../../actions/proposals.ts";
import { callText, decodeCalls, printable } from "../../lib/proposals.ts";
import { formatTable } from "../../lib/table.ts";
import { formatEther } from "../../lib/units.ts";
import { print } from "../output.ts";
import { inSession } from "../session.ts";
import type { SessionOptions } from "../sessionOptions.ts";

/// `kedge govern list`.
export function list(options: SessionOptions): Promise<void> {
  return inSession(options, async ({ protocol }) => {
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
      rows.length === 0
        ? "none yet"
        : formatTable(["id", "state", "for", "against", "abstain", "title"], rows);
    print(proposals, { ...options, text });
  });
}

/// `kedge govern show`.
export function show(id: bigint, options: SessionOptions): Promise<void> {
  return inSession(options, async ({ protocol }) => {
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
  });
}

function titleOf({ description }: KnownProposal): string {
  return printable(description.split("\n", 1)[0]!.replace(/^# /, ""));
}
