import type { ProtocolStatus } from "../../actions/status/status.ts";
import { printable } from "../../lib/proposals.ts";
import { formatEther } from "../../lib/units.ts";
import { iso } from "../output.ts";
import type { KeeperStatus } from "./schema.ts";

export type Shown = ProtocolStatus & { keeper?: KeeperStatus | { problem: string } };

/// A status for people: one thing a line.
export function statusText(status: Shown): string {
  const { block, pool, queue, frame, committee, operators, brake, governance, keeper } = status;
  const { next, lastReport, parked } = frame;
  const signed = committee.members.filter(({ hasSigned }) => hasSigned).map(({ memberId }) => memberId);
  const stops = [
    ...(queue.isPaused ? [`paused until ${iso(queue.pausedUntil)}`] : []),
    ...(queue.isHeld ? [`held until ${iso(queue.heldUntil)}`] : []),
    ...(queue.isSuspended ? ["suspended: a report is parked"] : []),
  ];
  return [
    `block ${block.number}, ${iso(block.time)}`,
    `pool        ${ether(pool.totalWei)} ether, ${ether(pool.shares)} shares, rate ${formatEther(pool.rate, 9)}`,
    `            ${ether(pool.undrippedWei)} to drip, ${ether(pool.bufferWei)} buffered, ${ether(pool.vaultsWei)} in vaults`,
    `queue       ${queue.openTickets} open tickets for ${ether(queue.askedWei)} ether, named up to ${queue.namedTicketId} of ${queue.lastTicketId}`,
    `            ${ether(queue.finalisedWei)} ether finalised, ${ether(queue.unclaimedWei)} unclaimed; ${stops.join(", ") || "nothing stops it"}`,
    `frame       next ${next.frame} (slot ${next.refSlot}) at ${iso(next.at)}, in ${next.secondsLeft} s`,
    `report      frame ${lastReport.frame} (slot ${lastReport.refSlot}), booked ${iso(lastReport.bookedAt)}`,
    ...(parked === null ? [] : [`            PARKED: slot ${parked.refSlot}, ${parked.reportHash}`]),
    `committee   ${committee.members.length} members of weight ${committee.totalWeight}; of frame ${committee.frame} ${
      committee.submitter === null
        ? "nothing is submitted"
        : `${committee.signedWeight} signed: members ${signed.join(", ")}`
    }`,
    `operators   ${operators.count} with ${operators.stakeEth} ETH: ${standings(operators.operators)}`,
    `brake       inflow ${armed(brake.inflowIsArmed)}, finalisation ${armed(brake.finalisationIsArmed)}`,
    ...(["staking", "deposits", "finalisation"] as const)
      .filter((name) => brake[name].isPaused)
      .map((name) => `            ${name} paused until ${iso(brake[name].until)}`),
    `governance  ${governance.open.length === 0 ? "no open proposals" : `${governance.open.length} open proposals`}`,
    ...governance.open.map(
      ({ proposalId, state, title, voteEnd }) =>
        `            ${state} until ${iso(voteEnd)}: ${printable(title)} (${proposalId})`,
    ),
    ...(keeper === undefined ? [] : keeperLines(keeper)),
  ].join("\n");
}

function keeperLines(keeper: KeeperStatus | { problem: string }): string[] {
  if ("problem" in keeper) return [`keeper      ${printable(keeper.problem)}`];
  const jobs = Object.entries(keeper.jobs).map(
    ([job, { lastSuccessAt }]) => `${job}${lastSuccessAt === undefined ? " (not yet)" : ""}`,
  );
  return [
    `keeper      ${keeper.ready ? "ready" : "NOT READY"}; ${printable(jobs.join(", "))}`,
    ...keeper.causes.map(({ id, detail }) => `            ${printable(`${id}: ${detail}`)}`),
  ];
}

function standings(operators: Shown["operators"]["operators"]): string {
  const counts = new Map<string, number>();
  for (const { standing } of operators) counts.set(standing, (counts.get(standing) ?? 0) + 1);
  return [...counts].map(([standing, count]) => `${count} ${standing}`).join(", ") || "none";
}

function armed(isArmed: boolean): string {
  return isArmed ? "armed" : "pulled";
}

function ether(wei: bigint): string {
  return formatEther(wei);
}
