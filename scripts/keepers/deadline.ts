import type { Signer } from "ethers";
import { urgencyAt } from "../lib/tx/fees.ts";
import type { PunctualSigner } from "../lib/tx/journaledSigner.ts";
import type { Urgency } from "../lib/tx/types.ts";

/** When an act is of use: seconds since 1970, by the chain's clock. */
export interface Deadline {
  /** Since when it could be done. */
  readonly from: number;
  /** From when on it is too late, or costs somebody. */
  readonly until: number;
  /** Whether it is urgent from the beginning. */
  readonly isUrgent?: boolean;
}

/**
 * How urgent an act is now: at least as its job says; in the second half of its time normal, in the last fifth of it, and
 * after it, urgent.
 */
export function urgencyBy({ from, until, isUrgent }: Deadline, now: number, ofJob: Urgency): Urgency {
  const urgency = isUrgent === true ? "urgent" : ofJob;
  return urgencyAt({ urgency, createdMs: from * 1_000, deadlineMs: until * 1_000 }, now * 1_000);
}

/** Those steps whose time is nearly up, or over: the last fifth of it. None where none is. */
export function pressingSteps<S>(
  steps: readonly S[],
  deadlineOf: (step: S) => Deadline | undefined,
  now: number,
): S[] | undefined {
  const pressing = steps.filter((step) => {
    const deadline = deadlineOf(step);
    if (deadline === undefined) return false;
    return urgencyBy({ from: deadline.from, until: deadline.until }, now, "idle") === "urgent";
  });
  return pressing.length === 0 ? undefined : pressing;
}

/**
 * The signer for one act. Its transaction is given up when it comes too late, and the job plans anew; what is late already
 * is sent all the same, urgently.
 *
 * @param now seconds since 1970, by the chain's clock
 */
export function sendBy(signer: Signer, deadline: Deadline | undefined, now: number): Signer {
  if (deadline === undefined || !("by" in signer)) return signer;
  const secondsLeft = deadline.until > now ? deadline.until - now : undefined;
  return (signer as PunctualSigner).by((ofJob) => urgencyBy(deadline, now, ofJob), secondsLeft);
}
