import { id, Interface } from "ethers";

const word = (hex: string) => hex.replace(/^0x/, "").padStart(64, "0");

/// Answers every call with that number.
export const answering = (value: number) => `0x7f${word(value.toString(16))}60005260206000f3`;

/// Refuses every caller with `error(caller)`.
export function refusing(error: string): string {
  const { selector } = new Interface([`error ${error}(address)`]).getError(error)!;
  return `0x63${selector.slice(2)}60e01b6000523360045260246000fd`;
}

/// Refuses every call with that error.
export function revertingWith(error: string, args: readonly unknown[]): string {
  const data = new Interface([`error ${error}`]).encodeErrorResult(error.split("(")[0]!, args).slice(2);
  const size = data.length / 2;
  const words = data.padEnd(Math.ceil(size / 32) * 64, "0").match(/.{64}/g)!;
  const stores = words.map((part, i) => `7f${part}60${(i * 32).toString(16).padStart(2, "0")}52`);
  return `0x${stores.join("")}60${size.toString(16)}6000fd`;
}

/// Tells, whatever it is called with, that an account was granted these roles.
export function granting(roles: readonly string[], account: string): string {
  const topic = word(id("RoleGranted(bytes32,address,address)"));
  const logs = roles.map((role) => `337f${word(account)}7f${word(role)}7f${topic}60006000a4`);
  return `0x${logs.join("")}00`;
}

/// Tells whatever event it is called with the data of.
export const telling = (topic: string) => `0x3660006000377f${word(topic)}366000a100`;
