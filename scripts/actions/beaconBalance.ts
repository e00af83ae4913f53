import { hexlify } from "ethers";
import type { BeaconSource, StateId } from "../lib/beaconClient.ts";
import { readState } from "../lib/beaconState.ts";
import { verifyDeposit } from "../lib/depositData.ts";
import type { Records } from "../lib/stateBytes/records.ts";

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
  const state = await readState(beacon, stateId);

  const isOurs = new Map<string, boolean>();
  const validators = state.records("validators");
  const credentialsOf = validators.slices("withdrawalCredentials");
  const exitEpoch = validators.numbers("exitEpoch");
  const balanceOf = state.balances();
  for (const [index, pubkey] of placesOf(validators, keys)) {
    const counts = ours.has(hexlify(credentialsOf(index)));
    isOurs.set(pubkey, counts);
    if (!counts) continue;
    figures.beaconBalanceGwei += balanceOf(index);
    figures.appeared++;
    if (exitEpoch(index) <= epoch) figures.exited++;
  }
  const pending = state.records("pendingDeposits");
  const depositOf = depositsIn(pending);
  for (const [place, pubkey] of placesOf(pending, keys)) {
    const deposit = depositOf(place);
    if (!isOurs.has(pubkey) && verifyDeposit({ pubkey, ...deposit }, genesisForkVersion)) {
      isOurs.set(pubkey, ours.has(deposit.withdrawalCredentials));
    }
    if (isOurs.get(pubkey) === true) figures.beaconBalanceGwei += deposit.amountGwei;
  }
  return figures;
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
