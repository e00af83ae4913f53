import type { GuardedFunction } from "./guardReader.ts";
import { isSetByGovernance } from "./permissions.ts";
import { firstInput, ownInputs, setterName, type Ground } from "./rows.ts";
import { leavesOf, type Subjects } from "./subjects.ts";
import type { Tables } from "../deploy/tables/tables.ts";

const SETTINGS = "scripts/deploy/tables/settings.ts";
const FIXED = "scripts/deploy/tables/fixed.ts";

/** Functions that governance alone may call, and their rows: each has one, and none is of something else. */
export function setterFindings(
  tables: Tables,
  functions: readonly GuardedFunction[],
  governing: ReadonlySet<string>,
  subjects: Subjects,
): string[] {
  const governed = functions.filter((fn) => isSetByGovernance(fn, governing) && subjects.has(fn.contract));
  const rows = [...tables.settings, ...tables.decisions];
  const known = new Set(rows.map(setterName));
  const setters = new Set(governed.map(setterName));
  return [
    ...governed
      .filter((fn) => !known.has(setterName(fn)))
      .map((fn) => `${fn.contract}.${fn.signature} is for governance, and in no table of ${SETTINGS}`),
    ...[...known]
      .filter((name) => subjects.has(name.split(".")[0]!) && !setters.has(name))
      .map((name) => `${SETTINGS} names ${name}, which is no function for governance`),
    ...[...new Set([...rows, ...tables.fixed].map(({ contract }) => contract))]
      .filter((contract) => !subjects.has(contract))
      .map((contract) => `the tables name ${contract}, which is not deployed`),
    ...[...setters].flatMap((name) => inputFindings(name, tables, subjects)),
  ];
}

/** Inputs of constructors that no row names, and names that are no inputs. */
export function constructorFindings(tables: Tables, ground: Ground): string[] {
  return [...ground.subjects.keys()].flatMap((contract) => {
    const inputs = new Set(ownInputs(contract, ground).map(({ leaf }) => leaf.name));
    const rows = [...tables.settings, ...tables.fixed].filter((row) => row.contract === contract);
    const named = new Set(rows.map(firstInput).filter((name) => name !== undefined));
    return [
      ...[...inputs]
        .filter((name) => !named.has(name))
        .map((name) => `${contract} is made with ${name}, which is in no table of ${FIXED}`),
      ...[...named]
        .filter((name) => !inputs.has(name))
        .map((name) => `the tables say that ${contract} is made with ${name}, which it is not`),
    ];
  });
}

/** Inputs of a setter of parameters that no row names, and names that are no inputs. */
function inputFindings(name: string, tables: Tables, subjects: Subjects): string[] {
  const [contract = "", setter = ""] = name.split(".");
  const rows = tables.settings.filter((row) => setterName(row) === name);
  if (rows.length === 0) return [];
  const named = new Set(rows.flatMap((row) => [row.input ?? row.name, ...(row.keys ?? [])]));
  const inputs = leavesOf(subjects.get(contract)?.abi.getFunction(setter)?.inputs ?? []);
  const names = new Set(inputs.map((leaf) => leaf.name));
  return [
    ...[...names]
      .filter((input) => !named.has(input))
      .map((input) => `${name} sets ${input}, which is in no table of ${SETTINGS}`),
    ...[...named]
      .filter((input) => !names.has(input))
      .map((input) => `${SETTINGS} says that ${name} sets ${input}, which it does not`),
  ];
}
