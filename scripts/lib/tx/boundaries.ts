/**
 * Every place at which a keeper may die with something half done: each write of the journal and each effect outside,
 * before it and after it. Writes and effects run only under a name of these lists, so the test that kills a keeper at
 * each of them misses none.
 */

/** Writes of the journal; each is one database transaction. */
export const WRITES = [
  "claim",
  "bind",
  "plan",
  "replan",
  "simulate",
  "note",
  "sign",
  "begin to send",
  "broadcast",
  "answer of the node",
  "mine",
  "unmine",
  "start to cancel",
  "end",
  "wish",
  "answer to a wish",
] as const;
export type Write = (typeof WRITES)[number];

/** What the outside sees. */
export const EFFECTS = ["signer signs", "node is sent bytes"] as const;
export type Effect = (typeof EFFECTS)[number];

export type Boundary = `${"before" | "after"}: ${Write | Effect}`;

export const BOUNDARIES: readonly Boundary[] = [...WRITES, ...EFFECTS].flatMap(
  (name) => [`before: ${name}`, `after: ${name}`] as const,
);

/** Called at every boundary. For tests: it may end the process. */
export type OnBoundary = (boundary: Boundary) => void;
