import { explain } from "./errors.ts";

/** Most bytes of calldata of a transaction: nodes take 128 KiB with all that is around it. */
export const MAX_CALLDATA = 120_000;

/** How clients, and whoever sends, say that a transaction is too long, or may use more gas than any may (EIP-7825). */
const WORDS = /oversized data|too (large|long|big)|exceeds.*(size|gas (limit|cap))|gas limit (is )?too high/i;

/** Whether a call was refused for its size: less of it may be taken. */
export function isTooLarge(error: unknown): boolean {
  return WORDS.test(explain(error));
}
