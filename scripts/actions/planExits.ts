import { GWEI_PER_ETHER, WEI_PER_GWEI } from "../lib/units.ts";

/** `Rule` of contracts/interfaces/IExitController.sol. */
export const RULE = { stopped: 0n, aboveCap: 1n, drawn: 2n } as const;
export type Rule = keyof typeof RULE;

/** A validator of ours that may be asked to withdraw, and was not. */
export interface Candidate {
  index: number;
  balanceGwei: bigint;
  effectiveBalanceGwei: bigint;
  operatorId: bigint;
  /** Whether it is to be merged: no partial withdrawal is asked of it. */
  isConsolidating: boolean;
  /** Rank in the draw, below 2^64. */
  rank: bigint;
  /** The commitment of its key, where its operator published the keys. */
  commitmentId?: string;
}

/** What an exit is decided by. */
export interface Observed {
  candidates: Candidate[];
  /** Validators of which what was to come is over. */
  over: number[];
  /** Proofs that nothing comes of what was asked, or less. */
  vain: ExitCall[];
  /** Validators that exit, of which nothing is recorded, or less than comes. */
  leaving: number[];
  /** Validators that stay, of which a partial withdrawal is on its way and nothing is recorded, or less. */
  waiting: number[];
  /** Operators that are jailed or retired, and those with more stake than the cap. */
  stopped: ReadonlySet<bigint>;
  aboveCap: ReadonlySet<bigint>;
  deficitWei: bigint;
  minimumWei: bigint;
  /** Since the deficit was last noted, in seconds; none where no note stands. */
  noteAge?: number;
  /** Whether exits by these rules may be triggered now. */
  aboveCapIsOpen: boolean;
  threshold: bigint;
}

/** One call to the controller. */
export type ExitCall =
  | { kind: "settle"; validatorIndices: number[] }
  | { kind: "note" }
  | { kind: "prove"; validatorIndex: number }
  | { kind: "provePartial"; validatorIndex: number }
  | { kind: "proveMerged"; validatorIndex: number }
  | { kind: "partial"; validatorIndex: number }
  | { kind: "keys"; commitmentId: string; validatorIndices: number[] }
  | { kind: "full"; rule: Rule; validatorIndices: number[] };

/** Records count in 1/32 ETH, rounded down, and hold 16 bits of them: a little less than 2,048 ETH. */
export const UNIT_GWEI = GWEI_PER_ETHER / 32n;
const MAX_RECORDED_GWEI = 65_535n * UNIT_GWEI;
const MIN_ACTIVATION_GWEI = 32n * GWEI_PER_ETHER;
const MIN_PARTIAL_GWEI = GWEI_PER_ETHER;
/** `MAX_EXITS` of the controller. */
const MAX_EXITS = 16;
/** Some 10,000 gas each. */
const MAX_SETTLED = 100;
/** `NOTE_LIFE` of the controller: a note lapses after it, and is renewed in the middle of it. */
export const NOTE_LIFE_SECONDS = 3_600;
const NOTE_RENEWAL_SECONDS = NOTE_LIFE_SECONDS / 2;

/**
 * The next call, or none. What is over, or asked in vain, is taken off before anything is decided by the deficit. Then come validators of stopped
 * operators, and, while there is a deficit: its note, proofs of what is coming already, what validators have above 32 ETH,
 * and exits by whatever rule is open, as many as the deficit needs.
 */
export function planExits(o: Observed): ExitCall | undefined {
  if (o.over.length > 0) return { kind: "settle", validatorIndices: o.over.slice(0, MAX_SETTLED) };
  // it hides a deficit
  if (o.vain.length > 0) return o.vain[0];
  const stopped = o.candidates.filter(({ operatorId }) => o.stopped.has(operatorId));
  if (stopped.length > 0) return stop(stopped);
  const isNoted = o.noteAge !== undefined;
  if (o.deficitWei === 0n || o.deficitWei < o.minimumWei) return isNoted ? { kind: "note" } : undefined;

  if (!isNoted || o.noteAge! >= NOTE_RENEWAL_SECONDS) return { kind: "note" };
  const [leaving] = o.leaving;
  if (leaving !== undefined) return { kind: "prove", validatorIndex: leaving };

  const [waiting] = o.waiting;
  if (waiting !== undefined) return { kind: "provePartial", validatorIndex: waiting };

  const [rich] = o.candidates
    .filter(
      ({ balanceGwei, effectiveBalanceGwei, isConsolidating }) =>
        !isConsolidating &&
        balanceGwei >= MIN_ACTIVATION_GWEI + MIN_PARTIAL_GWEI &&
        effectiveBalanceGwei >= MIN_ACTIVATION_GWEI,
    )
    .sort((a, b) => Number(b.balanceGwei - a.balanceGwei));
  if (rich !== undefined) return { kind: "partial", validatorIndex: rich.index };

  // one at a time: each takes its operator nearer to the cap
  const [above] = o.aboveCapIsOpen ? o.candidates.filter((c) => o.aboveCap.has(c.operatorId)) : [];
  if (above !== undefined) return full("aboveCap", [above]);
  const drawn = enough(
    o.candidates.filter(({ rank }) => rank < o.threshold),
    o.deficitWei,
  );
  return drawn.length > 0 ? full("drawn", drawn) : undefined;
}

/** Whether a proof of what comes would be recorded as more than what is recorded now. */
export function isMore(comesGwei: bigint, recordedGwei: bigint): boolean {
  const most = comesGwei > MAX_RECORDED_GWEI ? MAX_RECORDED_GWEI : comesGwei;
  return recordedGwei + UNIT_GWEI <= most;
}

/** By their keys where these are known, those of one commitment in a call; else by proofs of the beacon chain. */
function stop(stopped: readonly Candidate[]): ExitCall {
  const commitmentId = stopped.find((c) => c.commitmentId !== undefined)?.commitmentId;
  if (commitmentId === undefined) return full("stopped", stopped.slice(0, MAX_EXITS));
  const together = stopped.filter((c) => c.commitmentId === commitmentId).slice(0, MAX_EXITS);
  return { kind: "keys", commitmentId, validatorIndices: ascending(together) };
}

function full(rule: Rule, candidates: readonly Candidate[]): ExitCall {
  return { kind: "full", rule, validatorIndices: ascending(candidates) };
}

function ascending(candidates: readonly Candidate[]): number[] {
  return candidates.map(({ index }) => index).sort((a, b) => a - b);
}

/** The first of them that serve the deficit together. */
function enough(candidates: readonly Candidate[], deficitWei: bigint): Candidate[] {
  const chosen: Candidate[] = [];
  let servedWei = 0n;
  for (const candidate of candidates) {
    if (servedWei >= deficitWei || chosen.length === MAX_EXITS) break;
    chosen.push(candidate);
    servedWei += candidate.effectiveBalanceGwei * WEI_PER_GWEI;
  }
  return chosen;
}
