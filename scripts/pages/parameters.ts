import { BoundTrials } from "./bounds.ts";
import { constructorFindings, setterFindings } from "./coverage.ts";
import { shownUnit, shownValue } from "./figures.ts";
import type { GuardedFunction } from "./guardReader.ts";
import { code, table } from "./markdown.ts";
import { GOVERNED, type Permissions } from "./permissions.ts";
import { isSame, Readings } from "./readings.ts";
import { firstOf, setterName, type Ground } from "./rows.ts";
import type { Bound, Decision, Fixed, Setting, Step, Tables } from "../deploy/tables/tables.ts";

/** A parameter of the deployment, as far as the pages need it. */
export interface GivenParameter {
  value: unknown;
  unit: string;
  reason: string;
}

export interface ValueRow {
  contract: string;
  name: string;
  value: string;
  unit: string;
  bounds: string;
}

export interface SettingRow extends ValueRow {
  setter: string;
  step: string;
  callers: string;
  delay: string;
}

export interface DecisionRow extends Decision {
  callers: string;
  delay: string;
}

export interface ParameterTables {
  settings: SettingRow[];
  decisions: DecisionRow[];
  fixed: ValueRow[];
  /** What a deployment is told and no contract keeps. */
  others: { name: string; value: string; unit: string; reason: string }[];
}

interface Given extends Ground {
  tables: Tables;
  functions: readonly GuardedFunction[];
  /** Contracts that are governance. */
  governing: ReadonlySet<string>;
  permissions: Permissions;
  parameters: Readonly<Record<string, GivenParameter>>;
}

/** Every value that governance sets or that is fixed at construction, and where tables and contracts disagree. */
export async function parametersOf(given: Given): Promise<{
  tables: ParameterTables;
  findings: string[];
  /** Contracts whose bounds could not be tried. */
  untried: string[];
}> {
  const { tables, functions, governing, subjects, parameters, names } = given;
  const reader = new RowReader(given);
  const deployed = <T extends { contract: string }>(rows: readonly T[]) =>
    sorted(rows.filter(({ contract }) => subjects.has(contract)));
  const settings = [];
  for (const row of deployed(tables.settings)) settings.push(await reader.setting(row));
  const fixed = [];
  for (const row of deployed(tables.fixed)) fixed.push(await reader.fixed(row));

  const used = new Set([...tables.settings, ...tables.fixed].map(({ parameter }) => parameter));
  const others = Object.entries(parameters)
    .filter(([name]) => !used.has(name))
    .map(([name, { value, unit, reason }]) => ({
      name,
      value: shownValue(value, unit, names),
      unit: shownUnit(unit).unit,
      reason,
    }));
  return {
    tables: {
      settings,
      decisions: deployed(tables.decisions).map((row) => ({ ...row, ...callersOf(row, given.permissions) })),
      fixed,
      others: others.sort((a, b) => (a.name < b.name ? -1 : 1)),
    },
    findings: [
      ...setterFindings(tables, functions, governing, subjects),
      ...constructorFindings(tables, given),
      ...reader.findings(),
    ],
    untried: reader.untried(),
  };
}

/** The blocks of docs/parameters.md. */
export function parameterBlocks({ settings, decisions, fixed, others }: ParameterTables): string[] {
  return [
    "# Parameters",
    [
      "What can be set, and what is fixed. Made by `npm run docs:generate` from a deployment with the parameters of the local",
      "chain: values, bounds and steps are those that its contracts answer. `npm run check` fails where a setter, or what a",
      "constructor takes, is missing here, and where a constructor takes what lies beyond a bound. Why a value is what it",
      "is stands in `scripts/deploy/parameters`.",
    ].join("\n"),
    "## What governance sets",
    [
      "The step is the most by which a value moves at once, up or down. Who holds the roles:",
      "[permissions](permissions.md).",
    ].join("\n"),
    table(
      ["contract", "parameter", "setter", "value", "unit", "bounds", "step", "who", "delay"],
      settings.map((row) => [
        row.contract,
        code(row.name),
        code(row.setter),
        row.value,
        row.unit,
        row.bounds,
        row.step,
        row.callers,
        row.delay,
      ]),
    ),
    "## What governance decides case by case",
    table(
      ["contract", "setter", "what", "who", "delay"],
      decisions.map((row) => [row.contract, code(row.setter), row.what, row.callers, row.delay]),
    ),
    "## What is fixed when a contract is made",
    "Nobody changes these. Contracts that hold no value are replaced as a whole, by moving their roles.",
    table(
      ["contract", "parameter", "value", "unit", "bounds"],
      fixed.map((row) => [row.contract, code(row.name), row.value, row.unit, row.bounds]),
    ),
    "## What else a deployment is told",
    table(
      ["parameter", "value", "unit", "why"],
      others.map((row) => [code(row.name), row.value, row.unit, row.reason]),
    ),
  ];
}

/** Makes rows of what the tables name. */
class RowReader {
  readonly #given: Given;
  readonly #readings: Readings;
  readonly #trials: BoundTrials;
  readonly #findings: string[] = [];

  constructor(given: Given) {
    this.#given = given;
    this.#readings = new Readings(given.subjects);
    this.#trials = new BoundTrials(given);
  }

  findings(): string[] {
    return [...this.#findings, ...new Set(this.#readings.findings), ...this.#trials.findings];
  }

  untried(): string[] {
    return [...this.#trials.untried];
  }

  async setting(row: Setting): Promise<SettingRow> {
    const value = await this.#readings.view(row.contract, row.value);
    return {
      ...(await this.#row(row, value)),
      setter: row.setter,
      step: await this.#step(row, value),
      ...callersOf(row, this.#given.permissions),
    };
  }

  async fixed(row: Fixed): Promise<ValueRow> {
    const first = firstOf(row, this.#given)?.value;
    if (row.value === undefined) return this.#row(row, first);
    const value = await this.#readings.view(row.contract, row.value);
    if (first !== undefined && value !== undefined && !isSame(value, first)) {
      this.#findings.push(
        `${row.contract}.${row.name} is ${shownValue(value, "")}, and was made ${shownValue(first, "")}`,
      );
    }
    return this.#row(row, value);
  }

  async #row(row: Setting | Fixed, value: unknown): Promise<ValueRow> {
    const { contract, name, note } = row;
    this.#compare(row, value);
    const least = await this.#readings.bound(contract, row.least);
    const most = await this.#readings.bound(contract, row.most);
    await this.#trials.try(row, least, most);

    const unit = this.#unit(row);
    const show = (figure: unknown) => shownValue(figure, unit, this.#given.names);
    const notes = note === undefined ? [] : [await this.#readings.note(contract, note)];
    return {
      contract,
      name,
      value: value === undefined ? "" : show(value),
      unit: shownUnit(unit).unit,
      bounds: [...range(least, most, show), ...notes].join(", "),
    };
  }

  /** The value is what the deployment was told. */
  #compare({ contract, name, parameter }: Setting | Fixed, value: unknown): void {
    if (parameter === undefined) return;
    const told = this.#given.parameters[parameter];
    if (told === undefined) {
      this.#findings.push(`${contract}.${name} is said to begin as ${parameter}, which is no parameter`);
    } else if (value !== undefined && !Array.isArray(value) && !isSame(value, told.value)) {
      this.#findings.push(
        `${contract}.${name} is ${shownValue(value, "")}, and ${parameter} is ${shownValue(told.value, "")}`,
      );
    }
  }

  async #step({ contract, name, step, ...row }: Setting, value: unknown): Promise<string> {
    const factor = await this.#readings.optional(contract, "MAX_STEP_FACTOR");
    const period = await this.#readings.optional(contract, "STEP_PERIOD");
    if (step === "none") {
      // an address has no step
      if (typeof value === "bigint" && period !== undefined) {
        this.#findings.push(`${contract}.${name} is said to move without steps, and its contract has steps`);
      }
      return "none";
    }
    if ("factor" in step && factor !== undefined && factor !== step.factor) {
      this.#findings.push(`${contract}.${name} is said to move by ${step.factor}, and moves by ${factor}`);
    }
    const text = await this.#stepText(contract, step, this.#unit({ ...row, contract, name, step }));
    return period === undefined ? text : `${text}; once in ${shownValue(period, "seconds")}`;
  }

  async #stepText(contract: string, step: Exclude<Step, "none">, unit: string): Promise<string> {
    const show = async (bound: Bound) =>
      shownValue((await this.#readings.bound(contract, bound)) ?? 0n, unit);
    if ("by" in step) return show(step.by);
    if (!("factor" in step)) return `up by ${await show(step.upBy)}`;
    const { factor, orBy, upBy } = step;
    return [
      `a factor of ${factor}`,
      ...(orBy === undefined ? [] : [`or ${await show(orBy)}`]),
      ...(upBy === undefined ? [] : [`up by ${await show(upBy)} at most`]),
    ].join(", ");
  }

  #unit(row: Setting | Fixed): string {
    if (row.unit !== undefined || row.parameter === undefined) return row.unit ?? "";
    return this.#given.parameters[row.parameter]?.unit ?? "";
  }
}

function callersOf(
  row: Setting | Decision,
  { functions, fixed }: Permissions,
): { callers: string; delay: string } {
  const isOf = (fn: { contract: string; signature: string }) => setterName(fn) === setterName(row);
  const byRole = functions.find(isOf);
  if (byRole !== undefined) return { callers: byRole.callers, delay: byRole.delay };
  // governance calls itself
  return { callers: fixed.find(isOf)?.callers ?? "", delay: GOVERNED };
}

function range(
  least: bigint | undefined,
  most: bigint | undefined,
  show: (figure: bigint) => string,
): string[] {
  if (least !== undefined && most !== undefined) return [`${show(least)} to ${show(most)}`];
  if (least !== undefined) return least === 0n ? [] : [`${show(least)} or more`];
  return most === undefined ? [] : [`up to ${show(most)}`];
}

/** By contract; rows of one contract stay in their order. */
function sorted<T extends { contract: string }>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => (a.contract < b.contract ? -1 : a.contract > b.contract ? 1 : 0));
}
