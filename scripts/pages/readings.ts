import { shownValue } from "./figures.ts";
import { leavesOf, valueAt, type Leaf, type Subject, type Subjects } from "./subjects.ts";
import type { Bound, View } from "../deploy/tables/tables.ts";

/** Reads what tables name, and keeps what they name wrongly. */
export class Readings {
  readonly findings: string[] = [];
  readonly #subjects: Subjects;

  constructor(subjects: Subjects) {
    this.#subjects = subjects;
  }

  /** What a view answers; nothing where there is no such view, which is a finding. */
  async view(contract: string, { of = contract, view, args = [], field }: View): Promise<unknown> {
    const subject = this.#subjects.get(of);
    if (subject === undefined || !subject.abi.hasFunction(view)) {
      this.findings.push(`${of} has no ${view}(), which the tables name`);
      return undefined;
    }
    const answer = await subject.read(view, args);
    if (field === undefined) return answer;
    if (typeof answer === "object" && answer !== null && field in answer) {
      return (answer as Record<string, unknown>)[field];
    }
    this.findings.push(`${of}.${view}() has no ${field}, which the tables name`);
    return undefined;
  }

  async bound(contract: string, bound: Bound | undefined): Promise<bigint | undefined> {
    if (bound === undefined || typeof bound === "bigint") return bound;
    const value = await this.view(contract, typeof bound === "string" ? { view: bound } : bound);
    return value === undefined ? undefined : BigInt(value as bigint);
  }

  /** A constant that a contract may have or not. */
  async optional(contract: string, name: string): Promise<bigint | undefined> {
    const has = this.#subjects.get(contract)?.abi.hasFunction(name) ?? false;
    return has ? this.bound(contract, name) : undefined;
  }

  /** A note with the figures of the constants that it names. */
  async note(contract: string, note: string): Promise<string> {
    const names = [...note.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
    const values = await Promise.all(names.map((name) => this.bound(contract, name)));
    return names.reduce((text, name, i) => text.replace(`{${name}}`, shownValue(values[i] ?? 0n, "")), note);
  }
}

/** The leaves of a constructor that are not addresses of the deployment's own contracts, with what was given. */
export function firstValues(
  subject: Subject,
  contracts: ReadonlySet<string>,
): { leaf: Leaf; value: unknown }[] {
  return leavesOf(subject.abi.deploy.inputs)
    .map((leaf) => ({ leaf, value: valueAt(subject.firstArguments, leaf) }))
    .filter(({ value }) => !(typeof value === "string" && contracts.has(value.toLowerCase())));
}

/** Whether two values are the same, however they were read or recorded. */
export function isSame(a: unknown, b: unknown): boolean {
  return String(a).toLowerCase() === String(b).toLowerCase();
}
