/** Something that does not hold: an invariant's name, or a rule of the soak's own, and figures. */
export interface Breach {
  rule: string;
  text: string;
}

/** A frame boundary that is beyond all: the books of then count each deposit. */
export const FRAME_TO_COME = 2 ** 31;

export function equal(rule: string, actual: bigint, expected: bigint): Breach[] {
  return actual === expected ? [] : [{ rule, text: `${actual}, not ${expected} (${actual - expected})` }];
}

export function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
