/**
 * Stable JSON: one value has one text. Keys are sorted, `bigint` becomes a decimal string, bytes become
 * 0x-hex, `undefined` members are left out. So records can be compared, hashed and replayed byte for byte.
 */
import { FatalError } from "./errors.ts";

/**
 * @param indent spaces per level; 0 (the default) writes one line without blanks
 * @throws FatalError on what JSON cannot carry without a loss: NaN, Infinity, functions, symbols, Map and
 *   Set, and objects that contain themselves
 */
export function stableStringify(value: unknown, indent = 0): string {
  return JSON.stringify(plain(value, "$", new Set()), null, indent);
}

/** A non-negative or negative decimal string back to `bigint`; the counterpart for numbers in records. */
export function bigintFromJson(value: unknown, name = "value"): bigint {
  if (typeof value === "string" && /^-?(0|[1-9][0-9]*)$/.test(value)) return BigInt(value);
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  throw new FatalError(`${name} is not a whole number in decimal: ${String(value)}`);
}

function plain(value: unknown, path: string, above: Set<object>): unknown {
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "number":
      if (!Number.isFinite(value)) throw new FatalError(`${path} is ${value}, which JSON cannot carry`);
      return value;
    case "string":
    case "boolean":
    case "undefined":
      return value;
    case "object":
      break;
    default:
      throw new FatalError(`${path} is a ${typeof value}, which JSON cannot carry`);
  }
  if (value === null) return null;
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  if (value instanceof Map || value instanceof Set) {
    throw new FatalError(`${path} is a ${value.constructor.name}, which JSON cannot carry`);
  }
  if (above.has(value)) throw new FatalError(`${path} contains itself`);
  if (value instanceof Date) return value.toISOString();
  above.add(value);
  // JSON.stringify writes `undefined` in an array as null: the same is done here, openly.
  const result = Array.isArray(value)
    ? value.map((item, i) => plain(item, `${path}[${i}]`, above) ?? null)
    : sorted(value as Record<string, unknown>, path, above);
  above.delete(value);
  return result;
}

function sorted(record: Record<string, unknown>, path: string, above: Set<object>): Record<string, unknown> {
  // No prototype: a key called "__proto__" is data like any other.
  const result = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(record).sort()) result[key] = plain(record[key], `${path}.${key}`, above);
  return result;
}
