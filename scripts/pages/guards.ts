import { readArtifacts, type Artifact } from "../check/artifacts.ts";
import { isSender, nameOf, roleConstant, ROLES } from "./expressions.ts";
import { GuardReader, type GuardedFunction } from "./guardReader.ts";
import { below, child, nodes, Syntax, type Node } from "./syntax.ts";

/** A role, and what is said of it where it is declared. */
export interface DeclaredRole {
  name: string;
  says: string;
}

export interface Scan {
  functions: GuardedFunction[];
  roles: DeclaredRole[];
  /** Uses of a role that were not understood. */
  findings: string[];
}

/** Reads who may call what out of the syntax trees of all contracts that can be deployed. */
export function scanGuards(root: string): Scan {
  const artifacts = readArtifacts(root).filter(({ bytecode }) => bytecode !== "0x");
  const functions: GuardedFunction[] = [];
  const used = new Map<string, string>();
  const met = new Set<string>();
  for (const buildInfoId of new Set(artifacts.map((artifact) => artifact.buildInfoId))) {
    const syntax = Syntax.read(root, buildInfoId);
    for (const { inputSourceName, contractName } of artifacts.filter((a) => a.buildInfoId === buildInfoId)) {
      const contract = syntax.contract(inputSourceName, contractName);
      if (contract?.["contractKind"] !== "contract") continue;
      const reader = new GuardReader(syntax, contract);
      functions.push(...reader.functions());
      for (const place of reader.met) met.add(place);
      for (const [place, text] of usesOfRoles(syntax, contract)) used.set(place, text);
    }
  }
  const missed = [...used].filter(([place]) => !met.has(place));
  return {
    functions: functions.sort((a, b) => compare(a.contract, b.contract) || compare(a.signature, b.signature)),
    roles: readRoles(root, artifacts),
    findings: missed.map(([place, text]) => `${place} uses ${text} in a way that guards no function`),
  };
}

/** The constants of `Roles`, in their order, each with its first sentence. */
function readRoles(root: string, artifacts: readonly Artifact[]): DeclaredRole[] {
  const artifact = artifacts.find(({ contractName }) => contractName === ROLES);
  if (artifact === undefined) return [];
  const library = Syntax.read(root, artifact.buildInfoId).contract(artifact.inputSourceName, ROLES);
  return nodes(library, "nodes")
    .filter((node) => node.nodeType === "VariableDeclaration")
    .map((node) => ({ name: nameOf(node), says: firstSentence(child(node, "documentation")?.["text"]) }));
}

/** Where functions of a contract and its bases name a role of ours, unless they ask who else has it. */
function usesOfRoles(syntax: Syntax, contract: Node): Map<string, string> {
  const uses = syntax
    .linearized(contract)
    .flatMap((base) => nodes(base, "nodes"))
    .filter(({ nodeType }) => nodeType === "FunctionDefinition" || nodeType === "ModifierDefinition")
    .flatMap(askingTheCaller)
    .filter((node) => node.nodeType === "MemberAccess" && roleConstant(node) !== undefined);
  return new Map(uses.map((node) => [syntax.place(node), syntax.text(node)]));
}

/** A node and all below it, but for questions whether somebody who does not call has a role, what is kept of a role, and
 * what an error says of it. */
function askingTheCaller(node: Node): Node[] {
  if (node.nodeType === "IndexAccess" || typeOf(node) === "t_error") return [];
  const [, account] = nodes(node, "arguments");
  const asksOther = nameOf(child(node, "expression")) === "hasRole" && account !== undefined;
  return asksOther && !isSender({ node: account }) ? [] : [node, ...below(node).flatMap(askingTheCaller)];
}

function typeOf(node: Node): unknown {
  return (node["typeDescriptions"] as { typeIdentifier?: unknown } | undefined)?.typeIdentifier;
}

function firstSentence(text: unknown): string {
  const notice = typeof text === "string" ? text.replace(/^\s*@notice\s*/, "").replace(/\s+/g, " ") : "";
  return /^.*?[.](?= [A-Z]|$)/.exec(notice.trim())?.[0] ?? notice.trim();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
