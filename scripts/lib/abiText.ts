/** A value as ethers reads it from ABI bytes, on one line: lists and structs in brackets. */
export function abiText(value: unknown): string {
  return Array.isArray(value) ? `[${(value as unknown[]).map(abiText).join(", ")}]` : String(value);
}
