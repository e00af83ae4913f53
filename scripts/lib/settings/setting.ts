/**
 * A table of settings is the one source of flags, variables of the environment, the TOML file, what is printed of
 * them, and their documentation. Here is what a line of such a table says.
 */
import { z } from "zod";
import { Secret } from "../secret.ts";
import type { Kind } from "./kinds.ts";

/** Values of other settings, by name. What is read of them must be named in `from`. */
export type Others = Readonly<Record<string, unknown>>;

/** Something that follows from other settings; asked only where all of `from` are right. */
interface Rule<R> {
  readonly from: readonly string[];
  readonly of: (others: Others) => R;
}

/** What a setting is where nothing sets it. */
export type Otherwise<T> =
  | { readonly kind: "value"; readonly value: T }
  | ({ readonly kind: "derived"; readonly text: string } & Rule<T | undefined>)
  | { readonly kind: "required" }
  | { readonly kind: "optional" }
  | ({ readonly kind: "needed"; readonly when: string } & Rule<boolean>);

export interface Facts<T> {
  /** One sentence. */
  readonly about: string;
  /** What a number counts. */
  readonly unit?: string;
  /** A right value, as a text; for a secret, words that say what one looks like. */
  readonly example: string;
  /** What is wrong beside other settings, after the setting's name; nothing where all is well. */
  readonly check?: {
    readonly from: readonly string[];
    readonly problem: (value: T, others: Others) => string | undefined;
  };
}

export interface Setting<T> extends Facts<T> {
  /** Of what `T` is where there is a value. */
  readonly kind: AnyKind;
  readonly otherwise: Otherwise<T>;
  readonly isSecret: boolean;
  /** The heading under which documents have it. */
  readonly section: string;
}

/* The types of a table's settings differ, and each line checks its own: hence `any`. */
/* eslint-disable @typescript-eslint/no-explicit-any */
export type AnyKind = Kind<any>;
export type AnySetting = Setting<any>;
/* eslint-enable */
export type SettingsTable = Readonly<Record<string, AnySetting>>;

export type Values<Table extends SettingsTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer T> ? T : never;
};

/** A setting with a value of its own where nothing sets it. */
export function withDefault<T>(kind: Kind<T>, value: NoInfer<T>, facts: Facts<NoInfer<T>>): Setting<T> {
  return make(kind, { kind: "value", value }, facts);
}

/** A setting that follows from others where nothing sets it; where nothing follows, it must be set. */
export function derived<T>(
  kind: Kind<T>,
  otherwise: { text: string } & Rule<NoInfer<T> | undefined>,
  facts: Facts<NoInfer<T>>,
): Setting<T> {
  return make(kind, { kind: "derived", ...otherwise }, facts);
}

export function required<T>(kind: Kind<T>, facts: Facts<NoInfer<T>>): Setting<T> {
  return make(kind, { kind: "required" }, facts);
}

/** A setting that may be absent, or that some other makes necessary. */
export function optional<T>(
  kind: Kind<T>,
  { needed, ...facts }: Facts<NoInfer<T> | undefined> & { needed?: { when: string } & Rule<boolean> },
): Setting<T | undefined> {
  return make<T | undefined>(
    kind,
    needed === undefined ? { kind: "optional" } : { kind: "needed", ...needed },
    facts,
  );
}

/** A secret: never a flag, never in the TOML file; in the environment, or in a file that the environment names. */
export function secret({
  rule,
  pattern,
  ...facts
}: Omit<Parameters<typeof optional<Secret>>[1], "unit"> & {
  rule: string;
  pattern: RegExp;
}): Setting<Secret | undefined> {
  const kind: Kind<Secret> = {
    rule,
    schema: z
      .string()
      .regex(pattern)
      .transform((text) => new Secret(text)),
    read: (text) => text,
    show: () => "(set)",
    showWrong: () => undefined,
  };
  return { ...optional(kind, facts), isSecret: true };
}

/** Puts settings under a heading. */
export function section<Table extends SettingsTable>(title: string, table: Table): Table {
  const entries = Object.entries(table).map(([name, setting]) => [name, { ...setting, section: title }]);
  return Object.fromEntries(entries) as Table;
}

function make<T>(kind: AnyKind, otherwise: Otherwise<T>, facts: Facts<T>): Setting<T> {
  return { kind, otherwise, isSecret: false, section: "", ...facts };
}
