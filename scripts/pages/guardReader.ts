import {
  bind,
  bindLocal,
  isExternal,
  isSender,
  nameOf,
  outermost,
  parts,
  resolve,
  reverts,
  roleConstant,
  type Scope,
  type Term,
} from "./expressions.ts";
import { below, child, everyNode, nodes, type Node, type Syntax } from "./syntax.ts";

/** Who may call a function. */
export type Caller =
  /** A holder of a role that `keeper` keeps. With `account`, the role is not the caller's but that account's. */
  | { kind: "role"; keeper: string; role: string; account?: string }
  /** What governance decides, and nobody else. */
  | { kind: "governance" }
  /** The contract that a variable names, fixed when the callee was constructed; or the callee (`this`). */
  | { kind: "contract"; variable: string }
  /** Whoever meets a condition over what is stored. */
  | { kind: "condition"; text: string };

/** One of these must call, at least when the condition holds. */
export interface Guard {
  callers: Caller[];
  when?: string;
}

/** A function that not everyone may call, or not always. All its guards must be met. */
export interface GuardedFunction {
  contract: string;
  signature: string;
  guards: Guard[];
}

/** Who keeps the roles that `_requireRole` asks for. */
const AUTHORITY = "Authority";
/** What a local variable stands for is told up to this length, and by its name beyond. */
const MAX_REPLACEMENT = 32;

/** Follows each function of one contract through modifiers and internal calls. */
export class GuardReader {
  /** Where the roles stand that were understood. */
  readonly met = new Set<string>();
  readonly #syntax: Syntax;
  readonly #contract: Node;
  readonly #bases: Node[];
  #guards = new Map<string, Guard>();
  #visited = new Set<string>();

  constructor(syntax: Syntax, contract: Node) {
    this.#syntax = syntax;
    this.#contract = contract;
    this.#bases = syntax.linearized(contract);
  }

  functions(): GuardedFunction[] {
    const entries = new Map<string, Node>();
    for (const node of this.#bases.flatMap((base) => nodes(base, "nodes"))) {
      const key = String(node["functionSelector"] ?? node["kind"]);
      if (isEntry(node) && !entries.has(key)) entries.set(key, node);
    }
    return [...entries.values()].flatMap((entry) => {
      this.#guards = new Map();
      this.#visited = new Set();
      this.#enter(entry, new Map(), undefined);
      // what only tells something is guarded by a role or not at all
      const isView = ["view", "pure"].includes(String(entry["stateMutability"]));
      const guards = [...this.#guards.values()].filter(
        ({ callers }) => !isView || callers.some(({ kind }) => kind === "role"),
      );
      if (guards.length === 0) return [];
      return [{ contract: nameOf(this.#contract), signature: signature(entry), guards }];
    });
  }

  /** Goes through a function's modifiers and its body. */
  #enter(fn: Node, scope: Scope, when: string | undefined): void {
    const key = [fn.id, when, ...[...scope.values()].map(({ node }) => node.id)].join(" ");
    if (this.#visited.has(key)) return;
    this.#visited.add(key);
    for (const invocation of nodes(fn, "modifiers")) {
      const name = child(invocation, "modifierName");
      const modifier = this.#overriding(name?.["referencedDeclaration"], fn);
      if (modifier?.nodeType !== "ModifierDefinition") continue;
      if (nameOf(modifier) === "onlyGovernance") {
        this.#add({ callers: [{ kind: "governance" }], when });
        continue;
      }
      this.#enter(modifier, bind(modifier, nodes(invocation, "arguments"), scope), when);
    }
    const body = child(fn, "body");
    if (body !== undefined) this.#walk(body, scope, when);
  }

  #walk(node: Node, scope: Scope, when: string | undefined): Scope {
    switch (node.nodeType) {
      case "Block":
      case "UncheckedBlock":
        // what a local variable begins as is seen by what comes after it
        return nodes(node, "statements").reduce((inner, next) => this.#walk(next, inner, when), scope);
      case "VariableDeclarationStatement":
        this.#walkBelow(node, scope, when);
        return bindLocal(node, scope);
      case "IfStatement":
        this.#walkIf(node, scope, when);
        return scope;
      case "FunctionCall":
        this.#walkCall(node, scope, when);
        return scope;
      default:
        this.#walkBelow(node, scope, when);
        return scope;
    }
  }

  #walkBelow(node: Node, scope: Scope, when: string | undefined): void {
    for (const next of below(node)) this.#walk(next, scope, when);
  }

  #walkIf(node: Node, scope: Scope, when: string | undefined): void {
    const condition = child(node, "condition")!;
    const [then, otherwise] = [child(node, "trueBody")!, child(node, "falseBody")];
    this.#walk(condition, scope, when);
    if (reverts(then)) {
      for (const part of parts(condition, "||")) this.#demand(part, scope, when, false);
    } else {
      this.#walk(then, scope, both(when, this.#textOf(condition, scope)));
    }
    if (otherwise !== undefined)
      this.#walk(otherwise, scope, both(when, `!(${this.#textOf(condition, scope)})`));
  }

  #walkCall(node: Node, scope: Scope, when: string | undefined): void {
    this.#walkBelow(node, scope, when);
    const callee = child(node, "expression");
    const given = nodes(node, "arguments");
    const name = nameOf(callee);
    if (name === "require" && given[0] !== undefined) {
      for (const part of parts(given[0], "&&")) this.#demand(part, scope, when, true);
      return;
    }
    if (name === "_requireRole" || name === "_checkRole") {
      this.#add({ callers: [this.#roleCaller(node, scope)], when });
      return;
    }
    if (callee === undefined) return;
    if (isExternal(callee)) {
      // another contract that is asked to refuse the caller
      const asks = given.some((argument) => isSender(resolve({ node: argument, scope })));
      const isDemand = asks && /^require[A-Z]/.test(name);
      if (isDemand) this.#add({ callers: [{ kind: "condition", text: this.#textOf(node, scope) }], when });
      return;
    }
    const isSuper = child(callee, "expression")?.["name"] === "super";
    const id = callee["referencedDeclaration"];
    const fn = isSuper ? this.#syntax.definition(id) : this.#overriding(id, callee);
    if (fn?.nodeType === "FunctionDefinition") this.#enter(fn, bind(fn, given, scope), when);
  }

  /** What must hold, or must not where `holds` is false: a guard if it asks who calls. */
  #demand(condition: Node, scope: Scope, when: string | undefined, holds: boolean): void {
    const callers = parts(condition, holds ? "||" : "&&").map((part) => this.#caller(part, scope, holds));
    // one part that anyone may meet is no guard
    if (!callers.every((caller) => caller !== undefined)) return;
    if (callers.every((caller) => caller.kind === "condition")) {
      if (callers.every(({ isLoose }) => isLoose)) return;
      const text = callers.map((caller) => caller.text).join(" || ");
      this.#add({ callers: [{ kind: "condition", text }], when });
      return;
    }
    this.#add({ callers, when });
  }

  /** Who is asked for by one part of a condition; a loose part is a guard only beside others that are not. */
  #caller(condition: Node, scope: Scope, holds: boolean): (Caller & { isLoose?: boolean }) | undefined {
    if (!holds && condition["operator"] === "!") {
      return this.#caller(child(condition, "subExpression")!, scope, true);
    }
    const isRole = nameOf(child(condition, "expression")) === "hasRole";
    if (isRole) return holds ? this.#roleCaller(condition, scope) : undefined;
    const text = this.#textOf(condition, scope);
    if (condition["operator"] === (holds ? "==" : "!=")) {
      const sides = [child(condition, "leftExpression")!, child(condition, "rightExpression")!];
      const senders = sides.map((side) => isSender(resolve({ node: side, scope })));
      if (senders[0] !== senders[1]) {
        const variable = this.#fixed({ node: sides[senders[0] ? 1 : 0]!, scope });
        return variable === undefined
          ? { kind: "condition", text: holds ? text : text.replace("!=", "==") }
          : { kind: "contract", variable };
      }
    }
    const asks = everyNode(condition).some((node) => isSender(resolve({ node, scope })));
    const type = (condition["typeDescriptions"] as { typeString?: string } | undefined)?.typeString;
    if (!holds || !asks || type !== "bool") return undefined;
    if (condition.nodeType === "IndexAccess") return { kind: "condition", text };
    return condition.nodeType === "FunctionCall" ? { kind: "condition", text, isLoose: true } : undefined;
  }

  /** A condition in the words of the function that was called: names of parameters and locals are replaced. */
  #textOf(node: Node, scope: Scope): string {
    const term = resolve({ node, scope });
    if (isSender(term)) return "msg.sender";
    const text = this.#syntax.text(term.node);
    const isLong = term.node !== node && text.length > MAX_REPLACEMENT;
    if (isLong) return this.#syntax.text(node);
    return outermost(term.node)
      .map((inner) => [this.#syntax.text(inner), this.#textOf(inner, term.scope)] as const)
      .filter(([before, after]) => before !== after)
      .reduce((whole, [before, after]) => whole.replace(before, () => after), text);
  }

  /** The role that a call asks for, and of whom. */
  #roleCaller(call: Node, scope: Scope): Caller {
    const callee = child(call, "expression");
    const [role, account] = nodes(call, "arguments");
    const isOwn = nameOf(callee) === "_checkRole" || (callee !== undefined && !isExternal(callee));
    const keeper = isOwn && nameOf(callee) !== "_requireRole" ? nameOf(this.#contract) : AUTHORITY;
    const { node } = resolve({ node: role!, scope });
    const name = roleConstant(node) ?? this.#syntax.text(node);
    this.met.add(this.#syntax.place(node));
    const whose = account === undefined ? undefined : resolve({ node: account, scope });
    if (whose === undefined || isSender(whose)) return { kind: "role", keeper, role: name };
    return { kind: "role", keeper, role: name, account: this.#syntax.text(whose.node) };
  }

  /** The variable of a contract that is fixed at construction, or `this`. */
  #fixed(term: Term): string | undefined {
    const { node, scope } = resolve(term);
    if (node.nodeType === "FunctionCall" && node["kind"] === "typeConversion") {
      return this.#fixed({ node: nodes(node, "arguments")[0]!, scope });
    }
    if (node.nodeType !== "Identifier") return undefined;
    if (node["name"] === "this") return "this";
    const mutability = this.#syntax.definition(node["referencedDeclaration"])?.["mutability"];
    return mutability === "immutable" || mutability === "constant" ? nameOf(node) : undefined;
  }

  /** What a reference to a function or modifier leads to in this contract: the most derived that overrides it. */
  #overriding(id: unknown, from: Node): Node | undefined {
    if (typeof id !== "number") return undefined;
    const candidates = this.#bases.flatMap((base) => nodes(base, "nodes"));
    return (
      candidates.find((node) => node !== from && this.#overrides(node, id)) ?? this.#syntax.definition(id)
    );
  }

  #overrides(node: Node, id: number): boolean {
    if (node.id === id) return true;
    const bases = (node["baseFunctions"] ?? node["baseModifiers"] ?? []) as number[];
    return bases.some((base) => {
      const definition = this.#syntax.definition(base);
      return base === id || (definition !== undefined && this.#overrides(definition, id));
    });
  }

  #add({ callers, when }: Guard & { when: string | undefined }): void {
    const guard = when === undefined ? { callers } : { callers, when };
    this.#guards.set(JSON.stringify(guard), guard);
  }
}

/** Functions that a transaction can call. */
function isEntry(node: Node): boolean {
  return (
    node.nodeType === "FunctionDefinition" &&
    node["implemented"] === true &&
    ["function", "receive", "fallback"].includes(String(node["kind"])) &&
    ["external", "public"].includes(String(node["visibility"]))
  );
}

function signature(fn: Node): string {
  const types = nodes(child(fn, "parameters"), "parameters").map((parameter) =>
    (parameter["typeDescriptions"] as { typeString: string }).typeString
      .replace(/^(struct|contract|enum) /, "")
      .replace(/ (calldata|memory|storage pointer|payable)\b/g, "")
      .replace(/^\w+\./, ""),
  );
  return `${nameOf(fn) || String(fn["kind"])}(${types.join(", ")})`;
}

function both(first: string | undefined, second: string): string {
  return first === undefined ? second : `${first} && ${second}`;
}
