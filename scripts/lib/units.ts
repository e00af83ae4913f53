/**
 * Units of money and of beacon time. Money is `bigint` only; no figure here ever passes through a float.
 *
 * wei = 1e-18 ether (execution layer) · Gwei = 1e-9 ether (consensus layer balances).
 * Slots, epochs and timestamps are plain numbers (they stay far below 2^53); the epochs of a validator are
 * `bigint`, because "never" is 2^64 - 1.
 */
import { FatalError } from "./errors.ts";

export const WEI_PER_GWEI = 10n ** 9n;
export const WEI_PER_ETHER = 10n ** 18n;
export const GWEI_PER_ETHER = 10n ** 9n;

const DECIMALS = new Map([
  ["ether", 18],
  ["eth", 18],
  ["gwei", 9],
  ["wei", 0],
]);

/** "Never", as the consensus specification writes it in epochs: 2^64 - 1. */
export const FAR_FUTURE_EPOCH = 2n ** 64n - 1n;

/* MONEY */

/** Gwei to wei, exact. */
export function gweiToWei(amountGwei: bigint): bigint {
  return amountGwei * WEI_PER_GWEI;
}

/** Wei to Gwei, rounded toward minus infinity: what is less than a Gwei does not count. */
export function weiToGweiDown(amountWei: bigint): bigint {
  const quotient = amountWei / WEI_PER_GWEI;
  return amountWei < 0n && amountWei % WEI_PER_GWEI !== 0n ? quotient - 1n : quotient;
}

/** Wei to Gwei; throws `FatalError` where a remainder would be lost. */
export function weiToGweiExact(amountWei: bigint): bigint {
  if (amountWei % WEI_PER_GWEI !== 0n) {
    throw new FatalError(`${amountWei} wei is not a whole number of Gwei`);
  }
  return amountWei / WEI_PER_GWEI;
}

/**
 * Ether as a decimal number for people: `digits` places, truncated toward zero (a balance is never shown
 * larger than it is), thousands separated by commas, trailing zeros kept so that columns align.
 */
export function formatEther(amountWei: bigint, digits = 4): string {
  return formatUnits(amountWei, 18, digits);
}

/** Gwei as ether: the same rules as `formatEther`. */
export function formatGweiAsEther(amountGwei: bigint, digits = 4): string {
  return formatUnits(amountGwei, 9, digits);
}

/** Wei as Gwei, for fees: the same rules as `formatEther`. */
export function formatGwei(amountWei: bigint, digits = 2): string {
  return formatUnits(amountWei, 9, digits);
}

/**
 * Reads an amount written by a person: "32", "0.5", "1,234.5", "32 ETH", "20 gwei", "7 wei".
 * Without a unit it is ether. Throws `FatalError` on anything else, on a sign, on an exponent, and on more
 * places than the unit has: nothing is rounded silently.
 * @returns wei
 */
export function parseAmount(text: string): bigint {
  const match = /^\s*([0-9][0-9,_]*)(?:\.([0-9]+))?\s*([a-z]+)?\s*$/i.exec(text);
  const [, whole, fraction = "", unit = "ether"] = match ?? [];
  const decimals = DECIMALS.get(unit.toLowerCase());
  if (whole === undefined || decimals === undefined || !groupsAreThousands(whole)) {
    throw new FatalError(`"${text}" is not an amount; write it like 32, 0.5, "1,234.5 ETH" or "20 gwei"`);
  }
  if (fraction.length > decimals) {
    throw new FatalError(`"${text}" has ${fraction.length} decimal places; ${unit} has ${decimals}`);
  }
  const digits = whole.replaceAll(/[,_]/g, "") + fraction.padEnd(decimals, "0");
  return BigInt(digits);
}

function groupsAreThousands(whole: string): boolean {
  return /^[0-9]+$/.test(whole) || /^[0-9]{1,3}([,_][0-9]{3})+$/.test(whole);
}

function formatUnits(amount: bigint, decimals: number, digits: number): string {
  if (!Number.isInteger(digits) || digits < 0 || digits > decimals) {
    throw new FatalError(`cannot show ${digits} decimal places of a unit that has ${decimals}`);
  }
  const magnitude = amount < 0n ? -amount : amount;
  const padded = magnitude.toString().padStart(decimals + 1, "0");
  const whole = padded.slice(0, -decimals).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = padded.slice(-decimals).slice(0, digits);
  const text = digits === 0 ? whole : `${whole}.${fraction}`;
  // "-0.0000" would say that something is negative and nothing at once.
  return amount < 0n && /[1-9]/.test(text) ? `-${text}` : text;
}

/* BEACON TIME */

/** What is needed to turn slots into time: from `config/spec` and `beacon/genesis`. */
export interface BeaconTime {
  /** Start of slot 0, in seconds since 1970. */
  readonly genesisTime: number;
  readonly secondsPerSlot: number;
  readonly slotsPerEpoch: number;
}

/** The slot that is running at `timestamp` (seconds). Throws `FatalError` before genesis. */
export function slotAt(timestamp: number, { genesisTime, secondsPerSlot }: BeaconTime): number {
  if (timestamp < genesisTime) {
    throw new FatalError(`timestamp ${timestamp} is before genesis (${genesisTime})`);
  }
  return Math.floor((timestamp - genesisTime) / secondsPerSlot);
}

/** The first second of `slot`. */
export function timeAt(slot: number, { genesisTime, secondsPerSlot }: BeaconTime): number {
  return genesisTime + whole(slot, "slot") * secondsPerSlot;
}

/** The epoch to which `slot` belongs. */
export function epochOf(slot: number, { slotsPerEpoch }: Pick<BeaconTime, "slotsPerEpoch">): number {
  return Math.floor(whole(slot, "slot") / slotsPerEpoch);
}

/** The first slot of `epoch`. */
export function firstSlotOf(epoch: number, { slotsPerEpoch }: Pick<BeaconTime, "slotsPerEpoch">): number {
  return whole(epoch, "epoch") * slotsPerEpoch;
}

function whole(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new FatalError(`${name} ${value} is not a whole number`);
  return value;
}
