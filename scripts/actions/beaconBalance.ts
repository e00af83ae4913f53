import type { BeaconSource, StateId } from "../lib/beaconClient.ts";
import type { PendingDeposit } from "../lib/beaconSchemas.ts";
import { verifyDeposit } from "../lib/depositData.ts";

/** What a report tells of the beacon chain; see `Report`. */
export interface BeaconFigures {
  beaconBalanceGwei: bigint;
  appeared: bigint;
  exited: bigint;
}

/**
 * What the beacon chain holds for us, in gwei: the balances of the validators of our keys that have credentials of ours,
 * and the pending deposits that will add to one.
 *
 * A key whose validator has foreign credentials counts nothing. Of a key that has no validator yet, deposits count from
 * the first one with a valid signature on, if its credentials are ours: that deposit makes the validator, and those
 * before it are dropped. And how many validators that is, and how many of them have exited by `epoch`.
 */
export async function beaconFigures(parameters: {
  beacon: BeaconSource;
  stateId: StateId;
  pubkeys: readonly string[];
  /** All that are ours: a pool whose depositor was replaced may have several (docs/decisions/0017). */
  credentials: readonly string[];
  genesisForkVersion: string;
  epoch: number;
}): Promise<BeaconFigures> {
  const { beacon, stateId, pubkeys, credentials, genesisForkVersion, epoch } = parameters;
  const figures: BeaconFigures = { beaconBalanceGwei: 0n, appeared: 0n, exited: 0n };
  if (pubkeys.length === 0) return figures;
  const ours = new Set(credentials.map((each) => each.toLowerCase()));
  const keys = new Set(pubkeys.map((key) => key.toLowerCase()));
  const validators = await beacon.validators(stateId, [...keys]);
  const pending = (await beacon.pendingDeposits(stateId)).filter(({ pubkey }) => keys.has(pubkey));

  const isOurs = new Map<string, boolean>();
  for (const validator of validators) {
    const counts = ours.has(validator.withdrawalCredentials);
    isOurs.set(validator.pubkey, counts);
    if (!counts) continue;
    figures.beaconBalanceGwei += validator.balanceGwei;
    figures.appeared++;
    if (validator.exitEpoch <= epoch) figures.exited++;
  }
  for (const deposit of pending) {
    if (!isOurs.has(deposit.pubkey) && hasValidSignature(deposit, genesisForkVersion)) {
      isOurs.set(deposit.pubkey, ours.has(deposit.withdrawalCredentials));
    }
    if (isOurs.get(deposit.pubkey) === true) figures.beaconBalanceGwei += deposit.amountGwei;
  }
  return figures;
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
