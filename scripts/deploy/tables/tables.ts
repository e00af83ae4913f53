import type { Parameters } from "../parameters/schema.ts";

/** What a view of a deployed contract answers: of the same contract, unless another is named. */
export interface View {
  of?: string;
  view: string;
  args?: readonly unknown[];
  /** The output or field that is meant, where there are several. */
  field?: string;
}

/** A figure, or where it is read: a constant or another view without arguments goes by its name. */
export type Bound = bigint | string | View;

/** How far a figure moves at once. */
export type Step =
  | "none"
  /** Up or down by so much. */
  | { by: Bound }
  /** Up by so much, down at will. */
  | { upBy: Bound }
  /** Up or down by a factor; by `orBy` in any case, and up by `upBy` at most. */
  | { factor: bigint; orBy?: Bound; upBy?: Bound };

/** What a setting and a fixed value have in common. */
interface Described<P extends string> {
  contract: string;
  name: string;
  /** The deployment's parameter that it begins as, which says its unit, unless `unit` does. */
  parameter?: P;
  unit?: string;
  least?: Bound;
  most?: Bound;
  /** Set where another figure's bound is met before this one's. */
  isTied?: boolean;
  /** What else holds; `{NAME}` stands for what that view answers. */
  note?: string;
}

/** A value that governance sets. */
export interface Setting<P extends string = string> extends Described<P> {
  setter: string;
  /** The setter's input; the name, unless it is said. */
  input?: string;
  /** Inputs that say which of several values is set. */
  keys?: readonly string[];
  value: View;
  /** The constructor's input that it begins as; the setter's, unless it is said. None for `null`. */
  first?: string | null;
  step: Step;
}

/** A value that is fixed when the contract is made. */
export interface Fixed<P extends string = string> extends Described<P> {
  /** The constructor's input; the name, unless it is said. */
  input?: string;
  /** Where it can be read; what is recorded counts where it cannot. */
  value?: View;
}

/** Something that governance decides case by case, about one operator, member or hold: no parameter. */
export interface Decision {
  contract: string;
  setter: string;
  what: string;
}

export interface Tables<P extends string = string> {
  settings: readonly Setting<P>[];
  decisions: readonly Decision[];
  fixed: readonly Fixed<P>[];
}

/** The names of a deployment's parameters. */
export type ParameterName = keyof Parameters;

/** Rows of one contract. */
export function of<T extends { contract: string }>(
  contract: string,
  rows: readonly Omit<T, "contract">[],
): T[] {
  return rows.map((row) => ({ ...row, contract }) as unknown as T);
}

/** One field of the struct that a view answers, or one of its outputs. */
export function fieldOf(view: string, field: string): View {
  return { view, field };
}
