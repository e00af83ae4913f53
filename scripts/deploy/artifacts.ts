import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JsonFragment } from "ethers";
import { FatalError } from "../lib/errors.ts";

/// Where a value stands in code, in bytes.
export interface CodeRange {
  start: number;
  length: number;
}

/// What the compiler made of one contract, as Hardhat keeps it.
export interface Artifact {
  contractName: string;
  /// From the project's root.
  sourceName: string;
  /// As the compiler was given it.
  inputSourceName: string;
  buildInfoId: string;
  abi: JsonFragment[];
  bytecode: string;
  deployedBytecode: string;
  /// By the id of their declaration.
  immutableReferences: Record<string, CodeRange[]>;
}

/// A node of the compiler's syntax tree, as far as deploying looks at it.
interface SyntaxNode {
  id: number;
  nodeType: string;
  name?: string;
  mutability?: string;
  absolutePath?: string;
  typeDescriptions?: { typeString?: string };
  nodes?: SyntaxNode[];
}

/// What the compiler was given.
export interface CompilerInput {
  language: string;
  sources: Record<string, { content: string }>;
  settings: { outputSelection: Record<string, Record<string, string[]>> } & Record<string, unknown>;
}

/// An immutable variable, as the source declares it.
export interface ImmutableDeclaration {
  contract: string;
  name: string;
  type: string;
}

/// One run of the compiler.
export interface Build {
  compilerVersion: string;
  input: CompilerInput;
  /// By the ids of their declarations.
  immutables: ReadonlyMap<string, ImmutableDeclaration>;
  /// What each source imports.
  imports: ReadonlyMap<string, readonly string[]>;
}

const ARTIFACTS = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "artifacts");
let files: ReadonlyMap<string, string> | undefined;
const builds = new Map<string, Build>();

/// The artifact of a contract of `contracts/`.
///
/// @throws FatalError where there is none
export function readArtifact(name: string): Artifact {
  files ??= artifactFiles();
  const file = files.get(name);
  if (file === undefined) {
    throw new FatalError(`there is no artifact of ${name}: build the contracts (npm run build)`);
  }
  return readJson(file) as Artifact;
}

/// The run of the compiler that an artifact is from. The first look at it takes a second.
export function readBuild({ contractName, buildInfoId }: Artifact): Build {
  const known = builds.get(buildInfoId);
  if (known !== undefined) return known;
  const path = join(ARTIFACTS, "build-info", buildInfoId);
  if (!existsSync(`${path}.output.json`)) {
    throw new FatalError(
      `what ${contractName} was built from is not kept: build the contracts (npm run build)`,
    );
  }
  const { solcLongVersion, input } = readJson(`${path}.json`) as {
    solcLongVersion: string;
    input: CompilerInput;
  };
  const { output } = readJson(`${path}.output.json`) as {
    output: { sources: Record<string, { ast: SyntaxNode }> };
  };
  const sources = Object.entries(output.sources).map(
    ([source, { ast }]) => [source, ast.nodes ?? []] as const,
  );
  const build = {
    compilerVersion: solcLongVersion,
    input,
    immutables: new Map(sources.flatMap(([, nodes]) => nodes.flatMap(immutablesOf))),
    imports: new Map(sources.map(([source, nodes]) => [source, importsOf(nodes)])),
  };
  builds.set(buildInfoId, build);
  return build;
}

function artifactFiles(): Map<string, string> {
  const folder = join(ARTIFACTS, "contracts");
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".json"))
      .map((path) => [basename(path, ".json"), join(folder, path)]),
  );
}

function immutablesOf({ nodeType, name, nodes }: SyntaxNode): [string, ImmutableDeclaration][] {
  if (nodeType !== "ContractDefinition") return [];
  return (nodes ?? [])
    .filter(({ mutability }) => mutability === "immutable")
    .map((node) => [
      String(node.id),
      { contract: name!, name: node.name!, type: node.typeDescriptions?.typeString ?? "" },
    ]);
}

function importsOf(nodes: readonly SyntaxNode[]): string[] {
  return nodes.filter(({ nodeType }) => nodeType === "ImportDirective").map((node) => node.absolutePath!);
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}
