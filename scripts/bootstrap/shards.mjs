import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./process.mjs";

/**
 * The files of tests in TypeScript, dealt out like cards: none twice, none left out, and long ones (stories) to all.
 * @param {number} shards how many lists
 * @param {string} [root] the project
 * @returns {string[][]} paths from the project's root
 */
export function testFiles(shards, root = ROOT) {
  /** @type {string[][]} */
  const lists = Array.from({ length: shards }, () => []);
  for (const [index, path] of [...filesUnder(root, "test")].sort().entries()) {
    lists[index % shards]?.push(path);
  }
  return lists;
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {Generator<string>}
 */
function* filesUnder(root, folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesUnder(root, path);
    else if (/\.test\.ts$/.test(entry.name)) yield path;
  }
}
