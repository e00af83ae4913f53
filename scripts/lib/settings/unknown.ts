import { ConfigurationError } from "../errors.ts";
import { CONFIG_ENV } from "./files.ts";
import { ENV_PREFIX, envName, fileEnvName, nearest } from "./names.ts";
import type { SettingsTable } from "./setting.ts";

/** Variables and entries of the file that no setting has: a slip of the pen would else go unseen. */
export function unknownNames(
  table: SettingsTable,
  env: NodeJS.ProcessEnv,
  path: string,
  entries: Readonly<Record<string, unknown>>,
): ConfigurationError[] {
  const variables = new Set([
    CONFIG_ENV,
    ...Object.entries(table).flatMap(([name, { isSecret }]) =>
      isSecret ? [envName(name), fileEnvName(name)] : [envName(name)],
    ),
  ]);
  const names = new Set(Object.keys(table));
  return [
    ...Object.keys(env)
      .filter((name) => name.startsWith(ENV_PREFIX) && !variables.has(name))
      .map((name) => unknown(name, name, variables)),
    ...Object.keys(entries)
      .filter((name) => !names.has(name))
      .map((name) => unknown(`${name} in ${path}`, name, names)),
  ];
}

/** Its value is not repeated: under the name of a secret that was misspelled there stands a secret. */
function unknown(setting: string, name: string, known: ReadonlySet<string>): ConfigurationError {
  const near = nearest(name, known);
  return new ConfigurationError({
    setting,
    problem: `there is no such setting${near === undefined ? "" : `: ${near} is meant?`}`,
    example: near ?? [...known].at(0) ?? "",
  });
}
