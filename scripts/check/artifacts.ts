import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow } from "./files.ts";

/** A parameter as the ABI describes it. */
export interface AbiParameter {
  internalType?: string;
  components?: AbiParameter[];
}

/** What the checks read of Hardhat's artifacts. */
export interface Artifact {
  contractName: string;
  inputSourceName: string;
  buildInfoId: string;
  abi: { type: string; inputs?: AbiParameter[] }[];
  bytecode: string;
  deployedBytecode: string;
}

/** Artifacts of `contracts/` only: neither tests nor dependencies. */
export function readArtifacts(root: string): Artifact[] {
  return filesBelow(root, "artifacts/contracts")
    .filter((path) => path.endsWith(".json"))
    .map((path) => readJson(join(root, path)) as Artifact);
}

/** Names of all bases of every contract in one compilation, by `source:name`. */
export function readBases(root: string, buildInfoId: string): Map<string, string[]> {
  const path = join(root, "artifacts/build-info", `${buildInfoId}.output.json`);
  const { output } = readJson(path) as BuildOutput;

  const definitions = Object.entries(output.sources).flatMap(([source, { ast }]) =>
    ast.nodes.filter(isContract).map((node) => ({ ...node, source })),
  );
  const names = new Map(definitions.map((node) => [node.id, node.name]));
  return new Map(
    definitions.map((node) => [
      `${node.source}:${node.name}`,
      node.linearizedBaseContracts.slice(1).map((id) => names.get(id) ?? ""),
    ]),
  );
}

interface BuildOutput {
  output: { sources: Record<string, { ast: { nodes: ({ nodeType: string } | ContractDefinition)[] } }> };
}

interface ContractDefinition {
  nodeType: "ContractDefinition";
  id: number;
  name: string;
  linearizedBaseContracts: number[];
}

function isContract(node: { nodeType: string } | ContractDefinition): node is ContractDefinition {
  return node.nodeType === "ContractDefinition";
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
