import { firstValues } from "./readings.ts";
import type { Leaf, Subjects } from "./subjects.ts";
import type { Fixed, Setting } from "../deploy/tables/tables.ts";

/** What rows are held against. */
export interface Ground {
  subjects: Subjects;
  /** Names of addresses, in small letters. */
  names: ReadonlyMap<string, string>;
}

/** The constructor's input that a row begins as; none for what is set later only. */
export function firstInput(row: Setting | Fixed): string | undefined {
  if ("setter" in row) return row.first === null ? undefined : (row.first ?? row.input ?? row.name);
  return row.input ?? row.name;
}

/** Where a row's first value was handed to the constructor, and what it was. */
export function firstOf(row: Setting | Fixed, ground: Ground): { leaf: Leaf; value: unknown } | undefined {
  return ownInputs(row.contract, ground).find(({ leaf }) => leaf.name === firstInput(row));
}

/** Inputs of a contract's constructor that are not other contracts of the deployment. */
export function ownInputs(contract: string, { subjects, names }: Ground): { leaf: Leaf; value: unknown }[] {
  const subject = subjects.get(contract);
  const contracts = new Set([...names].filter(([, name]) => subjects.has(name)).map(([address]) => address));
  return subject === undefined ? [] : firstValues(subject, contracts);
}

/** A setter by its contract's name and its own. */
export function setterName(row: { contract: string } & ({ setter: string } | { signature: string })): string {
  return `${row.contract}.${"setter" in row ? row.setter : row.signature.split("(")[0]!}`;
}
