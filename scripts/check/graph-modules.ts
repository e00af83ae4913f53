import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import type { CheckContext } from "./check.ts";
import { filesBelow } from "./files.ts";
import { findCycle, type Graph } from "./graph.ts";

/** What a layer of scripts/ may import from the project, besides itself. A folder not named may import all. */
const LAYERS: Record<string, string[]> = {
  "scripts/lib": [],
  "scripts/actions": ["scripts/lib"],
  "scripts/deploy": ["scripts/lib"],
  "scripts/keepers": ["scripts/lib", "scripts/actions"],
  "scripts/cli": ["scripts/lib", "scripts/actions", "scripts/keepers"],
  dapp: ["scripts/lib", "scripts/actions"],
};

/** What is made by tools, and every layer may use. */
const SHARED = ["typechain-types", "deployments"];

/** TypeScript modules have no cycle, not even of types, and lower layers know nothing of higher ones. */
export function checkModuleGraph({ root, note }: CheckContext): string[] {
  const files = ["scripts", "test", "dapp"]
    .flatMap((folder) => filesBelow(root, folder))
    .filter((path) => /\.(ts|tsx|mts|mjs|js)$/.test(path));
  const sources = new Map(files.map((path) => [path, readFileSync(join(root, path), "utf8")]));
  note(`${sources.size} modules`);

  const graph = moduleGraph(sources);
  const cycle = findCycle(graph);
  return [
    ...(cycle === undefined ? [] : [`modules form a cycle: ${cycle.join(" -> ")}`]),
    ...layerFindings(graph),
  ];
}

/** Who imports whom, types included; packages are left out. */
export function moduleGraph(sources: ReadonlyMap<string, string>): Graph {
  return new Map(
    [...sources].map(([path, text]) => {
      const imports = ts
        .preProcessFile(text, true, true)
        .importedFiles.map(({ fileName }) => fileName)
        .filter((name) => name.startsWith("."))
        .map((name) => resolveModule(posix.join(posix.dirname(path), name), sources));
      return [path, new Set(imports)];
    }),
  );
}

/** Imports that go up, or from one keeper to another. */
export function layerFindings(graph: Graph): string[] {
  return [...graph].flatMap(([path, imports]) =>
    [...imports]
      .filter((target) => !mayImport(path, target))
      .map((target) => `${path} may not import ${target}`),
  );
}

function mayImport(path: string, target: string): boolean {
  const layer = Object.keys(LAYERS).find((folder) => path.startsWith(`${folder}/`));
  if (layer === undefined) return true;

  const allowed = [layer, ...(LAYERS[layer] ?? []), ...SHARED];
  if (!allowed.some((folder) => target.startsWith(`${folder}/`))) return false;

  const [from, to] = [keeperOf(path), keeperOf(target)];
  return from === undefined || to === undefined || from === to;
}

/** Each folder of scripts/keepers is one keeper; files beside them are what all keepers share. */
function keeperOf(path: string): string | undefined {
  return /^scripts\/keepers\/([^/]+)\//.exec(path)?.[1];
}

/** The file meant by a path, which may say `.js` for `.ts` or name a folder. */
function resolveModule(path: string, sources: ReadonlyMap<string, string>): string {
  const bare = path.replace(/\.js$/, "");
  const candidates = [path, `${bare}.ts`, `${bare}.tsx`, `${bare}/index.ts`];
  return candidates.find((candidate) => sources.has(candidate)) ?? path;
}
