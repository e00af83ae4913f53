import { keccak256 } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import type { ValidatorAnswer } from "../lib/beaconSchemas.ts";
import { eventsOf } from "../lib/logs.ts";
import type { Protocol } from "../lib/protocol.ts";
import { epochOf, FAR_FUTURE_EPOCH, GWEI_PER_ETHER, slotAt, WEI_PER_ETHER } from "../lib/units.ts";
import { newestRoot } from "./newestRoot.ts";
import { isMore, RULE, UNIT_GWEI, type Candidate, type ExitCall, type Observed } from "./planExits.ts";
import { publishedKeys } from "./publishedKeys.ts";

interface Sources {
  protocol: Protocol;
  beacon: BeaconSource;
}

interface Epochs {
  sweepEpochs: bigint;
  comingEpochs: bigint;
}

const MIN_ACTIVATION_GWEI = 32n * GWEI_PER_ETHER;
/** `ValidatorState.Withdrawn` of contracts/interfaces/IValidatorRegistry.sol. */
const WITHDRAWN = 5n;
/** `Standing.Jailed` of contracts/interfaces/IOperatorRegistry.sol. */
const JAILED = 2n;

/** What `planExits` decides by, as the newest block that can be proven has it. */
export async function observeExits({ protocol, beacon }: Sources): Promise<Observed> {
  const { ExitController, OperatorRegistry, ValidatorRegistry } = protocol;
  const proven = await eventsOf(ValidatorRegistry, ValidatorRegistry.filters.KeyProven());
  const commitmentOf = new Map(proven.map(({ args }) => [Number(args.validatorIndex), args.commitmentId]));
  const { stateId, timestamp } = await newestRoot(beacon);
  const [
    validators,
    partials,
    mergers,
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
    beacon.pendingConsolidations(stateId),
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
  const asked = await askedByKeys(protocol, since);
  // the largest of each counts
  const waiting = new Map<number, bigint>();
  for (const { validatorIndex, amountGwei } of partials) {
    const known = waiting.get(validatorIndex) ?? 0n;
    waiting.set(validatorIndex, amountGwei > known ? amountGwei : known);
  }
  const merging = new Set(mergers.map(({ source }) => source));

  const o = {
    candidates: [] as Candidate[],
    over: [] as number[],
    vain: [] as ExitCall[],
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
    const [coming, isConsolidating, known] = await Promise.all([
      ExitController.comingOf(index),
      ValidatorRegistry.isConsolidating(index),
      ValidatorRegistry.validator(index),
    ]);
    const recordedGwei = coming.units * UNIT_GWEI;
    const stays = v.exitEpoch === FAR_FUTURE_EPOCH;
    const waits = stays ? waiting.get(index) : undefined;
    const isPaid = effectiveBalanceGwei >= MIN_ACTIVATION_GWEI;
    if (recordedGwei > 0n) {
      if (coming.lastEpoch < epoch) {
        o.over.push(index);
        continue;
      }
      if (v.slashed && isLockedUp(v, epoch, parameters)) {
        o.vain.push({ kind: "prove", validatorIndex: index });
      } else if (merging.has(index) && !v.slashed) {
        o.vain.push({ kind: "proveMerged", validatorIndex: index });
      } else if (waits !== undefined && !coming.proven && (recordedGwei > waits || !isPaid)) {
        o.vain.push({ kind: "provePartial", validatorIndex: index });
      }
    }
    // what is to be merged does not come; what is recorded may be less than what comes
    const comes = !isConsolidating && known.state !== WITHDRAWN && isLeaving(v, epoch, parameters);
    if (comes && isMore(effectiveBalanceGwei, recordedGwei)) o.leaving.push(index);
    if (waits !== undefined && isPaid && isMore(waits, recordedGwei)) o.waiting.push(index);
    if (!stays || recordedGwei > 0n) continue;
    const isOld = v.activationEpoch + parameters.committeePeriod <= epoch;
    if (!isOld || asked.has(keccak256(v.pubkey))) continue;

    const { operatorId } = known;
    const [rank, standing, { eth }, taken] = await Promise.all([
      ExitController.rankOf(index),
      OperatorRegistry.standingOf(operatorId),
      ValidatorRegistry.stakeOf(operatorId),
      ExitController.aboveCapOf(operatorId),
    ]);
    if (eth * WEI_PER_ETHER > cap * WEI_PER_ETHER + taken) aboveCap.add(operatorId);
    const candidate = { index, balanceGwei, effectiveBalanceGwei, operatorId, rank, isConsolidating };
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
function isLeaving(v: ValidatorAnswer, epoch: bigint, parameters: Epochs): boolean {
  if (v.exitEpoch === FAR_FUTURE_EPOCH || v.effectiveBalanceGwei === 0n) return false;
  return (
    epoch <= v.withdrawableEpoch + parameters.sweepEpochs && (!v.slashed || !isLockedUp(v, epoch, parameters))
  );
}

/** Whether what a slashed one has comes later than requests count for. */
function isLockedUp(v: ValidatorAnswer, epoch: bigint, { sweepEpochs, comingEpochs }: Epochs): boolean {
  return v.withdrawableEpoch + sweepEpochs > epoch + comingEpochs;
}

/**
 * Hashes of public keys that exits were asked for since `since` (seconds). Exits of stopped operators leave no record, and
 * the beacon chain may drop them while a partial withdrawal is on its way: so soon again they would be paid for nothing.
 */
async function askedByKeys({ WithdrawalVault }: Protocol, since: bigint): Promise<Set<string>> {
  const events = await eventsOf(WithdrawalVault, WithdrawalVault.filters.WithdrawalsRequested());
  const asked = new Set<string>();
  for (const event of events.reverse()) {
    if (BigInt((await event.getBlock()).timestamp) < since) break;
    const { pubkeys, amountsGwei } = event.args;
    amountsGwei.forEach((amount, i) => {
      if (amount === 0n) asked.add(keccak256(`0x${pubkeys.slice(2 + 96 * i, 2 + 96 * (i + 1))}`));
    });
  }
  return asked;
}
