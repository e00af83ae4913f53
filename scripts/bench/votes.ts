import { parseEther, ZeroAddress } from "ethers";
import { castVote, overrideVote } from "../actions/castVote.ts";
import { delegate } from "../actions/delegate.ts";
import { propose } from "../actions/propose.ts";
import { readProposal } from "../lib/proposals.ts";
import { gasOf, type Bench } from "./bench.ts";

const FILE = JSON.stringify({
  title: "Lower the fee",
  text: "A figure.",
  calls: [{ contract: "ReportOracle", function: "setFee", arguments: ["900"] }],
});

/// A proposal and its votes. Voters hold both tokens, with their votes; the third has given hers to the second.
export async function benchVotes(bench: Bench): Promise<void> {
  await bench.apart(async () => {
    const { protocol, accounts, devnet } = bench.net;
    const { alice, bob, carol } = accounts;
    const ten = { value: parseEther("10") };
    for (const [voter, to] of [
      [alice, alice],
      [bob, bob],
      [carol, bob],
    ] as const) {
      await bench.gasOf(protocol.StakedEther.connect(voter).stake(ZeroAddress, ten));
      await bench.gasOf(protocol.WrappedStakedEther.connect(voter).depositEther(voter, 0, ZeroAddress, ten));
      await delegate(protocol, voter, { delegate: to });
    }
    await devnet.tickBlocks(1);
    const proposal = await readProposal(FILE, protocol, await alice.getAddress());
    const { receipt, proposalId, voteStart } = await propose(protocol, alice, proposal);
    bench.note("propose, one call", gasOf(receipt));
    await devnet.tickUntil(() => devnet.chain.timeAtSlot(devnet.slot) > voteStart);
    const first = await castVote(protocol, alice, { proposalId, support: "for" });
    bench.note("cast a vote, first of a proposal", gasOf(first.receipt));
    await bench.measure("cast a vote", protocol.StakerGovernor.connect(bob).castVote(proposalId, 1));
    const override = await overrideVote(protocol, carol, { proposalId, support: "against" });
    bench.note("override a delegate's vote", gasOf(override.receipt));
  });
}
