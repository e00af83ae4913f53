import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Folders that hold nothing written by hand. */
const MADE = new Set(["node_modules", "dist", ".git"]);

/** Files below a folder of the root, as paths from the root with forward slashes; none if it is not there. */
export function filesBelow(root: string, folder: string): string[] {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep))
    .filter((parts) => !parts.some((part) => MADE.has(part)))
    .map((parts) => parts.join("/"))
    .sort();
}

/** Files that git tracks and that are there, as paths from the root. */
export function trackedFiles(root: string): string[] {
  const listed = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  return listed.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
}
