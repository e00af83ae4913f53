import { castVote, overrideVote, type Support } from "../../actions/castVote.ts";
import { delegate } from "../../actions/delegate.ts";
import { findProposal } from "../../actions/proposals.ts";
import { formatEther } from "../../lib/units.ts";
import { confirm, print } from "../output.ts";
import { checkedAddress, inSession } from "../session.ts";
import { showCalls, type GovernOptions } from "./options.ts";

type VoteOptions = GovernOptions & { support: Support; reason: string };

/// `kedge govern vote` and `kedge govern override`.
export const castBy = {
  vote: (proposalId: bigint, options: VoteOptions) => cast(castVote, proposalId, options),
  override: (proposalId: bigint, options: VoteOptions) => cast(overrideVote, proposalId, options),
};

/// `kedge govern delegate`.
export async function giveVotes(given: string, options: GovernOptions): Promise<void> {
  const to = checkedAddress(given, "address");
  await inSession(options, async ({ protocol, signer }) => {
    if (!(await confirm(`Give all votes to ${to}?`, options.yes))) return;
    const receipts = await delegate(protocol, await signer(), { delegate: to });
    const transactions = receipts.map(({ hash }) => hash);
    print(
      { delegate: to, transactions },
      { ...options, text: `${to} votes; ${receipts.length} transactions` },
    );
  });
}

function cast(vote: typeof castVote, proposalId: bigint, options: VoteOptions): Promise<void> {
  return inSession(options, async ({ protocol, signer }) => {
    const { calls } = await findProposal(protocol, proposalId);
    await showCalls(protocol, calls);
    if (!(await confirm(`Vote ${options.support} this?`, options.yes))) return;
    const { receipt, weight } = await vote(protocol, await signer(), { proposalId, ...options });
    print(
      { proposalId, support: options.support, weight, transaction: receipt.hash },
      { ...options, text: `${formatEther(weight)} shares ${options.support}` },
    );
  });
}
