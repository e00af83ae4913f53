/** What a node's answer to signed bytes means. Clients differ in their words and agree in no code. */

/**
 * - known: it has these bytes already.
 * - used: the nonce is in a block: receipts will tell by what.
 * - underpriced: it has other bytes for this nonce, which cost more than these allow for.
 * - never: it will not have them, today or later: too large, too much gas, of no kind that it knows.
 * - other: it will not have them now (full, poor, too cheap, …); the same bytes are offered again later.
 */
export type Answer = "known" | "used" | "underpriced" | "never" | "other";

const WORDS: [RegExp, Answer][] = [
  [/already known|already imported|known transaction|alreadyknown|already exists/i, "known"],
  [
    /replacement.*(underpriced|too low|fee)|existing transaction had higher|replacementnotallowed|could not replace/i,
    "underpriced",
  ],
  [
    /oversized data|max(imum)? ?(tx|transaction) ?size|rlp size|exceeds ?block ?gas ?limit|gas ?limit ?(exceeded|too high)|transaction gas cap|intrinsic ?gas|floor data gas|type ?not ?supported|invalid (sender|chain ?id)/i,
    "never",
  ],
  [/nonce( is)? too low|oldnonce|nonce.*already (been )?used|expected nonce to be/i, "used"],
];

export function answerOf(message: string): Answer {
  return WORDS.find(([words]) => words.test(message))?.[1] ?? "other";
}

/** Whether a refused call ran and failed, as opposed to a node that would not run it. */
export function isRevert({ said, data }: { said: string; data?: string | undefined }): boolean {
  return (
    (data !== undefined && data !== "0x") ||
    /revert|invalid opcode|out of gas|invalid jump|stack (under|over)flow|vm exception/i.test(said)
  );
}
