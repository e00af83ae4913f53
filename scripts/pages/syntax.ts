import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A node of the compiler's syntax tree; what it has besides depends on its type. */
export interface Node {
  readonly id: number;
  readonly nodeType: string;
  readonly src: string;
  readonly [field: string]: unknown;
}

interface BuildInput {
  input: { sources: Record<string, { content: string }> };
}

interface BuildOutput {
  output: { sources: Record<string, { id: number; ast: Node }> };
}

/** What one compilation knew: its definitions by their ids, and its sources. */
export class Syntax {
  readonly #definitions = new Map<number, Node>();
  readonly #contracts = new Map<string, Node>();
  readonly #files = new Map<number, { source: string; bytes: Buffer }>();

  constructor({ input }: BuildInput, { output }: BuildOutput) {
    for (const [source, { id, ast }] of Object.entries(output.sources)) {
      this.#files.set(id, { source, bytes: Buffer.from(input.sources[source]?.content ?? "") });
      for (const node of nodes(ast, "nodes")) this.#define(source, node);
    }
  }

  /** The compilation with this id, as Hardhat keeps it. */
  static read(root: string, buildInfoId: string): Syntax {
    const path = join(root, "artifacts/build-info", buildInfoId);
    const read = (file: string) => JSON.parse(readFileSync(file, "utf8")) as unknown;
    return new Syntax(read(`${path}.json`) as BuildInput, read(`${path}.output.json`) as BuildOutput);
  }

  /** A definition of a contract, function, modifier or variable. */
  definition(id: unknown): Node | undefined {
    return typeof id === "number" ? this.#definitions.get(id) : undefined;
  }

  contract(source: string, name: string): Node | undefined {
    return this.#contracts.get(`${source}:${name}`);
  }

  /** Every contract, library and interface of the compilation. */
  contracts(): Node[] {
    return [...this.#contracts.values()];
  }

  /** A contract and all its bases, the most derived first. */
  linearized(contract: Node): Node[] {
    const ids = contract["linearizedBaseContracts"] as number[];
    return ids.map((id) => this.definition(id)).filter((node) => node !== undefined);
  }

  /** What a node says in its source, on one line. */
  text({ src }: Node): string {
    const [start = 0, length = 0, file = 0] = src.split(":").map(Number);
    const bytes = this.#files.get(file)?.bytes.subarray(start, start + length);
    return (bytes?.toString("utf8") ?? "").replace(/\s+/g, " ").trim();
  }

  /** Where a node stands, for messages. */
  place({ src }: Node): string {
    const [start = 0, , id = 0] = src.split(":").map(Number);
    const file = this.#files.get(id);
    const line = (file?.bytes.subarray(0, start).toString("utf8").split("\n").length ?? 0).toString();
    return `${file?.source.replace(/^project\//, "") ?? ""}:${line}`;
  }

  #define(source: string, node: Node): void {
    this.#definitions.set(node.id, node);
    if (node.nodeType !== "ContractDefinition") return;
    this.#contracts.set(`${source}:${String(node["name"])}`, node);
    for (const member of nodes(node, "nodes")) this.#definitions.set(member.id, member);
  }
}

/** A node's child, or nothing where it has none. */
export function child(node: Node | undefined, field: string): Node | undefined {
  const value = node?.[field];
  return isNode(value) ? value : undefined;
}

/** A node's list of children. */
export function nodes(node: Node | undefined, field: string): Node[] {
  const value = node?.[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** All that stands right below a node. */
export function below(node: Node): Node[] {
  return Object.values(node).flatMap((value) =>
    isNode(value) ? [value] : Array.isArray(value) ? value.filter(isNode) : [],
  );
}

/** A node and all that stands anywhere below it. */
export function everyNode(node: Node): Node[] {
  return [node, ...below(node).flatMap(everyNode)];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value;
}
