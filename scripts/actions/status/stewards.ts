import { standingOf } from "../operatorStanding.ts";
import { listProposals } from "../proposals.ts";
import type { Place } from "./place.ts";

/** `Valve` of contracts/interfaces/IEmergencyBrake.sol. */
const VALVE = { inflow: 0, finalisation: 1 };

const OVER = new Set(["cancelled", "defeated", "expired", "executed"]);

/** All operators, with their stake in whole ETH. */
export async function operatorsStatus({ protocol, number }: Place) {
  const { OperatorRegistry: registry, ValidatorRegistry } = protocol;
  const at = { blockTag: number };
  const count = await registry.count(at);
  const operators = await Promise.all(
    Array.from({ length: Number(count) }, async (_, i) => {
      const operatorId = BigInt(i + 1);
      const [standing, { eth }] = await Promise.all([
        registry.standingOf(operatorId, at),
        ValidatorRegistry.stakeOf(operatorId, at),
      ]);
      return { operatorId, standing: standingOf(standing), stakeEth: eth };
    }),
  );
  return { count, stakeEth: await ValidatorRegistry.totalStake(at), operators };
}

/** What guardians have shut, and can still shut. Times are seconds since 1970. */
export async function brakeStatus({ protocol, number, time }: Place) {
  const { BeaconDepositor, EmergencyBrake: brake, StakedEther, WithdrawalQueue } = protocol;
  const at = { blockTag: number };
  const [inflowIsArmed, finalisationIsArmed, staking, deposits, finalisation] = await Promise.all([
    brake.isArmed(VALVE.inflow, at),
    brake.isArmed(VALVE.finalisation, at),
    StakedEther.stakingPause(at),
    BeaconDepositor.pausedUntil(at),
    WithdrawalQueue.pausedUntil(at),
  ]);
  const pause = (until: bigint) => ({ isPaused: time < Number(until), until: Number(until) });
  return {
    inflowIsArmed,
    finalisationIsArmed,
    staking: { isPaused: staking.paused, until: Number(staking.until) },
    deposits: pause(deposits),
    finalisation: pause(finalisation),
  };
}

/** Proposals that are not at their end. Votes are shares with 18 decimals. */
export async function governanceStatus({ protocol, number }: Place) {
  const proposals = await listProposals(protocol, number);
  return {
    open: proposals
      .filter(({ state }) => !OVER.has(state))
      .map(({ proposalId, state, description, voteEnd, votes }) => ({
        proposalId,
        state,
        title: description.split("\n", 1)[0]!.replace(/^# /, ""),
        voteEnd,
        votes,
      })),
  };
}
