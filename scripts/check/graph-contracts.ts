import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { type AbiParameter, readArtifacts, readBases } from "./artifacts.ts";
import type { CheckContext } from "./check.ts";
import { filesBelow } from "./files.ts";
import { findCycle, type Graph, topologicalOrder } from "./graph.ts";

/** What the graph needs to know of a contract of this project. */
export interface ContractFacts {
  name: string;
  /** Neither interface, abstract nor library-like: it has code of its own. */
  deployable: boolean;
  /** Names of all its bases, near and far. */
  bases: string[];
  /** Names of the contracts and interfaces in its constructor's parameters. */
  needs: string[];
}

const STEPS = "scripts/deploy/steps";

/** Contracts are constructed in an order: the graph of constructors has no cycle, and the deployment obeys it. */
export function checkContractGraph({ root, note }: CheckContext): string[] {
  const graph = contractGraph(readContracts(root));
  const cycle = findCycle(graph);
  if (cycle !== undefined) return [`constructors form a cycle: ${cycle.join(" -> ")}`];

  for (const name of topologicalOrder(graph)) note([name, ...(graph.get(name) ?? [])].join(" <- "));
  const steps = filesBelow(root, STEPS).filter((path) => path.endsWith(".ts"));
  const order = deployOrder(
    steps.map((path) => readFileSync(join(root, path), "utf8")),
    new Set(graph.keys()),
  );
  return orderFindings(graph, order);
}

/** Deployable contracts, and for each those that its constructor takes; an interface stands for who has it. */
export function contractGraph(contracts: ContractFacts[]): Graph {
  const deployable = contracts.filter((contract) => contract.deployable);
  const standingFor = (type: string) =>
    deployable.filter(({ name, bases }) => name === type || bases.includes(type)).map(({ name }) => name);
  return new Map(deployable.map(({ name, needs }) => [name, new Set(needs.flatMap(standingFor))]));
}

/** Names of contracts in the order in which the sources of the steps, in theirs, first mention them. */
export function deployOrder(steps: string[], names: ReadonlySet<string>): string[] {
  const order = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && names.has(node.text)) order.add(node.text);
    ts.forEachChild(node, visit);
  };
  for (const text of steps) visit(ts.createSourceFile("step.ts", text, ts.ScriptTarget.Latest));
  return [...order];
}

/** Where a deployment mentions a contract before something that its constructor takes. */
export function orderFindings(graph: Graph, order: string[]): string[] {
  return order.flatMap((name, index) =>
    [...(graph.get(name) ?? [])]
      .filter((needed) => order.indexOf(needed) > index)
      .map((needed) => `${STEPS} come to ${name} before ${needed}, which its constructor takes`),
  );
}

function readContracts(root: string): ContractFacts[] {
  const bases = new Map<string, Map<string, string[]>>();
  return readArtifacts(root).map(({ contractName, inputSourceName, buildInfoId, abi, bytecode }) => {
    if (!bases.has(buildInfoId)) bases.set(buildInfoId, readBases(root, buildInfoId));
    const constructorInputs = abi.find(({ type }) => type === "constructor")?.inputs ?? [];
    return {
      name: contractName,
      deployable: bytecode !== "0x",
      bases: bases.get(buildInfoId)?.get(`${inputSourceName}:${contractName}`) ?? [],
      needs: constructorInputs.flatMap(contractTypes),
    };
  });
}

/** `contract IFoo`, `contract IFoo[2]`, and those inside structs. */
function contractTypes({ internalType = "", components = [] }: AbiParameter): string[] {
  const name = /^contract (\w+)/.exec(internalType)?.[1];
  return [...(name === undefined ? [] : [name]), ...components.flatMap(contractTypes)];
}
