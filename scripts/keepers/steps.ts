import { isError } from "ethers";
import { explain, FatalError, isRetryable, RetryableError } from "../lib/errors.ts";
import { stableStringify } from "../lib/json.ts";
import type { Protocol } from "../lib/protocol.ts";
import { refusalName, refusalOf } from "../lib/reverts.ts";
import { OvertakenError, type Cycle } from "./job.ts";

/** A block that was shown is gone, or too young for the chain that is asked. */
const ALWAYS_LATER = "BeaconRootUnknown";

/**
 * Sends something that others send too. A refusal is named as the contracts name it.
 *
 * @param overtaken names of the contracts' errors that say that somebody was faster
 * @param later names of those that say that something came in between, or it is early
 * @throws OvertakenError for the former; RetryableError for the latter, and where it was refused in its block alone: what
 * came before it there was news; FatalError for other refusals
 */
export async function sendFirst<T>(
  protocol: Protocol,
  overtaken: readonly string[],
  send: () => Promise<T>,
  later: readonly string[] = [],
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    const name = refusalName(protocol, error);
    if (name !== undefined && overtaken.includes(name)) {
      throw new OvertakenError(`somebody was faster: ${name}`, { cause: error });
    }
    if (name !== undefined && [ALWAYS_LATER, ...later].includes(name))
      throw new RetryableError(name, { cause: error });
    if (isError(error, "CALL_EXCEPTION") && error.receipt) {
      throw new RetryableError(`refused in its block: ${error.receipt.hash}`, { cause: error });
    }
    throw refusalOf(protocol, error) ?? error;
  }
}

/**
 * The steps that are planned still, as they were. Whoever acts looks again before: somebody may have been faster.
 *
 * @throws OvertakenError where none is
 */
export function stillPlanned<S>(steps: readonly S[], again: readonly S[] | undefined): S[] {
  const left = new Set(again?.map((step) => stableStringify(step)));
  const still = steps.filter((step) => left.has(stableStringify(step)));
  if (still.length === 0) throw new OvertakenError("somebody was faster: nothing of it is left to do");
  return still;
}

/**
 * Takes steps one after the other, each whatever became of those before it. Returns what was done.
 *
 * @throws FatalError where one needs a person; where nothing was done, what the first retryable one threw, or else
 * OvertakenError
 */
export async function takeSteps<S>(
  steps: readonly S[],
  take: (step: S) => Promise<string>,
  { log }: Pick<Cycle, "log">,
): Promise<string> {
  const done: string[] = [];
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      const text = await take(step);
      log.info({ step }, text);
      done.push(text);
    } catch (error) {
      log.warn({ step, err: error }, "a step was not taken");
      failures.push(error);
    }
  }
  const fatal = failures.filter((error) => !isRetryable(error));
  if (fatal.length > 0) throw new FatalError(fatal.map(explain).join("; "), { cause: fatal[0] });
  if (done.length > 0) return done.join("; ");
  throw failures.find((error) => !(error instanceof OvertakenError)) ?? failures[0];
}
