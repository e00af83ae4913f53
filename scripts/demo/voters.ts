import "../devnet/preset.ts";
import { castVote, overrideVote } from "../actions/castVote.ts";
import { delegate } from "../actions/delegate.ts";
import {
  closeWindow,
  executeProposal,
  findProposal,
  queueProposal,
  readinessOf,
} from "../actions/proposals.ts";
import { propose } from "../actions/propose.ts";
import { callText, decodeCalls, readProposal } from "../lib/proposals.ts";
import { eventIn } from "../lib/receipts.ts";
import { formatEther } from "../lib/units.ts";
import type { BookedReport } from "./committee.ts";
import type { Stage } from "./stage.ts";

/** What the stakers decide: the fee, in 1/10,000 of rewards. */
const NEW_FEE_BP = 800n;
const BP = 10_000n;

const FILE = JSON.stringify({
  title: "Lower the fee to 8 %",
  text: "The pool has grown, and stakers should have more of what it earns.",
  calls: [{ contract: "ReportOracle", function: "setFee", arguments: [String(NEW_FEE_BP)] }],
});

/** Alice and Carol give their votes to Alice, who proposes to lower the fee. */
export async function stakersPropose({ step, protocol, signers, journal }: Stage): Promise<bigint> {
  await step("alice and carol give their votes to alice", async () => {
    for (const holder of ["alice", "carol"] as const) {
      const receipts = await delegate(protocol, signers[holder], { delegate: signers.alice });
      for (const receipt of receipts) journal.record("delegate", holder, receipt);
    }
    return `${formatEther(await protocol.StakedEther.getVotes(signers.alice))} votes of kETH`;
  });
  let proposalId = 0n;
  await step("alice proposes to lower the fee", async (wait) => {
    // votes of a second are known when it is over
    await wait(() => true);
    const proposal = await readProposal(FILE, protocol, await signers.alice.getAddress());
    const [call] = await decodeCalls(protocol, proposal.calls);
    const { receipt, proposalId: id } = await propose(protocol, signers.alice, proposal);
    journal.record("propose", "alice", receipt);
    proposalId = id;
    return callText(call!);
  });
  return proposalId;
}

/** Alice votes for what she proposed, with Carol's votes too; Carol says herself what hers are for. */
export async function stakersVote(
  { step, protocol, signers, journal, network }: Stage,
  proposalId: bigint,
): Promise<void> {
  const { devnet } = network;
  await step("alice votes for it, and carol, overruling alice, abstains", async (wait) => {
    const { voteStart } = await findProposal(protocol, proposalId);
    await wait(() => devnet.chain.timeAtSlot(devnet.slot) > voteStart);
    const vote = await castVote(protocol, signers.alice, { proposalId, support: "for" });
    journal.record("vote", "alice", vote.receipt);
    const override = await overrideVote(protocol, signers.carol, { proposalId, support: "abstain" });
    journal.record("override", "carol", override.receipt);
    const { votes } = await findProposal(protocol, proposalId);
    return `${formatEther(votes.for)} shares for, ${formatEther(votes.abstain)} abstain`;
  });
}

/** What passed is queued; it waits for everyone who asked to leave before its window is closed: for Bob. */
export async function decisionWaits(
  { step, protocol, signers, journal, network }: Stage,
  proposalId: bigint,
): Promise<void> {
  const { devnet } = network;
  await step("the decision is queued, and waits for bob, who asked to leave before it", async (wait) => {
    const { voteEnd } = await findProposal(protocol, proposalId);
    await wait(() => devnet.chain.timeAtSlot(devnet.slot) > voteEnd);
    journal.record("queue", "keeper", await queueProposal(protocol, signers.keeper, proposalId));
    const { windowEndsAt } = await readinessOf(protocol, proposalId);
    await wait(() => devnet.chain.timeAtSlot(devnet.slot) > windowEndsAt);
    journal.record("close window", "keeper", await closeWindow(protocol, signers.keeper, proposalId));
    const { sharesNeeded, sharesFinalized } = await readinessOf(protocol, proposalId);
    return `${formatEther((sharesNeeded - sharesFinalized) * 10n ** 9n)} shares wait`;
  });
}

/** Bob has his ether: the fee changes. */
export async function decisionIsDone(
  { step, protocol, signers, journal }: Stage,
  proposalId: bigint,
): Promise<void> {
  await step("bob has left: what was decided is done", async () => {
    const receipt = await executeProposal(protocol, signers.keeper, proposalId);
    journal.record("execute", "keeper", receipt);
    const { args } = eventIn(receipt, protocol.ReportOracle, "FeeSet");
    return `the fee goes from ${percent(args[0] as bigint)} to ${percent(args[1] as bigint)}`;
  });
}

/** The fee that a report took, from the shares that it minted: of the gain, in 1/10,000, to the nearest. */
export async function feeTaken(
  { step, protocol }: Stage,
  { bookedWei, feeShares, blockNumber }: BookedReport,
): Promise<void> {
  await step("the report takes the new fee", async () => {
    const at = { blockTag: blockNumber };
    const ledger = protocol.StakedEther;
    const [pooled, { undripped }, shares] = await Promise.all([
      ledger.getTotalPooledEther(at),
      ledger.drip(at),
      ledger.getTotalShares(at),
    ]);
    const feeWei = (feeShares * (pooled + undripped)) / shares;
    return `${percent((feeWei * BP + bookedWei / 2n) / bookedWei)} of its gain`;
  });
}

function percent(bp: bigint): string {
  return `${Number(bp) / 100} %`;
}
