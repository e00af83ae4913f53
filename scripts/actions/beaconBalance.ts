import { hexlify } from "ethers";
import type { BeaconSource, StateId } from "../lib/beaconClient.ts";
import type { PendingDeposit, ValidatorAnswer } from "../lib/beaconSchemas.ts";
import { readState } from "../lib/beaconState.ts";
import { verifyDeposit } from "../lib/depositData.ts";
import type { Records } from "../lib/stateBytes/records.ts";

/** What a report tells of the beacon chain; see `Report`. */
export interface BeaconFigures {
  beaconBalanceGwei: bigint;
  appeared: bigint;
  exited: bigint;
}

/** Where to look, and for whom. */
export interface OurKeys {
  beacon: BeaconSource;
  stateId: StateId;
  pubkeys: readonly string[];
  /** All that are ours: a pool whose depositor was replaced may have several (docs/decisions/0017). */
  credentials: readonly string[];
  genesisForkVersion: string;
}

export type OurValidator = Pick<
  ValidatorAnswer,
  "pubkey" | "balanceGwei" | "slashed" | "activationEpoch" | "exitEpoch"
>;
type OurDeposit = Pick<PendingDeposit, "amountGwei">;

/** What counts for us in a state, and what has one of our keys and counts not. */
export interface OurBalances {
  validators: OurValidator[];
  /** Deposits that will add to a validator of ours. */
  pending: OurDeposit[];
  /** How many validators. */
  foreign: number;
  ignored: OurDeposit[];
}

/**
 * What the beacon chain holds for us, in gwei: the balances of the validators of our keys that have credentials of ours,
 * and the pending deposits that will add to one. And how many validators that is, and how many of them have exited by
 * `epoch`.
 */
export async function beaconFigures({ epoch, ...keys }: OurKeys & { epoch: number }): Promise<BeaconFigures> {
  const { validators, pending } = await ourBalances(keys);
  const sum = [...validators.map((v) => v.balanceGwei), ...pending.map((d) => d.amountGwei)];
  return {
    beaconBalanceGwei: sum.reduce((total, each) => total + each, 0n),
    appeared: BigInt(validators.length),
    exited: BigInt(validators.filter(({ exitEpoch }) => exitEpoch <= epoch).length),
  };
}

/**
 * A key whose validator has foreign credentials counts nothing. Of a key that has no validator yet, deposits count from
 * the first one with a valid signature on, if its credentials are ours: that deposit makes the validator, and those
 * before it are dropped.
 */
export async function ourBalances(parameters: OurKeys): Promise<OurBalances> {
  const { beacon, stateId, pubkeys, credentials, genesisForkVersion } = parameters;
  const found: OurBalances = { validators: [], pending: [], foreign: 0, ignored: [] };
  if (pubkeys.length === 0) return found;
  const ours = new Set(credentials.map((each) => each.toLowerCase()));
  const keys = new Set(pubkeys.map((key) => key.toLowerCase()));
  const state = await readState(beacon, stateId);

  const isOurs = new Map<string, boolean>();
  const validators = state.records("validators");
  const credentialsOf = validators.slices("withdrawalCredentials");
  const validatorOf = validatorsIn(validators, state.balances());
  for (const [index, pubkey] of placesOf(validators, keys)) {
    const counts = ours.has(hexlify(credentialsOf(index)));
    isOurs.set(pubkey, counts);
    if (counts) found.validators.push({ pubkey, ...validatorOf(index) });
    else found.foreign++;
  }
  const pending = state.records("pendingDeposits");
  const depositOf = depositsIn(pending);
  for (const [place, pubkey] of placesOf(pending, keys)) {
    const deposit = depositOf(place);
    if (!isOurs.has(pubkey) && verifyDeposit({ pubkey, ...deposit }, genesisForkVersion)) {
      isOurs.set(pubkey, ours.has(deposit.withdrawalCredentials));
    }
    (isOurs.get(pubkey) === true ? found.pending : found.ignored).push(deposit);
  }
  return found;
}

/** Which records have one of these public keys, with the key, in their order. */
function* placesOf(records: Records, keys: ReadonlySet<string>): Generator<[number, string]> {
  const prefixOf = records.prefixes("pubkey");
  const pubkeyOf = records.slices("pubkey");
  // writing all keys of a million as text would take longer than all else
  const prefixes = new Set([...keys].map((key) => parseInt(key.slice(2, 10), 16)));
  for (let place = 0; place < records.count; place++) {
    if (!prefixes.has(prefixOf(place))) continue;
    const pubkey = hexlify(pubkeyOf(place));
    if (keys.has(pubkey)) yield [place, pubkey];
  }
}

function validatorsIn(records: Records, balanceOf: (index: number) => bigint) {
  const slashed = records.flags("slashed");
  const activationEpoch = records.bigints("activationEpoch");
  const exitEpoch = records.bigints("exitEpoch");
  return (index: number) => ({
    balanceGwei: balanceOf(index),
    slashed: slashed(index),
    activationEpoch: activationEpoch(index),
    exitEpoch: exitEpoch(index),
  });
}

function depositsIn(records: Records) {
  const amount = records.bigints("amount");
  const credentials = records.slices("withdrawalCredentials");
  const signature = records.slices("signature");
  return (place: number) => ({
    withdrawalCredentials: hexlify(credentials(place)),
    amountGwei: amount(place),
    signature: hexlify(signature(place)),
  });
}
