/**
 * The kinds of values that settings have: how a text is read, what is right, how a value is written again.
 */
import { formatUnits, getAddress, isAddress } from "ethers";
import { z } from "zod";
import { explain } from "../errors.ts";
import { parseAmount } from "../units.ts";
import { shownUrl } from "./urls.ts";

export interface Kind<T> {
  /** What is right, after "must be": "a whole number from 1 to 60". */
  readonly rule: string;
  /** Takes what a TOML file says, or what `read` makes of a text. */
  readonly schema: z.ZodType<T>;
  /** The text of a flag or of the environment as what the schema takes. */
  readonly read: (text: string) => unknown;
  /** A value as it would be written in the environment, without what must not be seen. */
  readonly show: (value: T) => string;
  /** A wrong value, fit to be repeated in a complaint. */
  readonly showWrong: (given: unknown) => unknown;
  /** Said by its name alone as a flag. */
  readonly isSwitch?: boolean;
  /** A flag said twice adds to it. */
  readonly isList?: boolean;
}

const asItIs = <V>(value: V): V => value;

export function wholeNumber(least: number, most: number): Kind<number> {
  return {
    rule: `a whole number from ${least} to ${most}`,
    schema: z.int().min(least).max(most),
    read: (text) => (/^[0-9]+$/.test(text) ? Number(text) : text),
    show: String,
    showWrong: asItIs,
  };
}

/** Ether or Gwei as people write it; the value is in wei. A number without a unit counts the unit named here. */
export function amount(unit: "ether" | "gwei"): Kind<bigint> {
  const decimals = unit === "ether" ? 18 : 9;
  return {
    rule: `an amount in ${unit}`,
    schema: z.union([z.string(), z.number()]).transform((given, context) => {
      const text = String(given).trim();
      try {
        return parseAmount(/[a-z]$/i.test(text) ? text : `${text} ${unit}`);
      } catch (error) {
        context.issues.push({ code: "custom", message: explain(error), input: given });
        return z.NEVER;
      }
    }),
    read: asItIs,
    show: (wei) => formatUnits(wei, decimals).replace(/\.0$/, ""),
    showWrong: asItIs,
  };
}

export function oneOf<const V extends string>(...values: readonly V[]): Kind<V> {
  return {
    rule: `one of ${values.join(", ")}`,
    schema: z.enum(values),
    read: asItIs,
    show: asItIs,
    showWrong: asItIs,
  };
}

/** True or false. */
export function onOrOff(): Kind<boolean> {
  return {
    rule: "true or false",
    schema: z.boolean(),
    read: (text) => (text === "true" ? true : text === "false" ? false : text),
    show: String,
    showWrong: asItIs,
    isSwitch: true,
  };
}

export function text(rule: string, pattern = /^[^\n]+$/): Kind<string> {
  return { rule, schema: z.string().regex(pattern), read: asItIs, show: asItIs, showWrong: asItIs };
}

export function path(): Kind<string> {
  return text("a path", /^[^\n\0]+$/);
}

/** Of an account; the value has its checksum. */
export function address(): Kind<string> {
  return {
    rule: "an address",
    schema: z
      .string()
      .regex(/^0x[0-9a-fA-F]{40}$/)
      .refine(isAddress)
      .transform(getAddress),
    read: asItIs,
    show: asItIs,
    showWrong: asItIs,
  };
}

/** Shown without what follows or precedes the host, where a password or a key may stand. */
export function url(): Kind<string> {
  return {
    rule: "an http or https URL",
    schema: z.url({ protocol: /^https?$/ }),
    read: asItIs,
    show: shownUrl,
    showWrong: (given) => (typeof given === "string" ? shownUrl(given) : given),
  };
}

/** Several of a kind, none twice; with commas between them in a text. */
export function listOf<T>(item: Kind<T>, { least = 0 }: { least?: number } = {}): Kind<T[]> {
  return {
    rule: `a list${least > 0 ? ` of at least ${least}` : ""}, none twice, each ${item.rule}`,
    schema: z
      .array(item.schema)
      .min(least)
      .refine((items) => new Set(items).size === items.length),
    read: (text) => text.split(",").map((part) => item.read(part.trim())),
    show: (items) => items.map(item.show).join(","),
    showWrong: (given) => (Array.isArray(given) ? given.map(item.showWrong) : item.showWrong(given)),
    isList: true,
  };
}
