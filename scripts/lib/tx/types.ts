/** What is kept about transactions: intents (what is wanted), attempts (signed bytes for it), wishes (of people). */

export const URGENCIES = ["idle", "normal", "urgent"] as const;
export type Urgency = (typeof URGENCIES)[number];

/** From plan to end. A replacement goes back to "signed", a reorg back to "broadcast". */
export const STATES = [
  "planned",
  "simulated",
  "signed",
  "broadcast",
  "mined",
  "confirmed",
  "reverted",
  "cancelled",
  "abandoned",
] as const;
export type State = (typeof STATES)[number];

/** States that nothing follows. */
export const ENDS = ["confirmed", "reverted", "cancelled", "abandoned"] as const satisfies State[];
export type End = (typeof ENDS)[number];

/** What a keeper wants done once. */
export interface IntentRequest {
  /** Names the action for ever: the same key is the same action. */
  key: string;
  /** Which keeper wants it, for people and for `isNeeded`. */
  job: string;
  to: string;
  /** Calldata, 0x-hex. */
  data: string;
  valueWei: bigint;
  urgency: Urgency;
  /** Milliseconds since 1970; of no use afterwards. */
  deadlineMs?: number | undefined;
  /** More than nodes estimate: they try a call at a base fee of 0, where one that pays by the base fee needs less. */
  leastGas?: bigint | undefined;
}

export interface Intent extends IntentRequest {
  state: State;
  /** Of the calldata, of which only the selector is left; undefined while all of it is there. */
  dataHash: string | undefined;
  /** Fills a gap among nonces, and does nothing else. */
  isNoop: boolean;
  /** Why what is sent from now on is a transfer of nothing to oneself; undefined while it is the action. */
  cancelling: string | undefined;
  /** Why it waits, or why it ended. */
  note: string | undefined;
  nonce: number | undefined;
  gasLimit: bigint | undefined;
  simulatedMs: number | undefined;
  mined: { hash: string; blockNumber: number; blockHash: string } | undefined;
  /** What it has cost, value included, since it ended in a block. */
  costWei: bigint | undefined;
  createdMs: number;
  updatedMs: number;
}

export interface Fees {
  maxFeeWei: bigint;
  maxPriorityFeeWei: bigint;
}

export type Purpose = "action" | "cancel";

/** Signed bytes. Those that were ever sent may be mined until their nonce is used. */
export interface Attempt extends Fees {
  hash: string;
  key: string;
  purpose: Purpose;
  nonce: number;
  /** 0x-hex; "0x" some days after the end. */
  raw: string;
  gasLimit: bigint;
  signedMs: number;
  /** Newest block when it was signed: its nonce was free then. */
  signedBlock: number;
  /** When sending last began; undefined where it certainly never left. */
  sentMs: number | undefined;
  /** What the node said to it. */
  answer: string | undefined;
  /** Whether a node ever had it, as far as nodes can be believed. */
  isTaken: boolean;
  /** How often nodes answered that they will not have it. */
  refusals: number;
}

/** Just signed: nobody has seen it. */
export type NewAttempt = Omit<Attempt, "sentMs" | "answer" | "isTaken" | "refusals">;

/** What a person asks of the keeper that owns the journal. */
export interface Wish {
  id: number;
  key: string;
  wish: "bump" | "cancel";
  askedMs: number;
  answer: string | undefined;
}

export function isEnd(state: State): state is End {
  return (ENDS as readonly State[]).includes(state);
}
