/** Values as JSON that can be read back: what JSON has no word for is an object with one member that begins with "$". */
import { FatalError } from "../../lib/errors.ts";

type Tagged = [tag: string, inside: unknown];

/** @throws FatalError on symbols */
export function toWire(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return { $bigint: value.toString() };
    case "number":
      return Number.isFinite(value) ? value : { $number: String(value) };
    case "undefined":
      return { $undefined: true };
    case "function":
      return { $function: true };
    case "symbol":
      throw new FatalError("a symbol cannot be recorded");
    case "object":
      return value === null ? null : objectToWire(value);
    default:
      return value;
  }
}

function objectToWire(value: object): unknown {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("hex") };
  if (value instanceof Map) return { $map: [...value].map((entry) => toWire(entry)) };
  if (value instanceof Set) return { $set: [...value].map((item) => toWire(item)) };
  if (Array.isArray(value)) return Array.from(value, (item) => toWire(item));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, toWire(member)]));
}

/** The value again; functions become nothing. */
export function fromWire(wire: unknown): unknown {
  if (typeof wire !== "object" || wire === null) return wire;
  if (Array.isArray(wire)) return wire.map(fromWire);
  const tagged = tagOf(wire);
  if (tagged !== undefined) return fromTagged(tagged);
  return Object.fromEntries(Object.entries(wire).map(([name, member]) => [name, fromWire(member)]));
}

function tagOf(wire: object): Tagged | undefined {
  const entries = Object.entries(wire);
  return entries.length === 1 && entries[0]![0].startsWith("$") ? entries[0] : undefined;
}

function fromTagged([tag, inside]: Tagged): unknown {
  switch (tag) {
    case "$bigint":
      return BigInt(inside as string);
    case "$number":
      return Number(inside);
    case "$bytes":
      return new Uint8Array(Buffer.from(inside as string, "hex"));
    case "$map":
      return new Map((inside as unknown[]).map((entry) => fromWire(entry) as [unknown, unknown]));
    case "$set":
      return new Set((inside as unknown[]).map(fromWire));
    default:
      return undefined;
  }
}
