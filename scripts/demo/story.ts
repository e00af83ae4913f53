import "../devnet/preset.ts";
import type { KeyTree } from "../lib/keyTree.ts";
import { committeeLies, committeeReports, type BookedReport } from "./committee.ts";
import { beaconChainPays, operatorCommits, operatorExits, tipArrives, validatorsStart } from "./operator.ts";
import { strangerActs, strangerProvesBalances } from "./stranger.ts";
import type { Stage } from "./stage.ts";
import { decisionIsDone, decisionWaits, feeTaken, stakersPropose, stakersVote } from "./voters.ts";
import { aliceWraps, balancesGrow, bobAsksOut, bobClaims, stakersStake, type Growth } from "./stakers.ts";

/** What the story tells those who check and show it. */
export interface Played {
  tree: KeyTree;
  reports: BookedReport[];
  growth: Growth;
  /** Bob's ticket: its shares, and what it paid. */
  ticket: { ticketId: bigint; shares: bigint; paidWei: bigint };
}

/** From a stake to a claim. */
export async function play(stage: Stage): Promise<Played> {
  await stakersStake(stage);
  const operator = await operatorCommits(stage);
  await validatorsStart(stage, operator);
  await tipArrives(stage, operator);
  const first = await committeeReports(stage);
  const growth = await balancesGrow(stage);

  await aliceWraps(stage);
  const proposalId = await stakersPropose(stage);
  const { ticketId, shares, readyAt } = await bobAsksOut(stage);
  // nearly all ether is staked: the buffer pays a small part of the ticket, the rest has to come back
  await operatorExits(stage, operator);
  await stakersVote(stage, proposalId);
  const second = await committeeReports(stage, readyAt);
  await beaconChainPays(stage);
  await decisionWaits(stage, proposalId);
  // Bob's ticket waits while the lie is parked, and not for those who told it
  await committeeLies(stage);
  const third = await strangerProvesBalances(stage);
  const paidWei = await bobClaims(stage, ticketId);
  await decisionIsDone(stage, proposalId);
  const fourth = await committeeReports(stage);
  await feeTaken(stage, fourth);

  await dripEnds(stage);
  await strangerActs(stage, operator);
  const ticket = { ticketId, shares, paidWei };
  return { tree: operator.tree, reports: [first, second, third, fourth], growth, ticket };
}

async function dripEnds({ step, protocol, network }: Stage): Promise<void> {
  await step("the last gain drips to its end", async (wait) => {
    const { devnet, provider } = network;
    const { end } = await protocol.StakedEther.drip();
    await wait(async () => BigInt((await provider.getBlock("latest"))!.timestamp) >= end);
    return `slot ${devnet.slot}`;
  });
}
