import type { BeaconSource, StateId } from "../lib/beaconClient.ts";
import type { PendingDeposit, ValidatorAnswer } from "../lib/beaconSchemas.ts";
import { verifyDeposit } from "../lib/depositData.ts";

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

/** What counts for us in a state, and what has one of our keys and counts not. */
export interface OurBalances {
  validators: ValidatorAnswer[];
  /** Deposits that will add to a validator of ours. */
  pending: PendingDeposit[];
  foreign: ValidatorAnswer[];
  ignored: PendingDeposit[];
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
  const found: OurBalances = { validators: [], pending: [], foreign: [], ignored: [] };
  if (pubkeys.length === 0) return found;
  const ours = new Set(credentials.map((each) => each.toLowerCase()));
  const keys = new Set(pubkeys.map((key) => key.toLowerCase()));
  const validators = await beacon.validators(stateId, [...keys]);
  const pending = (await beacon.pendingDeposits(stateId)).filter(({ pubkey }) => keys.has(pubkey));

  const isOurs = new Map<string, boolean>();
  for (const validator of validators) {
    const counts = ours.has(validator.withdrawalCredentials);
    isOurs.set(validator.pubkey, counts);
    (counts ? found.validators : found.foreign).push(validator);
  }
  for (const deposit of pending) {
    if (!isOurs.has(deposit.pubkey) && hasValidSignature(deposit, genesisForkVersion)) {
      isOurs.set(deposit.pubkey, ours.has(deposit.withdrawalCredentials));
    }
    (isOurs.get(deposit.pubkey) === true ? found.pending : found.ignored).push(deposit);
  }
  return found;
}

function hasValidSignature(deposit: PendingDeposit, genesisForkVersion: string): boolean {
  return verifyDeposit(
    {
      pubkey: deposit.pubkey,
      withdrawalCredentials: deposit.withdrawalCredentials,
      amountGwei: deposit.amountGwei,
      signature: deposit.signature,
    },
    genesisForkVersion,
  );
}
