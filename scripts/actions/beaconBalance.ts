import type { BeaconClient, StateId } from "../lib/beaconClient.ts";
import type { PendingDeposit } from "../lib/beaconSchemas.ts";
import { verifyDeposit } from "../lib/depositData.ts";

/**
 * What the beacon chain holds for us, in gwei: the balances of the validators of our keys that have our credentials,
 * and the pending deposits that will add to one.
 *
 * A key whose validator has foreign credentials counts nothing. Of a key that has no validator yet, deposits count from
 * the first one with a valid signature on, if its credentials are ours: that deposit makes the validator, and those
 * before it are dropped.
 */
export async function beaconBalanceGwei(parameters: {
  beacon: BeaconClient;
  stateId: StateId;
  pubkeys: readonly string[];
  withdrawalCredentials: string;
  genesisForkVersion: string;
}): Promise<bigint> {
  const { beacon, stateId, pubkeys, withdrawalCredentials, genesisForkVersion } = parameters;
  if (pubkeys.length === 0) return 0n;
  const ours = withdrawalCredentials.toLowerCase();
  const keys = new Set(pubkeys.map((key) => key.toLowerCase()));
  const validators = await beacon.validators(stateId, [...keys]);
  const pending = (await beacon.pendingDeposits(stateId)).filter(({ pubkey }) => keys.has(pubkey));

  let sum = 0n;
  const isOurs = new Map<string, boolean>();
  for (const validator of validators) {
    isOurs.set(validator.pubkey, validator.withdrawalCredentials === ours);
    if (validator.withdrawalCredentials === ours) sum += validator.balanceGwei;
  }
  for (const deposit of pending) {
    if (!isOurs.has(deposit.pubkey) && hasValidSignature(deposit, genesisForkVersion)) {
      isOurs.set(deposit.pubkey, deposit.withdrawalCredentials === ours);
    }
    if (isOurs.get(deposit.pubkey) === true) sum += deposit.amountGwei;
  }
  return sum;
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
