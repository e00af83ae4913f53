import { below, child, nodes, type Node } from "./syntax.ts";

/** The library whose constants are the roles of the protocol. */
export const ROLES = "Roles";

/** An expression with what the names of parameters in it stand for. */
export interface Term {
  node: Node;
  scope: Scope;
}

export type Scope = ReadonlyMap<number, Term>;

/** What the parameters of a function or modifier stand for in one call. */
export function bind(fn: Node, given: Node[], scope: Scope): Scope {
  const parameters = nodes(child(fn, "parameters"), "parameters");
  // a call on a value, as libraries have it, gives the first parameter before the brackets
  const offset = Math.max(0, parameters.length - given.length);
  return new Map(given.map((node, i) => [parameters[i + offset]?.id ?? -1, { node, scope }]));
}

/** With what a local variable begins as. */
export function bindLocal(statement: Node, scope: Scope): Scope {
  const [variable, ...others] = nodes(statement, "declarations");
  const node = child(statement, "initialValue");
  if (variable === undefined || others.length > 0 || node === undefined) return scope;
  return new Map([...scope, [variable.id, { node, scope }]]);
}

/** Follows names of parameters and local variables to what they stand for. */
export function resolve(term: Term): Term {
  const next = term.node.nodeType === "Identifier" && term.node["referencedDeclaration"];
  const known = typeof next === "number" ? term.scope.get(next) : undefined;
  return known === undefined ? term : resolve(known);
}

/** The names and senders in an expression, without what stands below them. */
export function outermost(node: Node): Node[] {
  return below(node).flatMap((inner) =>
    inner.nodeType === "Identifier" || isSender({ node: inner }) ? [inner] : outermost(inner),
  );
}

/** `msg.sender`, however it is said. */
export function isSender({ node }: { node: Node }): boolean {
  if (node.nodeType === "FunctionCall") return nameOf(child(node, "expression")) === "_msgSender";
  return node["memberName"] === "sender" && child(node, "expression")?.["name"] === "msg";
}

/** `Roles.X`, or a constant named `X_ROLE`. */
export function roleConstant(node: Node): string | undefined {
  if (node.nodeType === "MemberAccess" && child(node, "expression")?.["name"] === ROLES) return nameOf(node);
  return node.nodeType === "Identifier" && nameOf(node).endsWith("_ROLE") ? nameOf(node) : undefined;
}

/** The parts of a condition, of which all must hold (`&&`) or one (`||`). */
export function parts(condition: Node, operator: "&&" | "||"): Node[] {
  if (condition.nodeType === "TupleExpression") return parts(nodes(condition, "components")[0]!, operator);
  if (condition["operator"] !== operator) return [condition];
  return [child(condition, "leftExpression")!, child(condition, "rightExpression")!].flatMap((side) =>
    parts(side, operator),
  );
}

export function reverts(statement: Node): boolean {
  const first = statement.nodeType === "Block" ? nodes(statement, "statements")[0] : statement;
  if (first?.nodeType === "RevertStatement") return true;
  return nameOf(child(child(first, "expression"), "expression")) === "revert";
}

/** Whether a call goes to another contract. */
export function isExternal(callee: Node): boolean {
  const type = callee["typeDescriptions"] as { typeIdentifier?: string } | undefined;
  return type?.typeIdentifier?.startsWith("t_function_external") ?? false;
}

/** The name of a definition, or that an expression ends in; empty where there is none. */
export function nameOf(node: Node | undefined): string {
  const name = node?.["name"] ?? node?.["memberName"];
  return typeof name === "string" ? name : "";
}
