/** From flags, environment and file to values: flag > environment > TOML file > default. */
import { ConfigurationError } from "../errors.ts";
import { parseSettingsFile, type SettingsFile } from "./files.ts";
import { gather, type Found } from "./gather.ts";
import { envName, fileEnvName, flagName } from "./names.ts";
import { InvalidSettings } from "./problems.ts";
import type { AnySetting, Others, SettingsTable, Values } from "./setting.ts";
import { unknownNames } from "./unknown.ts";

export interface Sources {
  /** By the settings' names; text, `true` or `false` for what is switched, `undefined` for what was not said. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Variables without a text count as not set. */
  readonly env: NodeJS.ProcessEnv;
  readonly file?: SettingsFile | undefined;
}

export interface Resolved<Table extends SettingsTable> {
  readonly values: Values<Table>;
  /** What set each value, as it is spelled there: "--poll-seconds", "KEDGE_POLL_SECONDS", "keeper.toml", "default". */
  readonly origins: { readonly [Name in keyof Table]: string };
}

export const BY_DEFAULT = "default";

/** @throws InvalidSettings with all that is wrong: values, unknown names, what is missing or does not go together */
export function resolveSettings<Table extends SettingsTable>(
  table: Table,
  { flags = {}, env, file }: Sources,
): Resolved<Table> {
  const problems: ConfigurationError[] = [];
  const attempt = <R>(action: () => R): R | undefined => {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  const entries = (file && attempt(() => parseSettingsFile(file))) ?? {};
  problems.push(...unknownNames(table, env, file?.path ?? "", entries));

  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  const broken = new Set<string>();
  const isKnown = (names: readonly string[]) => !names.some((name) => broken.has(name));
  const settle = (name: string, action: () => unknown) => {
    const before = problems.length;
    values[name] = attempt(action);
    if (problems.length > before) broken.add(name);
  };

  for (const [name, setting] of Object.entries(table)) {
    settle(name, () => {
      const found = gather(name, setting, { flags, env, file: file?.path ?? "", entries });
      origins[name] = found?.origin ?? BY_DEFAULT;
      return found === undefined ? undefined : read(setting, found);
    });
  }
  for (const [name, setting] of Object.entries(table)) {
    if (values[name] !== undefined || broken.has(name)) continue;
    const { otherwise } = setting;
    // what follows from a broken setting is not known, and no problem of its own
    if ("from" in otherwise && !isKnown(otherwise.from)) broken.add(name);
    else settle(name, () => valueOtherwise(name, setting, values));
  }
  for (const [name, setting] of Object.entries(table)) {
    const { check } = setting;
    if (check === undefined || !isKnown([name, ...check.from])) continue;
    const problem = check.problem(values[name], values);
    if (problem !== undefined) problems.push(complaint(name, setting, origins[name]!, problem, values[name]));
  }
  if (problems.length > 0) throw new InvalidSettings(problems);
  return { values: values as Values<Table>, origins: origins as Resolved<Table>["origins"] };
}

function read({ kind, example }: AnySetting, { origin, given }: Found): unknown {
  const result = kind.schema.safeParse(typeof given === "string" ? kind.read(given) : given);
  if (result.success) return result.data;
  const place = result.error.issues[0]?.path[0];
  throw new ConfigurationError({
    setting: origin,
    problem: `must be ${kind.rule}${typeof place === "number" ? `; number ${place + 1} is not` : ""}`,
    value: kind.showWrong(given),
    example,
  });
}

function valueOtherwise(name: string, { otherwise, isSecret, example }: AnySetting, values: Others): unknown {
  const missing = (when: string) => {
    const names = isSecret
      ? `${envName(name)} or ${fileEnvName(name)}`
      : `${flagName(name)}, ${envName(name)} or "${name}" in the file`;
    return new ConfigurationError({ setting: name, problem: `is needed${when}: set ${names}`, example });
  };
  switch (otherwise.kind) {
    case "value":
      return otherwise.value;
    case "optional":
      return undefined;
    case "required":
      throw missing("");
    case "needed":
      if (otherwise.of(values)) throw missing(` ${otherwise.when}`);
      return undefined;
    case "derived": {
      const value: unknown = otherwise.of(values);
      if (value === undefined) throw missing("");
      return value;
    }
  }
}

function complaint(
  name: string,
  { kind, isSecret, example }: AnySetting,
  origin: string,
  problem: string,
  value: unknown,
): ConfigurationError {
  const shown = isSecret || value === undefined ? undefined : kind.show(value);
  const setting = origin === BY_DEFAULT ? `${name} (default)` : origin;
  return new ConfigurationError({ setting, problem, value: shown, example });
}
