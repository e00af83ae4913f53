import { hexlify } from "ethers";
import { stateOf } from "../../../scripts/devnet/history.ts";
import type { World } from "./world.ts";

/// What the pool has on the beacon chain after the last block at or before `slot`, in gwei. Read from the chain's own
/// state, not by the code that builds reports: balances of validators with our credentials, and deposits on their way
/// to them. The world's `lost` keys are those whose deposits the story knows to be lost.
export function beaconTruthGwei({ devnet, credentials, lost }: World, slot: number): bigint {
  const record = devnet.chain.history.latestUpTo(slot);
  const state = record && stateOf(record);
  if (state === undefined) throw new Error(`the state at slot ${slot} is not kept`);
  let sum = 0;
  const ours = new Set<string>();
  const foreign = new Set(lost);
  for (const [index, validator] of state.validators.getAllReadonly().entries()) {
    const isOurs = hexlify(validator.withdrawalCredentials) === credentials;
    (isOurs ? ours : foreign).add(hexlify(validator.pubkey));
    if (isOurs) sum += state.balances.get(index);
  }
  for (const deposit of state.pendingDeposits.getAllReadonly()) {
    const pubkey = hexlify(deposit.pubkey);
    // a validator that is there takes any deposit, whatever its credentials and signature say
    const makesOurs = hexlify(deposit.withdrawalCredentials) === credentials && !foreign.has(pubkey);
    if (ours.has(pubkey) || makesOurs) sum += deposit.amount;
  }
  return BigInt(sum);
}
