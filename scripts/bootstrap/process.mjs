import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Settings of npm that are about reaching the registry; all others belong to the npm that called us. */
const REACHING =
  /^npm_config_(registry|ca|cafile|cert|key|proxy|https?_proxy|noproxy|cache|userconfig|globalconfig|strict_ssl|offline|prefer_offline|fetch_\w+)$/i;

/** The environment for a fresh npm: `npm run` leaves variables that would change what a second npm does. */
export function npmEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || REACHING.test(name));
  return { ...Object.fromEntries(kept), npm_config_loglevel: "error", npm_config_progress: "false" };
}

/**
 * The environment with this very Node first in PATH, so that scripts that say `node` get it too.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} execPath
 * @returns {NodeJS.ProcessEnv}
 */
export function withNodeFirst(env, execPath) {
  return { ...env, PATH: [dirname(execPath), env.PATH].filter(Boolean).join(delimiter) };
}

/**
 * The environment in which this Node has SQLite: until 22.13 it is behind a flag.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} version
 * @returns {NodeJS.ProcessEnv}
 */
export function withSqlite(env, version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major !== 22 || minor >= 13) return env;
  return { ...env, NODE_OPTIONS: [env.NODE_OPTIONS, "--experimental-sqlite"].filter(Boolean).join(" ") };
}

/**
 * @typedef {object} Outcome
 * @property {number} code the exit code; 128 + n for a child that signal n ended
 * @property {boolean} interrupted whether we were asked to stop while the child ran
 */

/**
 * Runs a program to its end. Signals sent to us go on to it, and it decides what to do.
 * @param {string} file
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} options
 * @param {(text: string) => void} [onOutput] sees what a piped stdout says
 * @returns {Promise<Outcome>} rejects when the program cannot be started
 */
export function run(file, args, options, onOutput) {
  return new Promise((done, failed) => {
    const child = spawn(file, args, { cwd: ROOT, stdio: "inherit", ...options });
    let interrupted = false;
    const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);

    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      interrupted = true;
      // A terminal sends Ctrl-C to the whole group: the child has it already, and twice means "at once".
      if (signal === "SIGINT" && terminal) return;
      child.kill(signal);
    };
    /** @type {NodeJS.Signals[]} */
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, forward);

    // npm ends the shell between us and dies without a word to us: losing our parent means "stop" as well.
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) forward("SIGTERM");
    }, 500);

    child.stdout?.setEncoding("utf8").on("data", (text) => onOutput?.(text));
    child.on("error", (error) => {
      clearInterval(watch);
      failed(error);
    });
    child.on("close", (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, forward);
      done({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), interrupted });
    });
  });
}

/** npm and npx are scripts on Windows, which only a shell can start. */
export const shell = process.platform === "win32";
