import { ConfigurationError } from "../errors.ts";
import { readSecretFile } from "./files.ts";
import { envName, fileEnvName, flagName, offFlagName } from "./names.ts";
import type { AnySetting } from "./setting.ts";

/** What a source says of a setting, and how the setting is spelled there. */
export interface Found {
  readonly origin: string;
  readonly given: unknown;
}

export interface Places {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
  /** Path of the TOML file, and what it says. */
  readonly file: string;
  readonly entries: Readonly<Record<string, unknown>>;
}

/**
 * The first source that sets a setting, if any does.
 * @throws ConfigurationError where a secret is in two places, or where others may see it
 */
export function gather(name: string, setting: AnySetting, places: Places): Found | undefined {
  const { flags, env, file, entries } = places;
  const inFlags = Object.hasOwn(flags, name) && flags[name] !== undefined;
  const inFile = Object.hasOwn(entries, name);
  const origin = `${name} in ${file}`;
  if (setting.isSecret) {
    if (inFlags) throw exposed(flagName(name), name, "a flag");
    if (inFile) throw exposed(origin, name, "the file of settings");
    return gatherSecret(name, setting, env);
  }
  if (inFlags) {
    const said = flags[name] === false ? offFlagName(name) : flagName(name);
    return { origin: said, given: flags[name] };
  }
  const given = env[envName(name)];
  if (given !== undefined && given !== "") return { origin: envName(name), given };
  return inFile ? { origin, given: entries[name] } : undefined;
}

function gatherSecret(name: string, { example }: AnySetting, env: NodeJS.ProcessEnv): Found | undefined {
  const [own, byFile] = [envName(name), fileEnvName(name)];
  const [text, path] = [env[own], env[byFile]].map((value) => (value === "" ? undefined : value));
  if (text !== undefined && path !== undefined) {
    const problem = `is set, and so is ${byFile}: say which one counts by taking the other away`;
    throw new ConfigurationError({ setting: own, problem, example });
  }
  if (path !== undefined) return { origin: byFile, given: readSecretFile(byFile, path) };
  return text === undefined ? undefined : { origin: own, given: text };
}

function exposed(origin: string, name: string, place: string): ConfigurationError {
  return new ConfigurationError({
    setting: origin,
    problem: `a secret does not belong into ${place}, where others see it; it should be changed now`,
    example: `${fileEnvName(name)}=/run/secrets/kedge`,
  });
}
