import { firstOf, type Ground } from "./rows.ts";
import { withValue, type Subject } from "./subjects.ts";
import type { Fixed, Setting } from "../deploy/tables/tables.ts";

/** Whether constructors take what lies on a bound of the tables, and refuse what lies beyond it. */
export class BoundTrials {
  readonly findings: string[] = [];
  /** Contracts that cannot be made a second time, so that nothing could be tried. */
  readonly untried = new Set<string>();
  readonly #ground: Ground;
  /** Whether a constructor can be called again at all. */
  readonly #repeatable = new Map<Subject, Promise<boolean>>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async try(row: Setting | Fixed, least: bigint | undefined, most: bigint | undefined): Promise<void> {
    const subject = this.#ground.subjects.get(row.contract);
    const first = firstOf(row, this.#ground);
    const bits = /^uint(\d+)$/.exec(first?.leaf.type ?? "")?.[1];
    if (subject === undefined || first === undefined || bits === undefined) return;
    if (!(await this.#isRepeatable(subject))) {
      this.untried.add(row.contract);
      return;
    }

    const refuses = (value: bigint) =>
      subject.refuses(withValue(subject.firstArguments, first.leaf, value.toString()));
    const fits = (value: bigint) => value >= 0n && value < 1n << BigInt(bits);
    const name = `${row.contract}.${row.name}`;
    const beyond = [least === undefined ? -1n : least - 1n, most === undefined ? -1n : most + 1n];
    for (const value of beyond.filter(fits)) {
      if (!(await refuses(value)))
        this.findings.push(`${name} may be ${value}, beyond the bounds of the tables`);
    }
    if (row.isTied === true) return;
    for (const value of [least, most].filter((bound) => bound !== undefined)) {
      if (await refuses(value)) this.findings.push(`${name} may not be ${value}, a bound of the tables`);
    }
  }

  #isRepeatable(subject: Subject): Promise<boolean> {
    const known = this.#repeatable.get(subject);
    if (known !== undefined) return known;
    const found = subject.refuses(subject.firstArguments).then((isRefused) => !isRefused);
    this.#repeatable.set(subject, found);
    return found;
  }
}
