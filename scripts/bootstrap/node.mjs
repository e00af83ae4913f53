import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { npmEnvironment, run, shell, withNodeFirst } from "./process.mjs";
import { fail, say } from "./say.mjs";

/** What runs where the machine's own Node will not do. */
const PINNED = "24.21.0";

/**
 * Hardhat 3 and its EVM want 22.12 or later; even majors up to 24 are known good.
 * @param {string} version
 */
export function isGoodNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return (major === 22 && minor >= 12) || major === 24;
}

/**
 * Returns under a good Node. Under another one, fetches the pinned Node from npm, runs the bootstrap again
 * under it, and exits with its code.
 * @param {string[]} args
 */
export async function ensureNode(args) {
  if (isGoodNode(process.versions.node)) return;
  say(
    `Node ${process.versions.node} will not do (22.12 or later of 22, or 24): running under ${PINNED} from npm`,
  );

  const node = await fetchNode();
  const bootstrap = fileURLToPath(new URL("../bootstrap.mjs", import.meta.url));
  const { code } = await run(node, [bootstrap, ...args], { env: withNodeFirst(process.env, node) });
  process.exit(code);
}

/**
 * Asks npx only where its Node is: started directly, it gets our arguments, signals and streams unchanged.
 * @returns {Promise<string>}
 */
async function fetchNode() {
  let printed = "";
  const args = ["-y", "-p", `node@${PINNED}`, "--", "node", "-p", "process.execPath"];
  try {
    const { code, interrupted } = await run(
      "npx",
      args,
      { env: npmEnvironment(), stdio: ["ignore", "pipe", "inherit"], shell },
      (text) => (printed += text),
    );
    if (interrupted) process.exit(code);
  } catch (error) {
    fail(
      `cannot start npx (${error instanceof Error ? error.message : error}); install Node ${PINNED} or npm`,
    );
  }
  const node = printed.trim().split("\n").pop() ?? "";
  if (!existsSync(node)) fail(`npx did not give Node ${PINNED}; install it by hand`);
  return node;
}
