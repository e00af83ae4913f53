import { BARS } from "./bars.ts";

export const SIGNATURE_BAR = BARS["each further signature"].bar;

/// Gas of one operation at sizes that are ten times each other.
export interface Growth {
  operation: string;
  gas: number[];
  /// By how many per cent ten times as many may make it dearer; anything where there is no such bar.
  mostPercent?: number;
}

/// Operations as one thing grows.
export interface GrowthTable {
  title: string;
  sizes: readonly number[];
  rows: Growth[];
}

/// Gas of reports that are alike but for who signs.
export interface SignatureGrowth {
  committees: readonly Committee[];
  gas: number[];
}

/// So many signatures, by so many members of the same weight.
export interface Committee {
  signatures: number;
  members: number;
}

/// In per cent, for each step to ten times as many.
export function tenfolds({ gas }: Growth): number[] {
  return gas.slice(1).map((figure, i) => (100 * (figure - gas[i]!)) / gas[i]!);
}

export function isSteep(growth: Growth): boolean {
  const { mostPercent = Infinity } = growth;
  return tenfolds(growth).some((percent) => percent > mostPercent);
}

/// Gas of one more signature, from each committee to the next.
export function furtherSignatures({ committees, gas }: SignatureGrowth): number[] {
  return committees
    .slice(1)
    .map(({ signatures }, i) =>
      Math.round((gas[i + 1]! - gas[i]!) / (signatures - committees[i]!.signatures)),
    );
}

/// What grows more than it may, in words.
export function growthFaults(tables: readonly GrowthTable[], signed: SignatureGrowth): string[] {
  const steep = tables.flatMap(({ title, rows }) =>
    rows
      .filter(isSteep)
      .map(
        ({ operation, mostPercent }) => `${operation}, ${title}: more than ${mostPercent ?? 0} % a tenfold`,
      ),
  );
  const dearest = Math.max(...furtherSignatures(signed));
  if (dearest <= SIGNATURE_BAR) return steep;
  return [...steep, `a further signature costs ${dearest}, above its bar of ${SIGNATURE_BAR}`];
}
