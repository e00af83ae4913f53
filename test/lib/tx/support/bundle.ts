/** A program and all that it imports as one file of JavaScript: a process that runs it starts in a tenth of the time. */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type * as esbuild from "esbuild";

// tsx brings it
const require = createRequire(createRequire(import.meta.url).resolve("tsx"));
const { build } = require("esbuild") as typeof esbuild;

const REQUIRE = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;

/** @param to a path that ends in `.mjs` */
export async function bundle(program: URL, to: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(program)],
    outfile: to,
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: REQUIRE },
    logLevel: "error",
  });
}
