/**
 * Where secrets come from: files that nobody else can read, or the environment. Neither their text nor, since one may be
 * given by mistake in its place, the path is ever repeated.
 */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { ConfigurationError } from "../errors.ts";

/** The least characters of a new password, as deposit tools ask for. */
const MIN_PASSWORD = 12;

/** No file of a secret is longer, in bytes. */
const MAX_SECRET = 4_096;

/**
 * The one line of a file.
 * @param setting named in errors
 * @throws ConfigurationError where it cannot be read, others may read it, or it is not one line of UTF-8
 */
export async function readSecretFile(path: string, setting: string): Promise<string> {
  const refuse = (problem: string) => {
    return new ConfigurationError({ setting, problem, example: "a file of one line and mode 0400" });
  };
  let text: string;
  try {
    const file = await open(path, constants.O_RDONLY);
    try {
      const stats = await file.stat();
      if (!stats.isFile() && !stats.isFIFO()) throw refuse("is no file");
      if ((stats.mode & 0o077) !== 0)
        throw refuse("others can read the file: take that right away (chmod 400)");
      if (stats.size > MAX_SECRET) throw refuse(`the file is longer than ${MAX_SECRET} bytes`);
      text = new TextDecoder("utf-8", { fatal: true }).decode(await file.readFile());
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw refuse(`the file cannot be read (${code ?? "no errno"})`);
  }
  const [line, ...more] = text.replace(/\r?\n$/, "").split(/\r?\n/);
  if (more.length > 0) throw refuse("the file has more than one line");
  if (line === undefined || line.trim() === "") throw refuse("the file is empty");
  return line;
}

/** Takes a variable out of the environment, where reports of crashes and children would find it. */
export function takeVariable(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const value = environment[name];
  delete environment[name];
  return value;
}

/**
 * Refuses a password that is too short for a new keystore. What EIP-2335 strips does not count.
 * @throws ConfigurationError
 */
export function requireStrength(password: string, setting: string): void {
  const kept = password.normalize("NFKD").replaceAll(/\p{Cc}/gu, "");
  if ([...kept].length < MIN_PASSWORD) {
    throw new ConfigurationError({
      setting,
      problem: `the password has fewer than ${MIN_PASSWORD} characters`,
      example: "four words drawn by dice",
    });
  }
}
