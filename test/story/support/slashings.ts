import "../../../scripts/devnet/preset.ts";
import { PROPORTIONAL_SLASHING_MULTIPLIER_BELLATRIX } from "@lodestar/params";
import { isActiveValidator, processSlots } from "@lodestar/state-transition";
import type { Signer } from "ethers";
import { proveSlashed, settleSlashing } from "../../../scripts/actions/proveSlashing.ts";
import { stateOf } from "../../../scripts/devnet/history.ts";
import { eventIn, eventsIn } from "../../../scripts/lib/receipts.ts";
import { GWEI, type World } from "./world.ts";

/// EFFECTIVE_BALANCE_INCREMENT, in gwei.
const INCREMENT = 10n ** 9n;
const BASE_REWARD_FACTOR = 64n;

/// A validator of the story, and its key.
export interface Slashed {
  index: number;
  pubkey: string;
}

/// What a proof of a slashing locked, in shares, and what it asked and did not find, in wei.
export interface Locked {
  shares: bigint;
  asked: bigint;
  uncovered: bigint;
}

/// What a settlement did: shares burnt, their value and the loss that was asked of the bond in wei, the slot of its proof.
export interface Settled {
  slot: number;
  last: boolean;
  loss: bigint;
  shares: bigint;
  value: bigint;
  uncovered: bigint;
  /// Most that the burns left undripped, for the next report: less than a gwei for each second of the drip.
  undripped: bigint;
}

/// Somebody proves slashings, one after the other.
export async function proveAll(world: World, prover: Signer, slashed: Slashed[]): Promise<Locked[]> {
  const locked: Locked[] = [];
  for (const { pubkey } of slashed) {
    const receipt = await proveSlashed(world, prover, pubkey);
    const { shares, asked, uncovered } = eventIn(receipt, world.protocol.BondVault, "BondLocked").args;
    locked.push({ shares, asked, uncovered });
  }
  return locked;
}

/// Burns bond against what each had lost at the last report.
export async function settleAll(world: World, sender: Signer, slashed: Slashed[]): Promise<Settled[]> {
  const { protocol } = world;
  const settled: Settled[] = [];
  for (const { index } of slashed) {
    const receipt = await settleSlashing(world, sender, index);
    const { slot, last } = eventIn(receipt, protocol.SlashingOracle, "SlashingSettled").args;
    const { loss, uncovered } = eventIn(receipt, protocol.BondVault, "BondSettled").args;
    const time = BigInt((await receipt.getBlock()).timestamp);
    const burnt = eventsIn(receipt, protocol.StakedEther, "SharesBurnt").map(({ args }) => args);
    settled.push({
      slot: Number(slot),
      last,
      loss,
      shares: burnt.reduce((sum, { shares }) => sum + shares, 0n),
      value: burnt.reduce((sum, { amount }) => sum + amount, 0n),
      uncovered,
      undripped: burnt.reduce((sum, { dripEnd }) => sum + (dripEnd - time) * GWEI, 0n),
    });
  }
  return settled;
}

/// The balance of a validator after the last block at or before a slot, in wei.
export function balanceAt({ devnet }: World, index: number, slot: number): bigint {
  const record = devnet.chain.history.latestUpTo(slot);
  const state = record && stateOf(record);
  if (state === undefined) throw new Error(`the state at slot ${slot} is not kept`);
  return BigInt(state.balances.get(index)) * GWEI;
}

/// What the end of this epoch takes from a validator, by the beacon chain's own transition, and what of it the slashings of
/// the whole vector cost it by the specification (process_slashings); the rest is for votes that did not come: less than
/// `baseReward`. All in wei. To be asked in the last slot of the epoch.
export function endOfEpoch(
  { devnet }: World,
  index: number,
): { loss: bigint; correlation: bigint; baseReward: bigint } {
  const { state, epoch } = devnet.chain;
  const after = processSlots(state, state.slot + 1, { dontTransferCache: true });
  let active = 0n;
  for (const validator of state.validators.getAllReadonly()) {
    if (isActiveValidator(validator, epoch)) active += BigInt(validator.effectiveBalance);
  }
  const slashed = state.slashings.getAll().reduce((sum, gwei) => sum + BigInt(gwei), 0n);
  const increments = BigInt(devnet.chain.validator(index).effectiveBalance) / INCREMENT;
  const tripled = slashed * BigInt(PROPORTIONAL_SLASHING_MULTIPLIER_BELLATRIX);
  const perIncrement = ((tripled < active ? tripled : active) / INCREMENT) * INCREMENT;
  return {
    loss: BigInt(state.balances.get(index) - after.balances.get(index)) * GWEI,
    correlation: (perIncrement / (active / INCREMENT)) * increments * GWEI,
    baseReward: ((increments * INCREMENT * BASE_REWARD_FACTOR) / sqrt(active)) * GWEI,
  };
}

function sqrt(n: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(n))));
  while (root * root > n) root--;
  while ((root + 1n) * (root + 1n) <= n) root++;
  return root;
}
