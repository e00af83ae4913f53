import { InvalidArgumentError } from "commander";
import { FatalError } from "../lib/errors.ts";
import { parseAmount } from "../lib/units.ts";

/// Readers of what stands on the command line; what they refuse is named with the option.

export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!/^[0-9]+$/.test(value) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError("Not a whole number.");
  return number;
}

/// An id of any size.
export function id(value: string): bigint {
  if (!/^[0-9]+$/.test(value)) throw new InvalidArgumentError("Not a whole number.");
  return BigInt(value);
}

/// By its form; a checksum is looked at where it is used (`checkedAddress`).
export function address(value: string): string {
  if (!/^0x[0-9a-fA-F]{40}$/.test(value)) throw new InvalidArgumentError("Not an address.");
  return value;
}

/// An amount of ether in wei: "1", "0.5", "20 gwei", "7 wei"; more than nothing.
export function etherAmount(value: string): bigint {
  let wei: bigint;
  try {
    wei = parseAmount(value);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof FatalError ? `${error.message}.` : "Not an amount.");
  }
  if (wei === 0n) throw new InvalidArgumentError("It must be more than nothing.");
  return wei;
}

/// Parts of 10,000.
export function basisPoints(value: string): bigint {
  if (!/^[0-9]{1,5}$/.test(value) || Number(value) > 10_000)
    throw new InvalidArgumentError("Not a number from 0 to 10000: 500 is 5 %.");
  return BigInt(value);
}
