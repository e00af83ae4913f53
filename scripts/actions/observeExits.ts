import { keccak256 } from "ethers";
import type { BeaconClient } from "../lib/beaconClient.ts";
import type { ValidatorAnswer } from "../lib/beaconSchemas.ts";
import type { Protocol } from "../lib/protocol.ts";
import { epochOf, FAR_FUTURE_EPOCH, slotAt, WEI_PER_ETHER } from "../lib/units.ts";
import { newestRoot } from "./newestRoot.ts";
import { RULE, type Candidate, type Observed } from "./planExits.ts";
import { publishedKeys } from "./publishedKeys.ts";

interface Sources {
  protocol: Protocol;
  beacon: BeaconClient;
}

/** `Standing.Jailed` of contracts/interfaces/IOperatorRegistry.sol. */
const JAILED = 2n;

/** What `planExits` decides by, as the newest block that can be proven has it. */
export async function observeExits({ protocol, beacon }: Sources): Promise<Observed> {
  const { ExitController, OperatorRegistry, ValidatorRegistry } = protocol;
  const proven = await ValidatorRegistry.queryFilter(ValidatorRegistry.filters.KeyProven());
  const commitmentOf = new Map(proven.map(({ args }) => [Number(args.validatorIndex), args.commitmentId]));
  const { stateId, timestamp } = await newestRoot(beacon);
  const [
    validators,
    partials,
    parameters,
    spec,
    genesis,
    [deficitWei, minimumWei],
    threshold,
    capFrom,
    total,
    noted,
  ] = await Promise.all([
    commitmentOf.size === 0 ? [] : beacon.validators(stateId, [...commitmentOf.keys()]),
    beacon.pendingPartialWithdrawals(stateId),
    ExitController.parameters(),
    beacon.spec(),
    beacon.genesis(),
    ExitController.deficit(),
    ExitController.threshold(),
    ExitController.openFrom(RULE.aboveCap),
    ValidatorRegistry.totalStake(),
    ExitController.noted(),
  ]);
  const epoch = BigInt(epochOf(slotAt(timestamp, { ...spec, ...genesis }), spec));
  const secondsPerEpoch = BigInt(spec.secondsPerSlot * spec.slotsPerEpoch);
  const since = BigInt(timestamp) - parameters.comingEpochs * secondsPerEpoch;
  const asked = await askedSince(protocol, since);
  const waiting = new Set(partials.map(({ validatorIndex }) => validatorIndex));

  const o = {
    candidates: [] as Candidate[],
    over: [] as number[],
    leaving: [] as number[],
    waiting: [] as number[],
  };
  const stopped = new Set<bigint>();
  const aboveCap = new Set<bigint>();
  const published = new Map<string, boolean>();
  const share = (total * parameters.capBp) / 10_000n;
  const cap = share > parameters.capFloorEth ? share : parameters.capFloorEth;
  for (const v of validators) {
    const { index, balanceGwei, effectiveBalanceGwei } = v;
    const coming = await ExitController.comingOf(index);
    if (coming.units > 0n) {
      if (coming.lastEpoch < epoch) o.over.push(index);
      continue;
    }
    if (isLeaving(v, epoch, parameters)) o.leaving.push(index);
    if (v.exitEpoch !== FAR_FUTURE_EPOCH) continue;
    if (waiting.has(index)) o.waiting.push(index);
    const isOld = v.activationEpoch + parameters.committeePeriod <= epoch;
    const pubkeyHash = keccak256(v.pubkey);
    const isAsked = asked.exits.has(pubkeyHash) || (coming.isPartial && asked.partials.has(pubkeyHash));
    if (!isOld || isAsked) continue;

    const [{ operatorId }, rank] = await Promise.all([
      ValidatorRegistry.validator(index),
      ExitController.rankOf(index),
    ]);
    const [standing, { eth }, taken] = await Promise.all([
      OperatorRegistry.standingOf(operatorId),
      ValidatorRegistry.stakeOf(operatorId),
      ExitController.aboveCapOf(operatorId),
    ]);
    if (eth * WEI_PER_ETHER > cap * WEI_PER_ETHER + taken) aboveCap.add(operatorId);
    const candidate = { index, balanceGwei, effectiveBalanceGwei, operatorId, rank };
    if (standing < JAILED) {
      o.candidates.push(candidate);
      continue;
    }
    stopped.add(operatorId);
    const commitmentId = commitmentOf.get(index)!;
    if (!published.has(commitmentId)) {
      published.set(commitmentId, (await publishedKeys(protocol, commitmentId)) !== undefined);
    }
    o.candidates.push(published.get(commitmentId) ? { ...candidate, commitmentId } : candidate);
  }
  return {
    ...o,
    stopped,
    aboveCap,
    deficitWei,
    minimumWei,
    ...(noted.firstSeen > 0n ? { noteAge: timestamp - Number(noted.lastSeen) } : {}),
    aboveCapIsOpen: capFrom > 0n && capFrom <= BigInt(timestamp),
    threshold,
  };
}

/** Whether the controller would take the proof that it exits. */
function isLeaving(
  v: ValidatorAnswer,
  epoch: bigint,
  { sweepEpochs, comingEpochs }: { sweepEpochs: bigint; comingEpochs: bigint },
): boolean {
  if (v.exitEpoch === FAR_FUTURE_EPOCH || v.effectiveBalanceGwei === 0n) return false;
  const lastEpoch = v.withdrawableEpoch + sweepEpochs;
  return epoch <= lastEpoch && (!v.slashed || lastEpoch <= epoch + comingEpochs);
}

/**
 * Hashes of public keys that exits, and partial withdrawals, were asked for since `since` (seconds). Exits of stopped
 * operators leave no record, nor does what is asked where a partial withdrawal was not proven in time, and the beacon chain
 * may drop it while another one is on its way: so soon again it would be paid for nothing.
 */
async function askedSince(
  { WithdrawalVault }: Protocol,
  since: bigint,
): Promise<{ exits: Set<string>; partials: Set<string> }> {
  const events = await WithdrawalVault.queryFilter(WithdrawalVault.filters.WithdrawalsRequested());
  const asked = { exits: new Set<string>(), partials: new Set<string>() };
  for (const event of events.reverse()) {
    if (BigInt((await event.getBlock()).timestamp) < since) break;
    const { pubkeys, amountsGwei } = event.args;
    amountsGwei.forEach((amount, i) => {
      const pubkey = `0x${pubkeys.slice(2 + 96 * i, 2 + 96 * (i + 1))}`;
      (amount === 0n ? asked.exits : asked.partials).add(keccak256(pubkey));
    });
  }
  return asked;
}
