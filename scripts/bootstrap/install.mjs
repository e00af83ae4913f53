import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmEnvironment, ROOT, run, shell, withNodeFirst } from "./process.mjs";
import { fail, say } from "./say.mjs";

const MODULES = join(ROOT, "node_modules");
const STAMP = join(MODULES, ".kedge-stamp");

/** What an installation depends on: the lock file, and what natives were chosen for. */
function stamp() {
  const lock = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
  return [lock, `node${process.versions.node.split(".")[0]}`, process.platform, process.arch].join(" ");
}

/**
 * Installs what the lock file says, if node_modules is not of this lock file, Node and machine.
 *
 * Not `npm ci`: it insists on the packages of every platform, and a lock file written behind a registry
 * that lacks some of them would never pass.
 */
export async function ensureDependencies() {
  const wanted = stamp();
  const stale = existsSync(MODULES);
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return;
  say(`installing dependencies from package-lock.json (${stale ? "node_modules is stale" : "first run"})`);

  // npm trusts its own list of what is in node_modules, also about natives that another Node left out.
  rmSync(join(MODULES, ".package-lock.json"), { force: true });
  rmSync(STAMP, { force: true });

  const args = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  args.push("--include=dev", "--include=optional");
  const env = withNodeFirst(npmEnvironment(), process.execPath);
  try {
    const { code, interrupted } = await run("npm", args, { env, stdio: ["ignore", 2, "inherit"], shell });
    if (interrupted) process.exit(code);
    if (code !== 0) fail(`npm install failed with code ${code}`);
  } catch (error) {
    fail(`cannot start npm (${error instanceof Error ? error.message : error}); install it`);
  }
  writeFileSync(STAMP, wanted);
}
