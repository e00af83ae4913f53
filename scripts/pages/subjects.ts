import type { Interface, ParamType } from "ethers";

/** A deployed contract, as the pages look at it. */
export interface Subject {
  abi: Interface;
  /** What a view answers; with several outputs, an object by their names. */
  read(view: string, args?: readonly unknown[]): Promise<unknown>;
  /** The arguments of its constructor, as recorded. */
  firstArguments: readonly unknown[];
  /** Whether the constructor, called again with these, refuses. */
  refuses(args: readonly unknown[]): Promise<boolean>;
}

export type Subjects = ReadonlyMap<string, Subject>;

/** A figure, flag or address inside the inputs of a setter or constructor; lists are one leaf. */
export interface Leaf {
  name: string;
  type: string;
  /** Where it is in the arguments: an index, then names. */
  path: (number | string)[];
}

/** The leaves of inputs, but for contracts that are handed over. */
export function leavesOf(inputs: readonly ParamType[]): Leaf[] {
  return inputs.flatMap((input, index) => leaves(input, [index]));
}

export function valueAt(args: readonly unknown[], { path }: Leaf): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], args);
}

/** The arguments with one leaf replaced. */
export function withValue(args: readonly unknown[], { path }: Leaf, value: unknown): unknown[] {
  return replace(args, path, value) as unknown[];
}

function leaves(input: ParamType, path: Leaf["path"]): Leaf[] {
  if (input.baseType === "tuple") {
    return (input.components ?? []).flatMap((part) => leaves(part, [...path, part.name]));
  }
  return [{ name: input.name, type: input.type, path }];
}

function replace(container: unknown, [key, ...rest]: Leaf["path"], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(container)) {
    return container.map((item: unknown, i) => (i === key ? replace(item, rest, value) : item));
  }
  const fields = container as Record<string, unknown>;
  return { ...fields, [key]: replace(fields[key], rest, value) };
}
