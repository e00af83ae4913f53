import { InvalidArgumentError } from "commander";

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
