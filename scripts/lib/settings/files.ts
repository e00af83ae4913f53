/** The files that settings come from: one in TOML, and one for each secret that is not in the environment. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { parse, TomlError } from "smol-toml";
import { ConfigurationError, explain } from "../errors.ts";
import { envName } from "./names.ts";

/** A file of settings, read but not understood. */
export interface SettingsFile {
  readonly path: string;
  readonly text: string;
}

/** Names the file of settings in the environment; as a flag it is `--config`. */
export const CONFIG_ENV = envName("config");

/** Larger is no secret but a mistake. */
const MAX_SECRET_BYTES = 16_384;

/**
 * The file that the flag, else the environment names, if any.
 * @throws ConfigurationError where it cannot be read
 */
export function openSettingsFile(
  flag: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): SettingsFile | undefined {
  const [setting, path] = flag === undefined ? [CONFIG_ENV, env[CONFIG_ENV]] : ["--config", flag];
  if (path === undefined || path === "") return undefined;
  try {
    return { path, text: readFileSync(path, "utf8") };
  } catch (error) {
    const problem = `cannot be read: ${explain(error)}`;
    throw new ConfigurationError({ setting, problem, value: path, example: "keeper.toml" }, { cause: error });
  }
}

/**
 * What a TOML file says, by name.
 * @throws ConfigurationError with the place of what is no TOML, but not its text: there may be a secret in it
 */
export function parseSettingsFile({ path, text }: SettingsFile): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    const place = error instanceof TomlError ? `${path}:${error.line}:${error.column}` : path;
    throw new ConfigurationError({
      setting: place,
      problem: "is not TOML from here on",
      example: "pollSeconds = 12",
    });
  }
}

/**
 * The secret in a file, without the line break that editors add.
 * @param setting who names the file, for complaints
 * @throws ConfigurationError where there is no such file, or others may read it
 */
export function readSecretFile(setting: string, path: string): string {
  const wrong = (problem: string) =>
    new ConfigurationError({ setting, problem, value: path, example: "/run/secrets/kedge" });
  let file: number;
  try {
    // not blocking: a pipe without a writer is refused below, not waited for
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw wrong(`cannot be read: ${(error as NodeJS.ErrnoException).code ?? explain(error)}`);
  }
  try {
    const { mode, size, isFile } = statOf(file);
    if (!isFile) throw wrong("is not a file");
    if ((mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(3, "0");
      throw wrong(
        `may be read by others (mode ${octal}): run chmod 400 on it, and change the secret if they did`,
      );
    }
    if (size > MAX_SECRET_BYTES) throw wrong(`has ${size} bytes, which is no secret`);
    return readFileSync(file, "utf8").replace(/(\r?\n)+$/, "");
  } finally {
    closeSync(file);
  }
}

function statOf(file: number): { mode: number; size: number; isFile: boolean } {
  const stat = fstatSync(file);
  return { mode: stat.mode, size: stat.size, isFile: stat.isFile() };
}
