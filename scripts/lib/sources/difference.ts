/** The first place at which two values differ. */
export interface Difference {
  /** As one would write it: `validators[3].balanceGwei`. Empty where the values differ as wholes. */
  path: string;
  left: unknown;
  right: unknown;
}

/** Compares plain values, lists and objects, in the order of the left one's fields. */
export function firstDifference(left: unknown, right: unknown, path = ""): Difference | undefined {
  if (Object.is(left, right)) return undefined;
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) {
      return { path: below(path, "length"), left: left.length, right: right.length };
    }
    return firstOf(left.keys(), (i) => firstDifference(left[i], right[i], `${path}[${i}]`));
  }
  if (!isObject(left) || !isObject(right)) return { path, left, right };
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return firstOf(names, (name) => firstDifference(left[name], right[name], below(path, name)));
}

/** The difference as a sentence: the field, what is left and who says so, what is right and who says so. */
export function describe({ path, left, right }: Difference, leftName: string, rightName: string): string {
  const field = path === "" ? "it" : path;
  return `${field} is ${shortly(left)} at ${leftName}, ${shortly(right)} at ${rightName}`;
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function firstOf<T>(items: Iterable<T>, look: (item: T) => Difference | undefined): Difference | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** For messages: long values are cut. */
export function shortly(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  const text =
    JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? `${member}` : member)) ??
    "nothing";
  return text.length > 100 ? `${text.slice(0, 97)}…` : text;
}
