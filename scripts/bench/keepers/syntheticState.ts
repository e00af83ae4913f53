import "./mainnet.ts";
import { ssz } from "@lodestar/types";
import { hexlify } from "ethers";
import { RandomBytes } from "./randomBytes.ts";

export const SLOTS_PER_EPOCH = 32;
/// Of the state: the last slot of an epoch, so that all votes for the one before are in.
export const EPOCH = 400_000;
const SLOT = EPOCH * SLOTS_PER_EPOCH + SLOTS_PER_EPOCH - 1;
/// 30,000 of a million.
const OURS_PER_HUNDRED = 3;
const OPERATORS = 100;
const GWEI = 1_000_000_000;
const NEVER = 2n ** 64n - 1n;
const TIMELY_TARGET = 2;

/// What a member knows from the execution chain, and what it must find in the state.
export interface Known {
  pubkeys: string[];
  credentials: string;
  /// Operators by the index of their validators.
  operatorOf: [number, number][];
}

export interface Expected {
  beaconBalanceGwei: string;
  appeared: number;
  exited: number;
  activeGwei: string;
  attestedGwei: string;
}

export interface SyntheticState {
  bytes: Uint8Array;
  known: Known;
  expected: Expected;
}

type Fields = Map<string, Uint8Array>;

/// A state of mainnet's layout with all of its large fields filled, always the same. Keys are no points of the curve, and
/// no chain led to it: only its layout counts here.
export function syntheticState(validators: number): SyntheticState {
  const random = new RandomBytes(validators);
  const known: Known = { pubkeys: [], credentials: hexlify(random.bytes(32)), operatorOf: [] };
  const fields: Fields = new Map();
  const sums = fillValidators(validators, random, known, fields);
  const pendingGwei = fillQueues(validators, random, known, fields);
  for (const name of ["blockRoots", "stateRoots", "randaoMixes"] as const) {
    fields.set(name, random.bytes(ssz.fulu.BeaconState.fields[name].fixedSize!));
  }
  fields.set("historicalSummaries", random.bytes(1_000 * 64));
  fields.set("inactivityScores", new Uint8Array(8 * validators));
  fields.set("slot", ssz.Slot.serialize(SLOT));
  const header = { ...ssz.phase0.BeaconBlockHeader.defaultValue(), slot: SLOT };
  fields.set("latestBlockHeader", ssz.phase0.BeaconBlockHeader.serialize(header));
  const { ourGwei, ...duties } = sums;
  return {
    bytes: joined(fields),
    known,
    expected: { beaconBalanceGwei: String(ourGwei + pendingGwei), ...duties },
  };
}

function fillValidators(count: number, random: RandomBytes, known: Known, fields: Fields) {
  const { fixedSize } = ssz.phase0.Validator;
  const bytes = random.bytes(count * fixedSize!);
  const view = new DataView(bytes.buffer);
  const balances = new BigUint64Array(count);
  const [previous, current] = [random.bytes(count), random.bytes(count)];
  const credentials = Buffer.from(known.credentials.slice(2), "hex");
  let [ourGwei, activeGwei, attestedGwei, exited] = [0n, 0n, 0n, 0];
  for (let i = 0; i < count; i++) {
    const at = i * fixedSize!;
    // one in twenty is large, one in fifty has left, one in five hundred was slashed
    const effective = BigInt((i % 20 === 7 ? 2_048 : 32) * GWEI);
    const hasLeft = i % 50 === 9;
    const isSlashed = i % 500 === 11;
    view.setBigUint64(at + 80, effective, true);
    bytes[at + 88] = isSlashed ? 1 : 0;
    const epochs = [100n, BigInt(100 + (i % 300_000)), ...(hasLeft ? [300_500n, 300_800n] : [NEVER, NEVER])];
    for (const [place, epoch] of epochs.entries()) view.setBigUint64(at + 89 + 8 * place, epoch, true);
    balances[i] = effective + BigInt(i % 1_000_003);
    previous[i]! &= 7;
    current[i]! &= 7;
    if (!hasLeft && !isSlashed) {
      activeGwei += effective;
      if ((previous[i]! & TIMELY_TARGET) !== 0) attestedGwei += effective;
    }
    if (i % 100 >= OURS_PER_HUNDRED) continue;
    bytes.set(credentials, at + 48);
    known.pubkeys.push(hexlify(bytes.subarray(at, at + 48)));
    known.operatorOf.push([i, 1 + (i % OPERATORS)]);
    ourGwei += balances[i]!;
    if (hasLeft) exited++;
  }
  fields.set("validators", bytes);
  fields.set("balances", new Uint8Array(balances.buffer));
  fields.set("previousEpochParticipation", previous);
  fields.set("currentEpochParticipation", current);
  return {
    ourGwei,
    appeared: known.pubkeys.length,
    exited,
    activeGwei: String(activeGwei),
    attestedGwei: String(attestedGwei),
  };
}

/// Queues as long as mainnet's were at their worst: deposits of one in twenty, of which some add to validators of ours.
function fillQueues(count: number, random: RandomBytes, known: Known, fields: Fields): bigint {
  const { PendingDeposit, PendingPartialWithdrawal, PendingConsolidation } = ssz.electra;
  const deposits = random.bytes(Math.floor(count / 20) * PendingDeposit.fixedSize!);
  const view = new DataView(deposits.buffer);
  let ours = 0n;
  for (let at = 0, i = 0; at < deposits.length; at += PendingDeposit.fixedSize!, i++) {
    view.setBigUint64(at + 80, BigInt(GWEI + i), true);
    view.setBigUint64(at + 184, BigInt(SLOT - 1), true);
    if (i % 100 !== 0) continue;
    deposits.set(Buffer.from(known.pubkeys[i % known.pubkeys.length]!.slice(2), "hex"), at);
    ours += BigInt(GWEI + i);
  }
  fields.set("pendingDeposits", deposits);
  const partials = Math.floor(count / 100);
  fields.set("pendingPartialWithdrawals", new Uint8Array(partials * PendingPartialWithdrawal.fixedSize!));
  const mergers = Math.floor(count / 1_000);
  fields.set("pendingConsolidations", new Uint8Array(mergers * PendingConsolidation.fixedSize!));
  return ours;
}

/// The state with these fields and everything else empty. What has no fixed size lies behind what has, in the same order.
function joined(given: Fields): Uint8Array {
  const type = ssz.fulu.BeaconState;
  const empty = type.serialize(type.defaultValue());
  const ranges = type.getFieldRanges(new DataView(empty.buffer, empty.byteOffset), 0, empty.length);
  const fields = type.fieldsEntries.map(({ fieldName, fieldType }, i) => ({
    isFixed: fieldType.fixedSize !== null,
    bytes: given.get(fieldName) ?? empty.subarray(ranges[i]!.start, ranges[i]!.end),
  }));
  const long = fields.filter(({ isFixed }) => !isFixed).reduce((sum, { bytes }) => sum + bytes.length, 0);
  const bytes = new Uint8Array(type.fixedEnd + long);
  const view = new DataView(bytes.buffer);
  let [head, tail] = [0, type.fixedEnd];
  for (const { isFixed, bytes: own } of fields) {
    bytes.set(own, isFixed ? head : tail);
    if (!isFixed) view.setUint32(head, tail, true);
    head += isFixed ? own.length : 4;
    tail += isFixed ? 0 : own.length;
  }
  return bytes;
}
